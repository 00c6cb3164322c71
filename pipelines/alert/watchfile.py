"""Writes all watches and lists of synonyms as one TOML file, for a repository, and reads such a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.alert import synonyms, watches
from pipelines.alert.watches import KINDS, Watch
from pipelines.errors import QueryError, WatchError

HEAD = "# The watches and synonyms of a Nightdesk; `nightdesk watch import FILE` sets them. Channels are only named.\n"
# Besides its name, a watch in the file may have these keys. LISTS: the value is a list of texts. TEXTS: the value is
# one text. OTHERS: TEXTS, and keys with other values.
LISTS = ("terms", "unless", "sources", "languages", "kinds", "channels", "quiet")
TEXTS = ("query", "digest", "timezone", "messages_in", "owner")
OTHERS = (*TEXTS, "cap", "paused")


def render(known: Sequence[Watch], lists: Mapping[str, Sequence[str]]) -> str:
    """The TOML text of watches and lists. Fields with their usual value are left out."""
    lines = [HEAD]
    if lists:
        lines += ["[synonyms]", *(f"{_toml(name)} = {_toml(spellings)}" for name, spellings in lists.items()), ""]
    for watch in known:
        lines += ["[[watch]]", f"name = {_toml(watch.name)}"]
        for key, value in _write_watch(watch).items():
            lines.append(f"{key} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def parse(
    text: str, where: str, known: Mapping[str, Sequence[str]]
) -> tuple[list[tuple[Watch, bool]], dict[str, list[str]]]:
    """The watches of a file, each with whether it is paused, and the file's lists of synonyms.

    known: the lists of synonyms that exist already.

    WatchError names the file and what is wrong.
    """
    try:
        given = tomllib.loads(text)
    except ValueError as error:
        raise WatchError(f"{where} is not TOML: {error}.") from None
    odd = [key for key in given if key not in ("watch", "synonyms")]
    if odd:
        raise WatchError(f"{where} has {odd[0]}; it may have [[watch]] and [synonyms].")
    try:
        lists = dict(synonyms.make(name, spellings) for name, spellings in given.get("synonyms", {}).items())
        made = [_watch(one, {**known, **lists}) for one in given.get("watch", [])]
    except (WatchError, QueryError) as error:
        raise WatchError(f"{where}: {error}") from None
    names = [watch.name for watch, _ in made]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise WatchError(f"{where} has the watch {twice} twice.")
    return made, lists


def _write_watch(watch: Watch) -> dict[str, Any]:
    said: dict[str, Any] = {
        "query": watch.query,
        "terms": [term.written for term in watch.terms],
        "unless": [term.written for term in watch.unless],
        "sources": watch.sources,
        "languages": watch.languages,
        "kinds": watch.kinds if watch.kinds != KINDS else (),
        "channels": watch.channels,
        "cap": watch.cap,
        **{name: getattr(watch, name) for name in ("digest", "quiet", "timezone", "messages_in", "owner")},
        "paused": bool(watch.paused_at),
    }
    return {key: value for key, value in said.items() if value}


def _watch(said: Any, lists: Mapping[str, Sequence[str]]) -> tuple[Watch, bool]:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise WatchError("each [[watch]] needs a name in quotes.")
    name = said["name"]
    for key, value in said.items():
        if key not in ("name", *LISTS, *OTHERS):
            raise WatchError(f"Watch {name}: {key} is no key; there are name, {', '.join((*LISTS, *OTHERS))}.")
        if key in LISTS and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise WatchError(f"Watch {name}: {key} is a list of texts.")
    if not all(isinstance(said.get(text, ""), str) for text in TEXTS) or not isinstance(
        said.get("paused", False), bool
    ):
        raise WatchError(f"Watch {name}: {', '.join(TEXTS)} are texts, and paused true or false.")
    cap = said.get("cap")
    if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int)):
        raise WatchError(f"Watch {name}: cap is a whole number.")
    made = watches.make(
        name,
        said.get("terms", []),
        said.get("unless", []),
        query=said.get("query", ""),
        synonyms=lists,
        sources=said.get("sources"),
        languages=said.get("languages"),
        kinds=said.get("kinds"),
        channels=said.get("channels"),
        cap=cap,
        digest=said.get("digest", ""),
        quiet=said.get("quiet"),
        timezone=said.get("timezone", ""),
        messages_in=said.get("messages_in", ""),
        owner=said.get("owner", ""),
    )
    return made, said.get("paused", False)


def _toml(value: Any) -> str:
    """A value in TOML; basic strings have the same form as in JSON."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
