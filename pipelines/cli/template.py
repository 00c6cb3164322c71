"""Commands on a source's template: show it and its history, learn it now, go back to an earlier version, forget it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, out, say, table
from pipelines.errors import NightdeskError
from pipelines.model import Template
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, templates

# At most this many lines of a template are shown, and further lines are only counted. Chosen: they fill a screen.
SHOWN_LINES = 40
NOT_SHOWN = ("source", "pages")
FACTS = {"text": "reads by", "agreement": "held back"}
Name = Annotated[str, typer.Argument(metavar="NAME", help="The source.", autocompletion=completion.sources)]


def add_to(app: typer.Typer) -> None:
    """Register the commands under `sources`."""
    app.command("template")(template)
    app.command("learn")(learn)


def template(
    name: Name,
    history: Annotated[bool, typer.Option("--history", help="Every version that is kept, and what changed.")] = False,
    use: Annotated[int, typer.Option("--use", metavar="VERSION", help="Go back to this version.")] = 0,
    forget: Annotated[bool, typer.Option("--forget", help="Let go of it; the next run learns anew.")] = False,
    json: Json = False,
) -> None:
    """Show what was learned from a source's own pages: the place of the articles, and repeated lines."""
    with postgres.connection(settings()) as conn:
        migrations.check_migrated(conn)
        typed_names.check(settings(), conn, [name])
        if forget:
            say(f"Deleted the template of {name}." if templates.forget(conn, name) else _nothing(name))
            return
        if use:
            stored = templates.use(conn, name, use)
            say(f"Version {stored.version} of {name} is version {use} again; its pages are read with it from now on.")
            return
        kept = templates.history(conn, name)
    if not kept:
        raise NightdeskError(_nothing(name))
    if history:
        _history(kept, json)
    elif json:
        as_json(kept[0])
    else:
        _show(kept[0])


def learn(name: Name, json: Json = False) -> None:
    """Learn a source's template now from its pages in the raw store, and print the changes."""
    from pipelines.extract.extraction import extractor
    from pipelines.extract.site import learning

    current = settings()
    (source,) = folders.read_named(current, [name])
    with postgres.connection(current, application="nightdesk learn") as conn:
        migrations.check_migrated(conn)
        with conn:
            before = templates.newest(conn, name)
            due = templates.due(conn, name, extractor(), asked=True)
        if due is None:
            raise NightdeskError(
                f"There are fewer than {templates.LEAST_PAGES} article pages of {name} to learn from: "
                f"`nightdesk crawl {name}` collects more."
            )
        lesson = learning.learn(current, conn, source, due, processes=os.cpu_count() or 1, apart=True)
    now = lesson.stored
    changes = templates.changes(before.template if before else None, now.template if now else None)
    if json:
        as_json({**asdict(lesson), "changes": changes if lesson.new else []})
        return
    for url, problem in lesson.skipped:
        say(f"{url} was left out: {problem}", "yellow")
    say(lesson.sentence(name), "green" if lesson.is_new else "")
    if lesson.is_new:
        table(("what", "", "is"), ((c.what, c.kind, c.value) for c in changes), empty="It reads pages as before.")
        say(f"`nightdesk extract {name}`, then `nightdesk load {name}`, read a run again with it.", "dim")


def _show(stored: templates.TemplateVersion) -> None:
    say(f"{stored.source}: version {stored.version}, {_state(stored)}", "bold")
    learned = f"{stored.learned_at:%Y-%m-%d %H:%M} UTC of {stored.pages} pages"
    facts = {
        "learned": learned + (f", run {stored.run}" if stored.run else "") if stored.pages else "",
        "by": stored.extractor,
        "agreement": _percent(stored.agreement),
    }
    fields = asdict(stored.template) if stored.template else {}
    several = {name: value for name, value in fields.items() if isinstance(value, tuple)}
    for field, value in fields.items():
        if field not in (*NOT_SHOWN, *several):
            facts[FACTS.get(field, field)] = _percent(value) if isinstance(value, float) else str(value)
    for title, fact in facts.items():
        if fact:
            out.print(Text(f"{title:10}", style="dim") + Text(fact), soft_wrap=True)
    for title, values in several.items():
        rows = sorted((value if isinstance(value, tuple) else (value,) for value in values), key=_often)
        if rows:
            say("")
            counted = len(rows[0]) == 2
            table(("#pages", title) if counted else (title,), (row[::-1] for row in rows[:SHOWN_LINES]))
        if len(rows) > SHOWN_LINES:
            say(f"and {len(rows) - SHOWN_LINES} more; --json has them all.", "dim")


def _history(kept: list[templates.TemplateVersion], json: bool) -> None:
    older: list[Template | None] = [stored.template for stored in kept[1:]]
    changes = [templates.changes(before, stored.template) for stored, before in zip(kept[:-1], older, strict=True)]
    changes.append([])
    if json:
        as_json([{**asdict(stored), "changes": c} for stored, c in zip(kept, changes, strict=True)])
        return
    table(
        ("#version", "learned", "run", "#pages", "agreement", "state", "#added", "#removed", "#changed"),
        (
            (
                stored.version,
                stored.learned_at,
                stored.run,
                stored.pages,
                _percent(stored.agreement) or None,
                _state(stored) if stored is kept[0] or stored.drifted_run else "",
                *(sum(c.kind == kind for c in changed) for kind in ("added", "removed", "changed")),
            )
            for stored, changed in zip(kept, changes, strict=True)
        ),
    )


def _state(stored: templates.TemplateVersion) -> str:
    if stored.template is None:
        return "nothing that helps" if stored.pages else "let go of"
    return f"no longer fits since run {stored.drifted_run}" if stored.drifted_run else "in use"


def _often(row: tuple[object, ...]) -> tuple[int, str]:
    """The sort key of a line: lines on most pages come first."""
    return (-row[1] if len(row) == 2 and isinstance(row[1], int) else 0, str(row[0]))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{round(100 * share)} %"


def _nothing(name: str) -> str:
    return (
        f"Nothing was learned of {name} so far: it takes {templates.LEAST_PAGES} article pages, and "
        "`nightdesk extract` or "
        f"`nightdesk sources learn {name}`."
    )
