"""A hundred articles looked at again: fifty with noise alone make no revision, fifty with edits make one of their kind.

python -m bench recrawls [--articles 100]: pages of four languages go through raw store, extract and load, two nights
later those that the script changed. Noise is what sites change around an article, and signs, blanks and times in it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape

from bench import fresh
from pipelines.codes import RevisionKind
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.model import Page, Source
from pipelines.settings import Settings
from pipelines.stores import postgres, warc

ARTICLES = 100
SOURCE = Source(
    name="gazette", title="Gazette", url="https://gazette.test/", country="SY", language="ar", timezone="UTC",
    feeds=("https://gazette.test/feed",),
)  # fmt: skip
FIRST = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NIGHTS = tuple((f"{FIRST + timedelta(days=day):%Y-%m-%dT0200}", FIRST + timedelta(days=day)) for day in range(3))
# Sentences of each language; {n} is a number, {name} a name, {town} a town.
SENTENCES = {
    "en": (
        "At least {n} people were killed in a raid on the town of {town}, officials said on Monday.",
        "“We heard a second strike in the evening,” said {name}, who lives near the market.",
        "The ministry did not answer questions about who was responsible for the attack.",
        "Rescue workers were looking for people under the walls of two houses until the morning.",
        "The road to the hospital was closed, and power was out in most parts of the district.",
        "It was the heaviest attack on the area since the talks ended without a result in spring.",
    ),
    "ar": (
        "قتل {n} شخصا على الأقل في غارة على مدينة {town} بحسب ما أعلنه مسؤولون يوم الاثنين.",
        "وقال الدكتور {name} الذي يسكن قرب السوق «سمعنا صوت غارة ثانية في ساعات المساء».",
        "ولم ترد الوزارة على أسئلة الصحفيين عن الجهة التي تقف وراء الهجوم.",
        "وواصل عمال الإنقاذ البحث عن ناجين تحت جدران منزلين حتى ساعات الصباح.",
        "وأغلق الطريق المؤدي إلى المستشفى وانقطعت الكهرباء عن معظم أحياء المنطقة.",
        "وكان هذا أعنف هجوم على المنطقة منذ أن انتهت المحادثات في الربيع دون نتيجة.",
    ),
    "fr": (
        "Au moins {n} personnes ont été tuées dans un raid sur la ville de {town}, selon les autorités.",
        "« Nous avons entendu une seconde frappe dans la soirée », a raconté {name}, qui habite près du marché.",
        "Le ministère n’a pas répondu aux questions sur les responsables de cette attaque.",
        "Les secours cherchaient encore des survivants sous les murs de deux maisons au matin.",
        "La route de l’hôpital était coupée et le courant manquait dans presque tout le quartier.",
        "C’était l’attaque la plus lourde dans la région depuis la fin des pourparlers au printemps.",
    ),
    "ru": (
        "Не менее {n} человек погибли при ударе по городу {town}, сообщили власти в понедельник.",
        "«Вечером мы слышали второй удар», — рассказал {name}, который живёт рядом с рынком.",
        "Министерство не ответило на вопросы о том, кто несёт ответственность за нападение.",
        "Спасатели до утра искали людей под стенами двух разрушенных домов.",
        "Дорога к больнице была закрыта, и почти во всём районе не было электричества.",
        "Это был самый тяжёлый удар по району с тех пор, как весной закончились переговоры.",
    ),
}
NAMES = {
    "en": ("Adam Miller", "Sarah Jones", "Peter Novak"), "ar": ("سامر", "أحمد", "ياسين"),
    "fr": ("Paul Lambert", "Claire Fontaine", "Jean Morel"), "ru": ("Иван Петров", "Олег Соколов", "Павел Кузнецов"),
}  # fmt: skip
TOWNS = {
    "en": ("Harston", "Millford", "Oakbridge"), "ar": ("الرقة", "حماة", "تدمر"),
    "fr": ("Montval", "Rochebrune", "Saint-Aubin"), "ru": ("Заречье", "Каменск", "Березово"),
}  # fmt: skip
TITLES = {"en": "Raid on {town}", "ar": "غارة على مدينة {town}", "fr": "Raid sur {town}", "ru": "Удар по городу {town}"}
NEW_TITLES = {
    "en": "What is known of the night in {town}", "ar": "ما نعرفه عن ليلة {town}",
    "fr": "Ce que l’on sait de la nuit à {town}", "ru": "Что известно о ночи в городе {town}",
}  # fmt: skip
CORRECTIONS = {
    "en": "Correction: an earlier version of this article gave a wrong day for the attack.",
    "ar": "تصحيح: ورد في نسخة سابقة من هذا الخبر يوم غير صحيح للهجوم.",
    "fr": "Rectificatif : une version précédente de cet article indiquait un mauvais jour.",
    "ru": "Исправление: в предыдущей версии статьи был указан неверный день нападения.",
}
UPDATED = {
    "en": "Updated 22 November 2026, {clock}", "ar": "آخر تحديث: 22 نوفمبر 2026 {clock}",
    "fr": "Mis à jour le 22 novembre 2026 à {clock}", "ru": "Обновлено 22.11.2026, {clock}",
}  # fmt: skip
MISSPELLED = {
    "en": ("morning", "mornnig"), "ar": ("الإنقاذ", "الانقاد"), "fr": ("matin", "mattin"), "ru": ("утра", "утрра"),
}  # fmt: skip
SHAPES = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "—": "–", "\u00a0": " "})


@dataclass(frozen=True, kw_only=True)
class RecrawledStory:
    """An article, and what its site shows around it."""

    number: int
    language: str
    title: str
    lines: tuple[str, ...]
    clock: str = "08:15"
    around: int = 0

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"https://gazette.test/news/{self.number}"

    def page(self) -> str:
        """Its page, as the site sends it."""
        dice = random.Random(f"{self.number} {self.around}")
        related = "".join(
            f'<li><a href="/news/{n}">{escape(TITLES[self.language].format(town=TOWNS[self.language][n % 3]))}</a></li>'
            for n in dice.sample(range(1000), 5)
        )
        body = "".join(f"<p>{escape(line)}</p>" for line in self.lines)
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            f"<title>{escape(self.title)}</title>"
            f'<link rel="canonical" href="{self.url}"></head><body>'
            '<nav><a href="/">Gazette</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav>'
            f"<article><h1>{escape(self.title)}</h1>"
            f'<p class="time">{UPDATED[self.language].format(clock=self.clock)}</p>{body}</article>'
            f'<div class="ad">Advertisement {dice.randrange(1000)}</div>'
            f'<div class="comments"><a href="#comments">{dice.randrange(900)} comments</a></div>'
            f'<aside class="related"><h2>Related</h2><ul>{related}</ul></aside>'
            f"<footer>© 2026 Gazette · {dice.randrange(100_000)} visitors today</footer></body></html>"
        )


def story(number: int) -> RecrawledStory:
    """The article of a number as the first night shows it."""
    language = list(SENTENCES)[number % len(SENTENCES)]
    dice = random.Random(number)
    facts = {"n": dice.randrange(12, 40), "name": NAMES[language][number % 3], "town": TOWNS[language][number // 4 % 3]}
    tail = f"({number * 7919 % 100_000 + 100_000})"
    lines = [line.format(**facts) for line in SENTENCES[language]]
    return RecrawledStory(
        number=number, language=language, title=f"{TITLES[language].format(**facts)} {tail}",
        lines=(*lines[:-1], f"{lines[-1]} {tail}"),
    )  # fmt: skip


def _signs(one: RecrawledStory) -> RecrawledStory:
    return replace(one, title=one.title.translate(SHAPES), lines=tuple(line.translate(SHAPES) for line in one.lines))


def _headline(one: RecrawledStory) -> RecrawledStory:
    return replace(one, title=NEW_TITLES[one.language].format(town=TOWNS[one.language][one.number // 4 % 3]))


def _number_moved(one: RecrawledStory) -> RecrawledStory:
    first = next(word for word in one.lines[0].split() if word.isdigit())
    return replace(one, lines=(one.lines[0].replace(first, str(int(first) + 3)), *one.lines[1:]))


def _name_moved(one: RecrawledStory) -> RecrawledStory:
    names = NAMES[one.language]
    was, now = names[one.number % 3], names[(one.number + 1) % 3]
    return replace(one, lines=tuple(line.replace(was, now) for line in one.lines))


def _misspell(one: RecrawledStory) -> RecrawledStory:
    right, wrong = MISSPELLED[one.language]
    return replace(one, lines=tuple(line.replace(right, wrong) for line in one.lines))


# What noise does to a page, and what edits do and are.
NOISE: tuple[Callable[[RecrawledStory], RecrawledStory], ...] = (
    lambda one: replace(one, around=1),
    lambda one: replace(one, clock="17:40"),
    _signs,
    lambda one: replace(one, lines=tuple(line.replace(" ", "  \n ", 3) for line in one.lines)),
    lambda one: _signs(replace(one, around=2, clock="19:05")),
)
EDITS: tuple[tuple[RevisionKind, Callable[[RecrawledStory], RecrawledStory] | None], ...] = (
    (RevisionKind.HEADLINE, _headline),
    (RevisionKind.CORRECTION, lambda one: replace(one, lines=(*one.lines, CORRECTIONS[one.language]))),
    (RevisionKind.SUBSTANTIAL, _number_moved),
    (RevisionKind.SUBSTANTIAL, _name_moved),
    (RevisionKind.MINOR, _misspell),
    (RevisionKind.REMOVED, None),
    (RevisionKind.RESTORED, None),
)


def wrong(settings: Settings, articles: int) -> list[str]:
    """What was not as it had to be, in a sentence each, of so many articles: every other one is edited."""
    stories = [story(number) for number in range(articles)]
    # Four and four, so that every language meets all of them.
    edited = [one.number for one in stories if one.number // len(SENTENCES) % 2]
    edits = {number: EDITS[n % len(EDITS)] for n, number in enumerate(edited)}
    noise = [one.number for one in stories if one.number not in edits]
    around = {number: NOISE[n % len(NOISE)] for n, number in enumerate(noise)}
    gone = {number for number, (_, edit) in edits.items() if edit is None}
    with postgres.connection(settings) as conn:
        _night(settings, conn, 0, stories, ())
        second = [
            around[one.number](one) if one.number in around else edit(replace(one, around=3))
            for one in stories
            if (edit := edits.get(one.number, ("", _signs))[1])
        ]
        _night(settings, conn, 1, second, [one for one in stories if one.number in gone])
        back = [one for one in stories if edits.get(one.number, ("",))[0] == RevisionKind.RESTORED]
        _night(settings, conn, 2, back, ())
        with conn.cursor() as cursor:
            cursor.execute(
                "select a.url, array_remove(array_agg(c.revision_kind order by c.id), '') as kinds"
                " from articles a left join changes c on c.article_id = a.id group by a.url"
            )
            found = {row["url"]: row["kinds"] for row in cursor.fetchall()}  # type: ignore[call-overload]
    said = []
    for one in stories:
        kind = edits[one.number][0] if one.number in edits else None
        wanted = [] if kind is None else [RevisionKind.REMOVED, kind] if kind == RevisionKind.RESTORED else [kind]
        if found.get(one.url) != [str(want) for want in wanted]:
            said.append(f"{one.url} ({one.language}): {found.get(one.url)} instead of {[str(want) for want in wanted]}")
    return said


def _night(
    settings: Settings,
    conn: postgres.Connection,
    night: int,
    shown: Sequence[RecrawledStory],
    gone: Sequence[RecrawledStory],
) -> None:
    """One night: pages in the raw store and the ledger as a crawl leaves them, then extract and load."""
    run, at = NIGHTS[night]
    writer = warc.begin(settings.raw, SOURCE.name, run)
    with conn:
        for one in shown:
            body = one.page().encode()
            page = Page(
                source=SOURCE.name, run=run, url=one.url, final_url=one.url, fetched_at=at, status=200,
                headers=(("Content-Type", "text/html; charset=utf-8"),), body=body, digest=sha256(body).hexdigest(),
            )  # fmt: skip
            pointer = warc.append(writer, page, {"kind": "article"})
            _add_fetch(conn, one, run, at, "fetched", 200, digest=page.digest, **vars(pointer))
        for one in gone:
            _add_fetch(conn, one, run, at, "gone", 410)
    warc.finish(writer)
    for tally in (extract(settings, SOURCE, run), load(settings, SOURCE, run)):
        if tally.state != "done":
            raise RuntimeError(f"{tally.stage}: {tally.message}")


def _add_fetch(
    conn: postgres.Connection, one: RecrawledStory, run: str, at: datetime, outcome: str, status: int, **more: object
) -> None:
    columns = {
        "run": run,
        "source": SOURCE.name,
        "url": one.url,
        "fetched_at": at,
        "outcome": outcome,
        "status": status,
    }
    row = {**columns, **more}
    with conn.cursor() as cursor:
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, state, discovered_run, discovered_at, fetched_at)"
            " values (%(source)s, %(url)s, %(url)s, 'gazette.test', 'article', %(outcome)s, %(run)s, %(fetched_at)s,"
            " %(fetched_at)s) on conflict (source, url_key) do update set state = excluded.state,"
            " fetched_at = excluded.fetched_at returning id",
            columns,
        )
        url_id = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
        cursor.execute(
            f"insert into fetches (url_id, {', '.join(row)}) values (%s, {', '.join(['%s'] * len(row))})",
            [url_id, *row.values()],
        )


def main(words: list[str]) -> int:
    """Measure and print; exit 1 where something was not as it had to be."""
    parser = argparse.ArgumentParser(prog="python -m bench recrawls", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    articles = parser.parse_args(words).articles
    with fresh.installation() as settings:
        said = wrong(settings, articles)
    for sentence in said:
        print(f"recrawls: {sentence}")
    print(
        f"recrawls: {articles - len(said)} of {articles} as they had to be, half of them noise and half of them edits"
    )
    return int(bool(said))


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
