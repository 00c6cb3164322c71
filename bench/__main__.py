"""Run every measurement that needs no corpus and write docs/benchmarks.md; exit 1 where one that must be exact is not.

python -m bench                        all of them
python -m bench extraction CORPUS      us and the peers on real pages; --help says what else
python -m bench floors [--lower]       raise the floors under the demo newsroom's pages, or lower them
python -m bench crawl [--rounds N]     the crawl stage beside Scrapy's defaults and bare aiohttp; --help says what else
python -m bench crawl-memory [PAGES]   one crawl over so many pages of ten sites: does its memory stay flat?
python -m bench hosts [--hosts N]      many hosts at their own pace in one crawl process; --help says what else
python -m bench night [--hosts N]      a whole night beside news-please, pages a second; --help says what else
python -m bench sources [--sources N]  planning and leasing for many sources; --help says what else
python -m bench many [--sources N]     a real night of a thousand sources in Airflow; --help says what else
python -m bench asleep [--workers N…]  Airflow's own share of such a night, whose tasks sleep; --help says what else
python -m bench scale [--articles N…]  search in generated archives of several sizes; --help says what else
python -m bench statements --at FOLDER  every statement of the night, command line and Desk on a million articles
python -m bench desk --at FOLDER       every page of the Desk on a million articles; --help says what else
python -m bench desk-nights [--pairs N]  what an open Desk costs the night beside it; --help says what else
python -m bench migration [--articles N]  an archive of the last release brought to this version while others write
python -m bench stories [--sizes N…]   stories: what is linked, what must not be, what it costs; --help says what else
python -m bench export [--articles N]  export of a generated archive, and who reads it back; --help says what else
python -m bench load [--articles N…]   load beside a COPY of the same rows, in archives of several sizes
python -m bench recrawls               a hundred pages looked at again, half of them edited; which revisions come of it?
python -m bench outbox [--alerts N]    sending alerts beside httpx alone; --help says what else
python -m bench imports [--pages N]    WARC files of others beside warcio; --help says what else
python -m bench verify [--pages N]     raw files read again beside sha256sum and gzip; --help says what else
python -m bench retention [--articles N]  retention of texts and ledger beside loads; --help says what else
python -m bench silences [--seeds N]   how soon a source that dies is told, and how often one that lives
python -m bench holds [--sources N]     how often a night is held wrongly, and a changed template in its first
python -m bench unseen CORPUS [--kept]  sites the trees never saw; fits are kept; --help says what else
python -m bench fields CORPUS          title, day and authors of the pages, on two halves of their sites
python -m bench fit CORPUS             fit the judge of blocks to pages with gold text, into data/judge.json
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from bench import page

ROOT = Path(__file__).resolve().parent.parent
MATCH_CASES = ROOT.parent / "shared" / "data" / "match_cases.tsv"
CORPORA = ROOT.parent / "shared" / "corpora"
MEASURED = {
    "Page shapes and the founding article": ["bench.templates"],
    "Dates": ["bench.dates"],
    "Watches": ["bench.match_cases", *([str(MATCH_CASES)] if MATCH_CASES.exists() else [])],
    "Floors under the demo newsroom": ["bench", "floors"],
    "Cost of extraction": ["bench.cost"],
    "Memory of a worker": ["bench.memory"],
    "Cost of a crawl": ["bench.crawl"],
    "Many hosts in one crawl": ["bench.hosts"],
    "Memory of a crawl": ["bench.crawl_memory"],
    "A night beside news-please": ["bench.night"],
    "Many sources": ["bench.sources"],
    "Stories": ["bench.stories"],
    "Articles looked at again": ["bench.recrawls"],
    "Sending alerts": ["bench.outbox"],
    "Reading raw files again": ["bench.verify"],
    "Import of WARC files": ["bench.imports", "--large", "100"],
}


def main(words: list[str]) -> int:
    """Run what the words ask for; without any, all that needs no corpus, one after the other."""
    if words[:1] == ["extraction"]:
        from bench import extraction

        return extraction.main(words[1:])
    if words[:1] == ["unseen"]:
        from bench import unseen

        return unseen.main(words[1:])
    if len(words) == 2 and words[0] == "fields":
        from bench import fields

        return fields.main(words[1:])
    if words[:1] == ["crawl"]:
        from bench import crawl

        return crawl.main(words[1:])
    if words[:1] == ["hosts"]:
        from bench import hosts

        return hosts.main(words[1:])
    if words[:1] == ["night"]:
        from bench import night

        return night.main(words[1:])
    if words[:1] == ["stories"]:
        from bench import stories

        return stories.main(words[1:])
    if words[:1] == ["holds"]:
        from bench import holds

        return holds.main(words[1:])
    if words[:1] == ["silences"]:
        from bench import silences

        return silences.main(words[1:])
    if words[:1] == ["imports"]:
        from bench import imports

        return imports.main(words[1:])
    if words[:1] == ["verify"]:
        from bench import verify

        return verify.main(words[1:])
    if words[:1] == ["retention"]:
        from bench import retention

        return retention.main(words[1:])
    if words[:1] == ["outbox"]:
        from bench import outbox

        return outbox.main(words[1:])
    if words[:1] == ["load"]:
        from bench import load

        return load.main(words[1:])
    if words[:1] == ["recrawls"]:
        from bench import recrawls

        return recrawls.main(words[1:])
    if words[:1] == ["migration"]:
        from bench import migration

        return migration.main(words[1:])
    if words[:1] == ["export"]:
        from bench import export

        return export.main(words[1:])
    if words[:1] == ["desk-nights"]:
        from bench import desk_nights

        return desk_nights.main(words[1:])
    if words[:1] == ["desk"]:
        from bench import desk

        return desk.main(words[1:])
    if words[:1] == ["scale"]:
        from bench import scale

        return scale.main(words[1:])
    if words[:1] == ["statements"]:
        from bench import statements

        return statements.main(words[1:])
    if words[:1] == ["many"]:
        from bench import many

        return many.main(words[1:])
    if words[:1] == ["asleep"]:
        from bench import asleep

        return asleep.main(words[1:])
    if words[:1] == ["sources"]:
        from bench import sources

        return sources.main(words[1:])
    if words[:1] == ["floors"] and set(words[1:]) <= {"--lower"}:
        from bench import floors

        return floors.main(lower="--lower" in words)
    if words[:1] == ["crawl-memory"] and len(words) <= 2:
        from bench import crawl_memory

        return crawl_memory.main(*map(int, words[1:]))
    if len(words) == 2 and words[0] == "fit":
        from bench import fit

        return fit.main(Path(words[1]))
    if words:
        print(__doc__, file=sys.stderr)
        return 2
    return _all()


def _all() -> int:
    failed = False
    sections = {}
    for title, (module, *words) in MEASURED.items():
        print(f"== {title}", flush=True)
        done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        failed |= done.returncode != 0
        sections[title] = f"```\n{_summary(module, words, done.stdout)}\n```"
    page.write(sections, "make bench")
    if CORPORA.exists():
        print("Real pages are measured by: make bench-extraction CORPUS=../shared/corpora")
    return int(failed)


def _summary(module: str, words: list[str], printed: str) -> str:
    """The lines that count: those that begin with the name of what was measured, or say that it was skipped."""
    name = words[0] if module == "bench" else module.removeprefix("bench.").split("_")[0]
    return "\n".join(line for line in printed.splitlines() if line.startswith((name, "skipped")))


if __name__ == "__main__":
    # By itself Python ends at once: temporary folders of gigabytes would stay, and servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
