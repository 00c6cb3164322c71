"""Whether each page of ../shared/data/templates gives exactly its expected text, and the seed loses its four lines."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.extract.extraction import extract_page
from pipelines.model import Article, Page, Rejection, Source

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCE = Source(
    name="example",
    title="Example",
    url="https://news.example.org/",
    country="SY",
    language="ar",
    timezone="Asia/Damascus",
)
# The seed's stray lines, by what they begin with.
STRAY = ("0", "مشاركة", "اترك", "هذا الموقع يستخدم Akismet")


def main() -> int:
    """Print one line per page; 1 where one is not exact."""
    if not DATA.exists():
        print(f"skipped: there is no {DATA}")
        return 0
    right = [_template(path) for path in sorted((DATA / "templates").glob("*.html"))]
    right += [_seed(shape) for shape in ("article", "box", "breaks")]
    print(f"templates: {sum(right)} of {len(right)} exact")
    return 0 if all(right) else 1


def _template(path: Path) -> bool:
    wanted = path.with_suffix("").with_suffix(".expected.txt").read_text(encoding="utf-8")
    made = extract_page(_page(path.read_bytes()), SOURCE)
    exact = isinstance(made, Article) and made.text == "\n".join(line for line in wanted.split("\n") if line.strip())
    print(f"{path.name}: {'exact' if exact else made}")
    return exact


def _seed(shape: str) -> bool:
    """The seed article in a page of its own: all lines in paragraphs, in a plain box, or with line breaks alone."""
    lines = [line.strip() for line in (DATA / "seed_article.txt").read_text(encoding="utf-8").split("\n")]
    title, rest = lines[0], lines[1:]
    paragraphs = "".join(f"<p>{line}</p>" for line in rest)
    inside = {
        "article": f"<article><h1>{title}</h1>{paragraphs}</article>",
        "box": f"<div><h1>{title}</h1>{paragraphs}</div>",
        "breaks": f"<div><h1>{title}</h1><div>{'<br><br>'.join(rest)}</div></div>",
    }[shape]
    html = f"<html lang=ar><head><meta charset=utf-8><title>{title}</title></head><body>{inside}</body></html>"
    made = extract_page(_page(html.encode()), SOURCE)
    if isinstance(made, Rejection):
        print(f"seed as {shape}: {made}")
        return False
    wanted = [line for line in rest if line.strip() and not line.startswith(STRAY)]
    cut = [removed.text for removed in made.removed if removed.reason != "title"]
    exact = made.text.split("\n") == wanted and len(cut) == 4 and all(map(str.startswith, cut, STRAY))
    print(f"seed as {shape}: {'exact' if exact else made}; cut: {[(r.text[:24], r.reason) for r in made.removed]}")
    return exact


def _page(body: bytes) -> Page:
    address = "https://news.example.org/2014/12/agreement/"
    return Page(
        source="example",
        run="2026-11-22T0200",
        url=address,
        final_url=address,
        fetched_at=datetime(2026, 11, 22, 2, tzinfo=UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body,
        digest=sha256(body).hexdigest(),
    )


if __name__ == "__main__":
    sys.exit(main())
