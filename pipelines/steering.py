"""Characters that steer a terminal, a mail, a chat or the reader's eye.

They come from pages and reach titles, texts and addresses. They are left out of text that is shown, escaped in data,
and made ineffective in a chat. Every place that shows what a page wrote uses this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

# These are the control characters of C0 (but not tab and line feed) and of C1, DEL, and halves of surrogate pairs,
# which cannot be encoded.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# These embeddings, overrides and isolates change the order in which text is shown. The marks LRM, RLM and ALM stay.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile("\r\n?|[\x85\u2028\u2029]")
_ESCAPED = re.compile("[\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
STANDS_FOR_IT = "\ufffd"
# These characters mark mentions, links, pictures and code in chats. They are replaced, because no way of escaping
# works in all chats.
_ACTING = str.maketrans({"@": "@\u200b", "<": "‹", ">": "›", "`": "'"})
_MARKUP = re.compile(r"\](?=\s*[(\[:])")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
# A web address does not need these characters, and they act in a chat even inside an address.
_IN_ADDRESS = re.compile(r"[@<>\[\]|`*\\\s]")


def strip(text: str) -> str:
    """Text that may be shown anywhere. A control character becomes �; what reverses the direction of writing is left
    out.

    Tabs and line feeds stay; every other end of a line becomes a line feed.
    """
    if text.isascii() and text.isprintable():
        return text
    return _TURNING.sub("", _CONTROLS.sub(STANDS_FOR_IT, _LINES.sub("\n", text)))


def one_line(text: str, longest: int = 0) -> str:
    """Text that may be shown in one line, cut to `longest` characters (0: whole)."""
    line = " ".join(strip(" ".join(text.split())).split())
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"


def strip_steering(value: Any) -> Any:
    """A value in which every text, also in lists and mappings, may be shown."""
    if isinstance(value, str):
        return strip(value)
    if isinstance(value, dict):
        return {key: strip_steering(one) for key, one in value.items()}
    return [strip_steering(one) for one in value] if isinstance(value, (list, tuple)) else value


def as_json(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    """Readable JSON in which steering characters are escaped. Read again, it gives the same value."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def inert(text: str, *, links: bool = False) -> str:
    """Foreign text for a chat, in which it mentions nobody, links nothing and loads nothing. With `links`, bare
    addresses stay links.
    """
    dull = _MARKUP.sub("]\u200b", strip(text).translate(_ACTING))
    return dull if links else _ADDRESS.sub("\u200b", dull)


def inert_address(url: str) -> str:
    """A web address for a chat: the same address, with characters that would act in the chat percent-encoded."""
    scheme, found, rest = url.partition("://")
    if not found:
        return inert(url)
    host, slash, path = rest.partition("/")
    return f"{scheme}://{inert(host)}{slash}" + _IN_ADDRESS.sub(lambda found: quote(found[0], safe=""), strip(path))
