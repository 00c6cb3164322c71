"""The command line of the demo: `python -m demo <verb>`; programs read its JSON lines."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from demo import newsroom, replay
from demo.inbox import open_inbox
from demo.newsroom import FOLDER, Newsroom
from demo.replay import Replay
from demo.sites import BREAKING, SITES, SiteFault, write_sources
from demo.structures import FORTY
from pipelines.errors import NightdeskError

PR_SET_PDEATHSIG = 1
INBOX = "inbox.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0, or 1 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (NightdeskError, ValueError, FileNotFoundError) as error:
        print(f"demo {options.verb}: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="A newsroom of synthetic news sites on loopback."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, run: object, what: str, default: Path | None = FOLDER) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, help=what, description=what)
        found.set_defaults(run=run)
        found.add_argument(
            "--folder", type=Path, default=default, required=default is None, help="default: %(default)s"
        )
        return found

    serving = verb("serve", _serve, "Open the newsroom and serve it until SIGTERM or Ctrl-C.")
    again = verb("replay", _replay, "Serve real saved pages as sites.", Path("data/replay"))
    for each in (serving, again):
        each.add_argument("--port", type=int, default=0, help="0 takes a free one")
        each.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    receiving = verb("receive", _receive, "Take alerts as a webhook, each once, until SIGTERM or Ctrl-C.")
    for each in (serving, receiving):
        each.add_argument("--host", default="127.0.0.1", help="the address to listen on; default: loopback alone")
    receiving.add_argument("--port", type=int, default=0, help="0 takes a free one")
    serving.add_argument("--families", action="store_true", help="the sites of the crawl families instead of the six")
    publishing = verb("publish", _publish, "Publish a breaking article; prints its URL.")
    publishing.add_argument("--site", default=BREAKING)
    publishing.add_argument("--title", default="")
    for name, run, what in (
        ("edit", _edit, "Change an article's text."),
        ("delete", _delete, "Take an article down: 410 from now on."),
    ):
        verb(name, run, what).add_argument("url")
    listing = verb("list", _list, "List the articles that stand, newest first.")
    listing.add_argument("--site", default="")
    listing.add_argument("--json", action="store_true")
    breaking = verb("break", _break, "Give a site a fault, or heal it (kind `none`).")
    breaking.add_argument("site")
    breaking.add_argument("kind")
    breaking.add_argument("--where", default="*")
    breaking.add_argument("--value", default="")
    breaking.add_argument("--times", type=int, default=0)
    verb("sources", _sources, "Write the source files that follow the newsroom's sites.", None)
    again.add_argument("--pages", type=Path, action="append", default=[], help="JSON-lines index of url and path")
    again.add_argument("--corpus", type=Path, action="append", default=[], help="folder of gold.jsonl and html/")
    again.add_argument("--min-pages", type=int, default=1, help="leave out hosts of a corpus with fewer pages")
    again.add_argument("--hosts", type=int, default=0, help="at most so many hosts of each corpus")
    again.add_argument("--host-pages", type=int, default=0, help="at most so many pages of each of these hosts")
    again.add_argument("--cap", type=int, default=0, help="at most so many entries in a feed")
    again.add_argument("--sources", type=Path, help="write the source files of these hosts into this folder")
    return parser


def _serve(options: argparse.Namespace) -> None:
    sites = FORTY if options.families else SITES
    _stay(newsroom.open_newsroom(options.folder, options.port, host=options.host, sites=sites), options.with_parent)


def _receive(options: argparse.Namespace) -> None:
    awaited = _hold_signals()
    with open_inbox(options.folder / INBOX, options.port, options.host) as url:
        print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)
        signal.sigwait(awaited)


def _replay(options: argparse.Namespace) -> None:
    limits = {"min_pages": options.min_pages, "hosts": options.hosts, "pages": options.host_pages}
    placed = replay.gather(options.pages, options.corpus, **limits)
    if options.sources:
        write_sources(replay.replay_sources(placed), options.sources)
    _stay(replay.open_replay(placed, options.folder, options.port, cap=options.cap), options.with_parent)


def _publish(options: argparse.Namespace) -> None:
    print(newsroom.publish(options.folder, options.site, options.title))


def _edit(options: argparse.Namespace) -> None:
    newsroom.edit(options.folder, options.url)


def _delete(options: argparse.Namespace) -> None:
    newsroom.delete(options.folder, options.url)


def _list(options: argparse.Namespace) -> None:
    for each in newsroom.articles(options.folder, options.site):
        row = {"site": each.site, "url": each.url, "title": each.title, "published_at": each.published_at.isoformat()}
        print(
            json.dumps(row, ensure_ascii=False)
            if options.json
            else f"{each.published_at:%Y-%m-%d %H:%M}  {each.site:8}  {each.title}\n    {each.url}"
        )


def _break(options: argparse.Namespace) -> None:
    fault = SiteFault(kind=options.kind, where=options.where, value=options.value, times=options.times)
    newsroom.break_site(options.folder, options.site, [] if options.kind == "none" else [fault])


def _sources(options: argparse.Namespace) -> None:
    for path in newsroom.sources(options.folder):
        print(path)


def _stay(opened: AbstractContextManager[Newsroom] | AbstractContextManager[Replay], with_parent: bool) -> None:
    """Serve until SIGTERM or SIGINT; the first line on stdout says where."""
    awaited = _hold_signals()
    if with_parent:
        _die_with_parent()
    with opened as found:
        line = {
            "url": f"http://{found.address}",
            "address": found.address,
            "host_map": found.host_map,
            "pid": os.getpid(),
        }
        print(json.dumps(line), flush=True)
        signal.sigwait(awaited)


def _hold_signals() -> set[signal.Signals]:
    """The signals that end what stays, held back until somebody waits for them."""
    awaited = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    return awaited


def _die_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent == 1 or os.getppid() != parent:
        raise ValueError("the process that started the demo is gone already")


if __name__ == "__main__":
    sys.exit(main())
