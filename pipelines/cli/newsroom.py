"""The commands of the demo: a night on synthetic sites through Airflow (`make run`), the same with an Airflow that
stays up (`make ui`), and the newsroom. Also `ui` and `clean`, for an Airflow on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import replay
from pipelines.cli.night import one_night
from pipelines.cli.show import complain, progress, say, table
from pipelines.errors import NightdeskError
from pipelines.settings import of_installation, settings
from pipelines.stores import migrations, postgres, runs

if TYPE_CHECKING:
    from demo.installations import Desk
    from pipelines.airflow.standalone import Airflow

Article = Annotated[str, typer.Argument(help="Its id in `demo list`, such as sabah-13, or its address.")]
demo_app = typer.Typer(help="The demo newsroom: synthetic news sites on this machine.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    demo_app.command("replay")(replay.replay)
    app.add_typer(demo_app, name="demo", rich_help_panel="Demo")
    app.command("ui", rich_help_panel="The night")(ui)
    app.command("clean", rich_help_panel="The night")(clean)


def ui(port: Annotated[int, typer.Option(help="The port of the UI; 0 takes a free one.")] = 8080) -> None:
    """Run Airflow with the Dags and the Desk on this machine until Ctrl-C; prints address and login."""
    from pipelines.airflow import standalone

    current = of_installation()
    migrations.migrate(current)
    standalone.serve(current, port=_port_or_free(port), on_line=say)


def clean(
    keep_days: Annotated[
        int,
        typer.Option(min=0, envvar="KEEP_AIRFLOW_DAYS", help="Days that are kept: 8 or more, or 0 for ever."),
    ] = 60,
) -> None:
    """Delete Airflow's old records and log files; for a timer of the machine, because no Dag can do it."""
    from pipelines.airflow import airflow_retention

    airflow_retention.check_days(keep_days)
    where = airflow_retention.place(settings())
    if where is None:
        say("No Airflow has run on this data folder: there is nothing to clean.")
        return
    airflow_retention.clean(where, keep_days, datetime.now(UTC), on_line=say)


@demo_app.command("night")
def night() -> None:
    """Run a night on the demo newsroom, through Airflow to an alert; exit 0 if only the broken site failed."""
    from demo import installations
    from pipelines.airflow import standalone

    with (
        installations.open_desk() as opened,
        standalone.airflow_running(opened.settings, resume=False, on_line=progress) as airflow,
    ):
        failed = _nights(opened, airflow)
    say("Where to look next: `make ui`, `nightdesk --demo status`, `nightdesk --demo articles`, README.md.", "dim")
    unexpected = sorted({source for source in failed if source != opened.broken})
    if unexpected:
        complain(f"Failed, though not broken on purpose: {', '.join(unexpected)}. `nightdesk --demo status` says why.")
        raise typer.Exit(1)
    if opened.broken not in failed:
        complain(f"The site that is broken on purpose ({opened.broken}) was not found to have failed.")
        raise typer.Exit(1)


@demo_app.command("ui")
def demo_ui(port: Annotated[int, typer.Option(help="The port of the UI; 0 takes a free one.")] = 8080) -> None:
    """Run a night as `demo night` does; then Airflow and the newsroom stay up until Ctrl-C, to run or clear Dags."""
    from demo import installations
    from pipelines.airflow import standalone

    with (
        installations.open_desk() as opened,
        standalone.airflow_running(
            opened.settings, port=_port_or_free(port), resume=False, on_line=progress
        ) as airflow,
    ):
        say(f"{standalone.login(airflow)}.")
        _nights(opened, airflow)
        say("The newsroom stays open. In another terminal: `nightdesk demo publish` (or list, edit, delete).")
        standalone.stay(airflow, on_line=say)


def _nights(opened: Desk, airflow: Airflow) -> list[str]:
    """Run a night, after a first one if there was none yet; gives the sources that failed."""
    from demo import newsroom

    failed: list[str] = []
    with postgres.connection(opened.settings) as conn:
        first = not runs.latest(conn, 1)
    if first:
        say("The first night collects what is there; a first night never alerts.", "bold")
        failed += one_night(opened.settings, airflow, opened.broken)[1]
        say("")
    url = newsroom.publish(opened.newsroom)
    say(f"The newsroom has published one more article: {url}", "bold")
    failed += one_night(opened.settings, airflow, opened.broken)[1]
    _inbox(opened.inbox)
    say("")
    return failed


@demo_app.command("publish")
def publish(site: str = "sabah", title: str = "") -> None:
    """Publish a breaking article on a site of the newsroom."""
    from demo import newsroom

    with _catch_refusals():
        say(newsroom.publish(_folder(), site, title))


@demo_app.command("edit")
def edit(article: Article) -> None:
    """Edit an article of the newsroom."""
    from demo import newsroom

    with _catch_refusals():
        say(f"Edited: {newsroom.edit(_folder(), _url(article)).title}")
    _when(article)


@demo_app.command("delete")
def delete(article: Article) -> None:
    """Take an article of the newsroom down; it then answers 410."""
    from demo import newsroom

    with _catch_refusals():
        newsroom.delete(_folder(), _url(article))
        say(f"Deleted {article}.")
    _when(article)


@demo_app.command("relaunch")
def relaunch(
    site: str = "sabah",
    template: Annotated[str, typer.Option(help="Of which family; teaser: one that went wrong.")] = "teaser",
) -> None:
    """Change the template of a site of the newsroom; a bad template puts its next articles into the quarantine."""
    from demo import newsroom

    with _catch_refusals():
        newsroom.relaunch(_folder(), site, template)
    say(f"{site} has another template now: {template}.")


@demo_app.command("list")
def list_articles(
    site: str = "", count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many.")] = 15
) -> None:
    """List the articles on the newsroom's sites, newest first."""
    from demo import newsroom

    with _catch_refusals():
        truths = sorted(newsroom.articles(_folder(), site), key=lambda t: t.published_at, reverse=True)
    table(("id", "published", "title"), ((f"{t.site}-{t.number}", t.published_at, t.title) for t in truths[:count]))


def _url(article: str) -> str:
    """The address of an article, from its id or its address."""
    from demo import newsroom

    known = {f"{t.site}-{t.number}": t.url for t in newsroom.articles(_folder())}
    return known.get(article, article)


def _when(article: str) -> None:
    site = article.split("-", 1)[0] if "://" not in article else "SITE"
    say(
        "Nightdesk looks again at an article an hour, a day, three and seven days after it found it. "
        f"To have it looked at now: `nightdesk --demo run {site} --url ADDRESS` (`nightdesk --demo articles` knows it)."
    )


@contextmanager
def _catch_refusals() -> Iterator[None]:
    """Turn refusals of the newsroom into sentences for a person."""
    try:
        yield
    except ValueError as error:
        raise NightdeskError(f"The newsroom cannot do that: {error}.") from None


def use_demo() -> None:
    """Make every command work on the demo's installation instead of the user's."""
    from demo import installations

    installations.use(_folder().parent)


def _folder() -> Path:
    """The folder of the demo's newsroom, in the current folder or in the checkout."""
    from demo import installations

    found = installations.opened_folder()
    if found is None:
        raise NightdeskError(
            f"The demo newsroom has not been opened yet, neither here nor in {installations.CHECKOUT}: "
            "`make run` or `make ui` there opens it."
        )
    return found / "newsroom"


def _port_or_free(port: int) -> int:
    """The port itself if nobody listens on it, else 0, which means any free port."""
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
