"""The command line, `nightdesk`: the only package that imports typer."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from pipelines import installation
from pipelines.cli.commands import Commands
from pipelines.cli.show import complain
from pipelines.errors import NightdeskError
from pipelines.settings import mistaken
from pipelines.stores import postgres

UNDEFINED_TABLE, TOO_LARGE = "42P01", "22003"
NO_UTF_8 = re.compile("[\ud800-\udfff]")
# A person has to fix these errors: no space, no permission, a read-only or broken disk, a folder where a file should
# be.
FILE_TROUBLES = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG,
     errno.EISDIR, errno.ENOTDIR)
)  # fmt: skip

app = typer.Typer(
    cls=Commands,
    help="Nightdesk: scheduled news scraping and monitoring that you run yourself.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"Nightdesk {version('nightdesk')}")
        typer.echo(f"Installation: {installation.find()}")
        raise typer.Exit


@app.callback()
def _app(
    demo: Annotated[bool, typer.Option("--demo", help="Use the demo's data folder, sources and database.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what the libraries say, on standard error.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    for sentence in mistaken():
        complain(sentence)
    if demo:
        from pipelines.cli import newsroom

        newsroom.use_demo()


def main() -> None:
    """Run a command; a NightdeskError becomes one sentence on standard error and exit code 1."""
    try:
        app()
    except NightdeskError as error:
        complain(str(error))
        sys.exit(1)
    except UnicodeEncodeError as error:
        # For bytes that are no UTF-8, Python has halves of surrogate pairs, which neither Postgres nor JSON takes.
        if not any(NO_UTF_8.search(word) for word in sys.argv):
            raise
        complain(f"What was typed has bytes that are no UTF-8: {error.object[error.start : error.end]!a}.")
        sys.exit(1)
    except postgres.Error as error:
        if error.pgcode == TOO_LARGE:
            complain("There is nothing of this number: it is larger than any that Postgres can hold.")
            sys.exit(1)
        missing = error.pgcode == UNDEFINED_TABLE
        complain(
            "The database has not been prepared for this version: run `nightdesk db migrate`."
            if missing
            else f"Postgres failed before the end: {postgres.cause(error)}. What was finished is kept; try again."
        )
        sys.exit(1)
    except OSError as error:
        folder = Path(os.fsdecode(error.filename)).parent if isinstance(error.filename, str | bytes) else Path()
        if error.errno == errno.ENOENT and not folder.is_dir():
            complain(f"There is no folder {folder}: make it, then run the same command again.")
            sys.exit(1)
        if error.errno not in FILE_TROUBLES:
            raise
        where = error.filename or "A file"
        why = os.strerror(error.errno)
        complain(f"{where} cannot be read or written: {why}. Mend that, then run the same command again.")
        sys.exit(1)
    except KeyboardInterrupt:
        complain("Stopped; what was finished is kept, and the same command goes on from there.")
        # Shells expect this code after Ctrl-C: 128 plus the number of SIGINT.
        sys.exit(130)
