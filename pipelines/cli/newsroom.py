"""The demo: a night on synthetic sites through Airflow (`make run`), the same staying up (`make ui`), the newsroom."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from pipelines import db, runs
from pipelines.cli import replay
from pipelines.cli.night import one_night
from pipelines.cli.show import complain, progress, say, table
from pipelines.errors import NightdeskError
from pipelines.settings import settings

demo_app = typer.Typer(help="The demo newsroom: synthetic news sites on this machine.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    demo_app.command("replay")(replay.replay)
    app.add_typer(demo_app, name="demo", rich_help_panel="Demo")
    app.command("ui", rich_help_panel="The night")(ui)


def ui(port: Annotated[int, typer.Option(help="The port of the UI; 0 takes a free one.")] = 8080) -> None:
    """Run Airflow with the Dags and the Desk page on this machine until Ctrl-C; prints address and login."""
    from pipelines.airflow import local

    current = settings()
    db.migrate(current)
    local.serve(current, port=_port_or_free(port), on_line=say)


@demo_app.command("night")
def night() -> None:
    """A night on the demo newsroom, through Airflow to an alert; exit 0 when only the broken site failed."""
    from demo import desk, newsroom
    from pipelines.airflow import local

    failed: list[str] = []
    with desk.open_desk() as opened:
        current = opened.settings
        with db.connection(current) as conn:
            first = not runs.latest(conn, 1)
        with local.airflow_running(current, resume=False, on_line=progress) as airflow:
            if first:
                say("The first night collects what is there; a first night never alerts.", "bold")
                failed += one_night(current, airflow, opened.broken)[1]
                say("")
            url = newsroom.publish(opened.newsroom)
            say(f"The newsroom has published one more article: {url}", "bold")
            failed += one_night(current, airflow, opened.broken)[1]
        _inbox(opened.inbox)
    say("")
    say("Where to look next:  make ui  ·  nightdesk --demo status  ·  nightdesk --demo articles  ·  README.md", "dim")
    unexpected = sorted({source for source in failed if source != opened.broken})
    if unexpected:
        complain(f"Failed, though not broken on purpose: {', '.join(unexpected)}. `nightdesk --demo status` says why.")
        raise typer.Exit(1)
    if opened.broken not in failed:
        complain(f"The site that is broken on purpose ({opened.broken}) was not found to have failed.")
        raise typer.Exit(1)


@demo_app.command("ui")
def demo_ui(port: Annotated[int, typer.Option(help="The port of the UI; 0 takes a free one.")] = 8080) -> None:
    """The demo newsroom and Airflow, staying up until Ctrl-C; Dags can be run, cleared and re-run by hand."""
    from demo import desk

    with desk.open_desk() as opened:
        say("The demo newsroom is open. In another terminal: nightdesk demo publish (or list, edit URL, delete URL).")
        from pipelines.airflow import local

        local.serve(opened.settings, port=_port_or_free(port), on_line=say)


@demo_app.command("publish")
def publish(site: str = "sabah", title: str = "") -> None:
    """Publish a breaking article on a site of the newsroom."""
    from demo import newsroom

    say(newsroom.publish(_folder(), site, title))


@demo_app.command("edit")
def edit(url: str) -> None:
    """Edit an article of the newsroom."""
    from demo import newsroom

    say(f"Edited: {newsroom.edit(_folder(), url).title}")


@demo_app.command("delete")
def delete(url: str) -> None:
    """Take an article of the newsroom down; it then answers 410."""
    from demo import newsroom

    newsroom.delete(_folder(), url)
    say(f"Deleted {url}.")


@demo_app.command("list")
def list_articles(site: str = "") -> None:
    """List what stands on the newsroom's sites."""
    from demo import newsroom

    table(
        ("published", "title", "address"),
        ((t.published_at, t.title, t.url) for t in newsroom.articles(_folder(), site)),
    )


def use_demo() -> None:
    """Let every command look at the demo's installation instead of the user's."""
    from demo import desk

    _folder()
    desk.use()


def _folder() -> Path:
    from demo.desk import FOLDER

    if not (FOLDER / "newsroom").is_dir():
        raise NightdeskError("The demo newsroom has not been opened here yet: `make run` or `make ui` opens it.")
    return FOLDER / "newsroom"


def _port_or_free(port: int) -> int:
    """The port itself if nobody listens on it, else 0, for any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _inbox(path: Path) -> None:
    from demo.inbox import messages

    got = messages(path)
    if got:
        say(f"The demo's inbox holds {len(got)} message(s): {path}", "bold")
