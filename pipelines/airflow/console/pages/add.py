"""The page to add sources: takes one address, many or a list, shows the findings, and takes a person's yes or no."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from pipelines import steering
from pipelines.airflow.console import dag_runs, permissions, policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.parameters import LONGEST_NAME, NAME
from pipelines.codes import Act, Thing
from pipelines.errors import SourceError
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/follow")

RunId = Annotated[str, InPath(max_length=LONGEST_NAME, pattern=NAME)]


class Sites(BaseModel):
    """The sites to follow: addresses, a list as OPML, or names of the catalogue; and known facts about them."""

    addresses: list[str] = Field(default=[], max_length=policy.SITES_AT_ONCE)
    opml: str = ""
    catalogue: list[str] = Field(default=[], max_length=policy.SITES_AT_ONCE)
    name: str = ""
    timezone: str = ""
    country: str = ""
    twice: bool = False


@router.get("")
def _looked_at(user: permissions.User) -> Any:
    """The latest looks at sites, and the catalogue with a mark on followed entries."""
    current = settings()
    names = {source.name for source in folders.readable(current)[0]}
    catalogue = [
        {
            "name": one.name, "title": one.title, "country": one.country, "language": one.language,
            "followed": one.name in names,
        }
        for one in folders.catalogue()
    ]  # fmt: skip
    runs = dag_runs.newest("follow", policy.RUNS_LISTED)
    return steering.strip_steering({"runs": runs, "catalogue": catalogue, "may": permissions.names_of(user)})


@router.post("")
def _follow(sites: Sites, acting: Acting) -> Any:
    """Start the Dag `follow` for each site, and follow entries of the catalogue at once; gives the result for each."""
    # Imported here because it takes seconds to load, and Airflow's server loads this module when it starts.
    from pipelines.follow import probing

    current = settings()
    wanted = [probing.address(one) for one in sites.addresses if one.strip()]
    wanted += _read_sites(sites.opml) if sites.opml else []
    if len(wanted) > policy.SITES_AT_ONCE:
        raise SourceError(
            f"These are {len(wanted):,} sites, and {policy.SITES_AT_ONCE} are looked at together: take fewer, or "
            "`nightdesk follow FILE.opml`, which goes on where it was stopped."
        )
    if sites.catalogue:
        folders.check_writable(current)
    done: list[dict[str, Any]] = []
    for name in sites.catalogue:
        with acting.doing(current, Act.FOLLOW, Thing.SOURCE, name) as catalogued:
            folders.follow(current, name)
            catalogued.detail = {"catalogue": True}
        done.append({"site": name, "said": f"{name} is followed; the next run takes it."})
    alone = {"name": sites.name or None, "timezone": sites.timezone or None} if len(wanted) == 1 else {}
    for url in wanted:
        form = {"url": url, "country": sites.country or None, "twice": sites.twice, **alone}
        with acting.doing(current, Act.FOLLOW, Thing.ARCHIVE, url) as begun:
            begun.detail = dag_runs.start("follow", acting.user, **form)
        done.append({"site": url, **begun.detail})
    if not done:
        raise SourceError("Give an address, a list, or names of the catalogue.")
    return {"done": steering.strip_steering(done)}


@router.post("/{run_id}/approve")
def _approve(run_id: RunId, acting: Acting) -> Any:
    """Say yes: the Dag writes the source's file."""
    return _give_answer(run_id, acting, Act.APPROVE, "Approve", "The source's file is written now.")


@router.post("/{run_id}/refuse")
def _refuse(run_id: RunId, acting: Acting) -> Any:
    """Say no: nothing is written."""
    return _give_answer(run_id, acting, Act.REFUSE, "Reject", "Nothing is written.")


def _give_answer(run_id: str, acting: Acting, act: Act, option: str, said: str) -> dict[str, Any]:
    with acting.doing(settings(), act, Thing.ARCHIVE, run_id):
        dag_runs.answer("follow", run_id, "approve", acting.login, option)
    return {"said": said}


def _read_sites(text: str) -> list[str]:
    """The sites of a list, read as the command line reads it."""
    from pipelines.follow import opml

    return [one.url for one in opml.parse(text.encode("utf-8", "replace"), "the list")]
