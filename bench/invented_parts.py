"""The parts that invented pages are made of, each in some shapes: its HTML beside the lines of it that are gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bench.invented_texts import PageWriter

# How a site names its places. The last two say nothing.
THEMES = ("plain", "blocks", "builder", "hashed", "none")
BUILDER = {
    "story": ("td-post-content", "et_pb_text", "elementor-widget-container", "wp-block-group", "entry"),
    "box": ("elementor-column", "vc_column", "wp-block-columns", "et_pb_row", "kt-inside-inner-col"),
    "unit": ("elementor-post", "wp-block-column", "vc_grid-item", "product-box", "jet-listing-grid__item"),
    "rail": ("td-ss-main-sidebar", "widget", "elementor-sidebar", "vc_wp_posts", "secondary"),
    "line": ("elementor-text", "desc", "vc_custom_heading", "has-text-align-left", "kadence-text"),
}
PLAIN = {
    "story": ("article-text", "storytext", "page-content", "main-column", "inhalt", "contenido", "textblock"),
    "box": ("group", "panel", "inner", "section", "wrap", "holder", "block", "area"),
    "unit": ("item", "product", "entry", "deal", "tile", "option", "pick", "element", "kachel", "ficha"),
    "rail": ("right-column", "rail", "extra", "side", "sidebar", "marginalia", "widgets", "secondary"),
    "line": ("summary", "detail", "info", "details", "para", "copytext", "txt"),
}


@dataclass
class PagePart:
    """A part of a page: its HTML, the lines of it that are the article's, and those that may be."""

    html: str = ""
    own: list[str] = field(default_factory=list)
    may: list[str] = field(default_factory=list)

    def add(self, other: PagePart) -> None:
        """Put another part below this one."""
        self.html += other.html
        self.own += other.own
        self.may += other.may

    def put_in_box(self, opening: str) -> PagePart:
        """This part in an element, or in several, the outermost first."""
        names = [tag.split()[0].strip("<>") for tag in opening.split("<")[1:]]
        return replace(self, html=opening + self.html + "".join(f"</{name}>" for name in reversed(names)))


@dataclass(frozen=True)
class Site:
    """How one page's site writes and marks up: its chance, its writer, and how it names places."""

    chance: Random
    writer: PageWriter
    theme: str

    def tag(self, tags: str, role: str) -> str:
        """An opening tag, one of these, named as the site names such a place."""
        tag = self.chance.choice(tags.split())
        if self.theme == "none" or self.chance.random() < 0.2:
            return f"<{tag}>"
        if self.theme == "hashed":
            return f'<{tag} class="css-{self.chance.randrange(16**6):06x}">'
        name = self.chance.choice((BUILDER if self.theme == "builder" else PLAIN)[role])
        if self.theme == "blocks":
            name = (
                f"{self.chance.choice(('c', 'o', 'm'))}-{name}__{self.chance.choice(('inner', 'main', 'body', 'wrap'))}"
            )
        return f'<{tag} class="{name}">'

    def may(self, share: float) -> bool:
        """Whether something that so many sites do is done."""
        return self.chance.random() < share

    def link(self, text: str) -> str:
        """A link to another page, of the site itself or of another."""
        host = self.chance.choice(("", "", "https://shop.example.net", "https://www.example.com"))
        folder = self.chance.choice(("n", "go", "guide", "p"))
        return f'<a href="{host}/{folder}/{self.chance.randrange(10**6)}">{text}</a>'


def paragraph(site: Site) -> PagePart:
    """A paragraph."""
    said = site.writer.paragraph()
    return PagePart(f"<p>{said}</p>" if site.may(0.9) else f"{site.tag('div', 'line')}{said}</div>", [said])


def captions(site: Site) -> PagePart:
    """A picture with its caption, which is no part of the text."""
    writer, picture = site.writer, f'<img src="/b/{site.chance.randrange(10**6)}.jpg">'
    said = f"{writer.ui('photo')}: {writer.person()}"
    said = f"{writer.short()} {said}" if site.may(0.4) else f"{said} / {writer.name()}" if site.may(0.5) else said
    return PagePart(site.chance.choice((
        f"<figure>{picture}<figcaption>{said}</figcaption></figure>",
        f'<div class="image">{picture}<div class="image-caption">{said}</div></div>',
        f"<p>{picture}<span>{said}</span></p>",
        f'<div>{picture}</div><p class="photo-credit">{said}</p>',
        f'<table align="right"><tr><td>{picture}</td></tr><tr><td>{said}</td></tr></table>',
        f"<div>{picture}</div><div><i>{said}</i></div>",
        f"<div>{picture}</div><p>{said}</p>",
        f'<p><a href="/b.jpg">{picture}</a></p><p><i class="credit">{said}</i></p>',
    )))  # fmt: skip


def subhead(site: Site) -> PagePart:
    """A heading inside the article."""
    said = site.writer.heading()
    return PagePart(
        site.chance.choice(("<h2>{}</h2>", "<h3>{}</h3>", "<p><strong>{}</strong></p>")).format(said), [said]
    )


def specification(site: Site) -> PagePart:
    """Names and values: a table with a head of its own, or rows of boxes, or a list."""
    writer, chance = site.writer, site.chance
    long = site.may(0.4)
    rows = [(writer.name(), writer.sentence() if long else writer.value()) for _ in range(chance.randint(4, 14))]
    shape = chance.randrange(5)
    lines = [cell for row in rows for cell in row]
    if shape < 3:
        one = ("<tr><td>{}</td><td>{}</td></tr>", "<tr><td><b>{}</b></td><td>{}</td></tr>",
               "<tr><th scope=row><span>{}</span></th><td><p>{}</p></td></tr>")[shape]  # fmt: skip
        head = [writer.name(), writer.name()]
        top = f"<thead><tr><th>{head[0]}<th>{head[1]}</tr></thead>"
        inside = "".join(one.format(*row) for row in rows)
        made = PagePart(f"{site.tag('table', 'unit')}{top}<tbody>{inside}</tbody></table>", [*head, *lines])
    elif shape == 3:
        opening, name = site.tag("div", "unit"), site.tag("span div", "line")
        ending = name.split()[0].strip("<>")
        inside = "".join(f"{opening}{name}{a}</{ending}><div>{b}</div></div>" for a, b in rows)
        made = PagePart(inside, lines).put_in_box(site.tag("div", "box"))
    else:
        inside = "".join(f"<li><strong>{a}:</strong> {b}</li>" for a, b in rows)
        made = PagePart(f"{site.tag('ul', 'unit')}{inside}</ul>", [f"{a}: {b}" for a, b in rows])
    return _add_heading(site, made.put_in_box(site.tag("div figure section", "box")) if site.may(0.5) else made)


def results(site: Site) -> PagePart:
    """A table of three columns and more: results, prices, a comparison."""
    writer, chance = site.writer, site.chance
    columns = chance.randint(3, 6)
    rows = [[writer.name() for _ in range(columns)]]
    rows += [[writer.name(), *(writer.value() for _ in range(columns - 1))] for _ in range(chance.randint(3, 16))]
    made = "".join(
        "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"
        for row, tag in ((row, "td" if number or site.may(0.3) else "th") for number, row in enumerate(rows))
    )
    return _add_heading(
        site, PagePart(f"{site.tag('table', 'unit')}{made}</table>", [cell for row in rows for cell in row])
    )


def units(site: Site) -> PagePart:
    """Units built alike, each a heading, which may be a link, with a text, a price, a list, a link to more."""
    writer, chance = site.writer, site.chance
    linked, level = site.may(0.5), chance.choice(("h2", "h3", "h3", "h4", "strong"))
    priced, more, listed, pictured = site.may(0.5), site.may(0.4), site.may(0.2), site.may(0.6)
    texts_count, opening = chance.choice((1, 1, 2)), site.tag("div div section li", "unit")
    inner, line = (site.tag("div", "box") if site.may(0.4) else ""), site.tag("p p div", "line")
    made, end = PagePart(), f"</{line.split()[0].strip('<>')}>"
    call = writer.ui("subscribe")
    for number in range(chance.randint(4, 12)):
        name = writer.heading() if site.may(0.7) else writer.name()
        name = f"{number + 1}. {name}" if texts_count == 2 else name
        said = [writer.short() if site.may(0.4) else writer.paragraph() for _ in range(texts_count)]
        unit = PagePart(f'<img src="/i/{number}.jpg">' if pictured else "")
        unit.add(PagePart(f"<{level}>{site.link(name) if linked else name}</{level}>", [name]))
        if priced:
            price = writer.value()
            unit.add(PagePart(f"<span>{price}</span>", [price]))
        for one in said:
            unit.add(PagePart(f"{line}{one}{end}", [one]))
        if listed:
            points = [writer.short() for _ in range(3)]
            unit.add(PagePart(f"<ul>{''.join(f'<li>{point}</li>' for point in points)}</ul>", points))
        if more:
            unit.add(PagePart(f"<p>{site.link(call)}</p>", [], [call]))
        made.add((unit.put_in_box(inner) if inner else unit).put_in_box(opening))
    whole = "ul" if opening.startswith("<li") else "div"
    return made.put_in_box(site.tag(whole, "box")) if whole == "ul" or site.may(0.5) else made


def recipe(site: Site) -> PagePart:
    """Things with their amounts and steps, each below a heading, and what else stands in a recipe."""
    writer, chance = site.writer, site.chance
    shape = chance.randrange(4)
    heading = ("<h3>{}</h3>", "<p><b>{}</b></p>", f"{site.tag('div', 'line')}{{}}</div>", "<h4>{}</h4>")[shape]
    things = [f"{writer.amount()} {writer.name()}" for _ in range(chance.randint(4, 14))]
    steps = [writer.short() if site.may(0.3) else writer.sentence() for _ in range(chance.randint(3, 9))]
    names = [writer.name(), writer.name()]
    one = chance.choice(("<li>{}</li>", "<li><span>{}</span></li>", "<li><label><input type=checkbox>{}</label></li>"))
    lists = ["".join(one.format(thing) for thing in things), "".join(f"<li>{step}</li>" for step in steps)]
    first = f"{site.tag('ul', 'unit')}{lists[0]}</ul>" if site.may(0.8) else f"<p>{'<br>'.join(things)}</p>"
    second = f"{site.tag('ol', 'unit')}{lists[1]}</ol>" if site.may(0.6) else "".join(f"<p>{s}</p>" for s in steps)
    made = PagePart()
    if site.may(0.4):
        facts = [f"{writer.name()}: {writer.value()}" for _ in range(3)]
        made.add(PagePart("".join(f"<span>{fact}</span>" if shape == 3 else f"<div>{fact}</div>" for fact in facts)))
        made.may += [*facts, " ".join(facts)]
    for name, lines, html in ((names[0], things, first), (names[1], steps, second)):
        part = PagePart(heading.format(name) + html, [name, *lines])
        made.add(part.put_in_box(site.tag("div section", "box")) if site.may(0.4) else part)
    return made.put_in_box(site.tag("div", "unit")) if site.may(0.4) else made


def guide(site: Site) -> PagePart:
    """Parts, each a heading above paragraphs or a list; questions and answers; a day by its hours."""
    made, box = PagePart(), site.tag("div section", "unit") if site.may(0.5) else ""
    for _ in range(site.chance.randint(3, 8)):
        part = subhead(site)
        for _ in range(site.chance.choice((1, 1, 2))):
            part.add(paragraph(site))
        if site.may(0.4):
            points = [site.writer.short() if site.may(0.5) else site.writer.name() for _ in range(4)]
            linked = site.may(0.3)
            items = "".join(f"<li>{site.link(point) if linked else point}</li>" for point in points)
            part.add(PagePart(f"<ul>{items}</ul>", points))
        made.add(part.put_in_box(box) if box else part)
    return made


def posts(site: Site) -> PagePart:
    """Paragraphs with what others posted between them; who posted and when may stay or go."""
    writer, made = site.writer, PagePart()
    name = site.chance.choice(("instagram-media", "tweet", "fb-post", "embed-post", "quote-box", "bluesky-embed",
                               "twitter-status", "twitter-embed", "facebook-embed"))  # fmt: skip
    for _ in range(site.chance.randint(2, 5)):
        made.add(paragraph(site))
        said, by = writer.sentence(), f"— {writer.person()} (@{writer.person().split()[0].lower()}) {writer.day()}"
        inside = f"<p>{said}</p><footer>{by}</footer>" if site.may(0.3) else f"<p>{said}<br>{site.link(by)}</p>"
        made.add(PagePart(f'<div><blockquote class="{name}">{inside}</blockquote></div>', [said], [by]))
    return made


def linked_prose(site: Site) -> PagePart:
    """Paragraphs whose names and topics are links, most of some."""
    made, share = PagePart(), site.chance.uniform(0.2, 0.7)
    for _ in range(site.chance.randint(2, 6)):
        said = site.writer.paragraph()
        parts = [" ".join(said.split()[at : at + 3]) for at in range(0, len(said.split()), 3)]
        made.add(PagePart(f"<p>{' '.join(site.link(part) if site.may(share) else part for part in parts)}</p>", [said]))
    return made


def paragraphs(site: Site, counts: Sequence[int]) -> PagePart:
    """So many paragraphs as one of the counts."""
    made = PagePart()
    for _ in range(site.chance.choice(counts)):
        made.add(paragraph(site))
    return made


def _add_heading(site: Site, table: PagePart) -> PagePart:
    if site.may(0.5):
        return table
    head = subhead(site)
    head.add(table)
    return head
