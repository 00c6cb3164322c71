"""db: dumps and restores the database, migrates its schema, and does upkeep's work on rows of older versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.show import progress, say
from pipelines.load import search_index, stored_wordings, story_links
from pipelines.settings import of_installation, settings
from pipelines.sources import sourcefile
from pipelines.stores import dumps, migrations, postgres, raw_retention

db_app = typer.Typer(help="The database.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(db_app, name="db", rich_help_panel="Setting up")


@db_app.command("dump")
def dump(file: Annotated[Path, typer.Argument(help="Where the dump goes; an older one there is replaced.")]) -> None:
    """Write the database to a file while Nightdesk runs: for a backup, or to move to another Postgres."""
    dumps.dump(settings(), file)
    say(f"The database is in {sourcefile.show_path(file)}.")


@db_app.command("restore")
def restore(file: Annotated[Path, typer.Argument(help="What `db dump` or pg_dump --format=custom wrote.")]) -> None:
    """Fill an empty database from a dump, and migrate it to this version."""
    dumps.restore(of_installation(), file)
    say(f"The database is that of {sourcefile.show_path(file)}.")


@db_app.command("migrate")
def migrate() -> None:
    """Migrate the database to this version's schema while Nightdesk runs; safe to repeat."""
    ran = migrations.migrate(of_installation(), progress)
    raw_retention.tighten(settings())
    say(f"Applied {', '.join(ran)}." if ran else "The database is up to date.")


@db_app.command("index")
def index() -> None:
    """Do upkeep's work on rows of older versions now: search index, stories, wordings that are stored twice."""
    current = settings()
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
    done = search_index.backfill(current, lambda so_far: progress(f"{so_far:,} articles so far"))
    say(f"Put {done:,} articles into the search index." if done else "Every article is in the search index.")
    linked = story_links.backfill(current, lambda so_far: progress(f"{so_far:,} articles so far"))
    say(f"Looked for the stories of {linked:,} articles." if linked else "Every article has its story.")
    once = stored_wordings.backfill(current, lambda so_far: progress(f"{so_far:,} wordings so far"))
    say(f"{once:,} wordings stood twice, and stand once now." if once else "Every wording stands once.")
