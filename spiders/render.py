"""Which requests go through a browser, and how the browser is started; only for sources with `render = true`.

The browser has no network. This crawl's own downloader fetches what a page asks for, and spiders.browser hands it to
the browser. So guard, robots.txt, delay, user agent and limits also hold inside the browser. This module can be
imported without the extra `render`; spiders.browser cannot.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipelines.codes import Kind
from pipelines.model import Source
from pipelines.settings import Settings
from spiders.crawler_settings import scrapy_settings

HANDLER = "spiders.browser.BrowserHandler"
# Under this key, a request's meta has the source that the request is rendered for.
RENDERED = "rendered_for"
KINDS = {Kind.ARTICLE, Kind.SECTION}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    # With these options no name is resolved and no address is reached, neither by a redirect nor by a socket, a worker
    # or a prefetch.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    # Without this option, peer connections bypass a proxy.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-gpu",
    "--mute-audio",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
)
# The browser does not get these arguments of Playwright, which would let pages open windows.
NOT_GIVEN = ("--disable-popup-blocking",)
# The browser gets these variables. It needs no others, and the others may contain addresses and passwords.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")

# The path of the folder for a browser's sockets has at most this many bytes. Chosen: in Linux the whole path of a
# socket has at most 107 bytes, and Chromium adds a folder and a name.
LONGEST_FOLDER_BYTES = 60


def meta_for(source: Source, kind: Kind) -> dict[str, Any]:
    """The meta of a request for a page of this source; empty unless a browser has to read the page."""
    if not source.render or kind not in KINDS:
        return {}
    # This request fetches nothing by itself: other requests fetch the page and its parts, and those are redirected and
    # repeated as usual.
    return {RENDERED: source, "download_slot": _slot(source), "dont_retry": True, "dont_redirect": True}


def crawl_settings(current: Settings, sources: Iterable[Source]) -> dict[str, Any]:
    """The Scrapy settings of a crawl of these sources, with the browser's settings if a source needs one."""
    plain = scrapy_settings(current)
    rendered = [source for source in sources if source.render]
    if not rendered:
        return plain
    return {
        **plain,
        "DOWNLOAD_HANDLERS": {**plain["DOWNLOAD_HANDLERS"], "http": HANDLER, "https": HANDLER},
        # Of each source, one page is read at a time; the slots of the hosts keep the gaps between the page's requests.
        "DOWNLOAD_SLOTS": {_slot(source): {"concurrency": 1, "delay": 0.0} for source in rendered},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(current),
    }


def trouble(current: Settings) -> str:
    """What must be installed before pages can be rendered here; empty if nothing is missing."""
    if not find_spec("scrapy_playwright"):
        return (
            "It is marked render = true, and the extra for that is not installed: `make render`, "
            "or `pip install 'nightdesk[render]'`."
        )
    if current.chromium and not shutil.which(current.chromium):
        return f"It is marked render = true, and NIGHTDESK_CHROMIUM names no program: {current.chromium}."
    if not chromium(current) and not _own_browsers():
        return (
            "It is marked render = true, and there is no Chromium: `apt-get install chromium`, "
            "`playwright install chromium`, or name one in NIGHTDESK_CHROMIUM."
        )
    return ""


def chromium(current: Settings) -> str:
    """The path of the Chromium to start; empty if Playwright is to start its own."""
    found = (shutil.which(name) for name in ((current.chromium,) if current.chromium else NAMES))
    return next((path for path in found if path), "")


def launch_options(current: Settings) -> dict[str, Any]:
    """How Playwright starts the browser."""
    path = chromium(current)
    return {
        **({"executable_path": path} if path else {}),
        "headless": True,
        # Chromium does not run its sandbox as root, so the sandbox is left out for root, and only there.
        "chromium_sandbox": os.geteuid() != 0,
        "args": list(ARGUMENTS),
        "ignore_default_args": list(NOT_GIVEN),
        "env": _environment(),
    }


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Chromium puts a socket into TMPDIR, and ends at once if the path is too long for a socket.
    if len(os.fsencode(passed.get("TMPDIR", ""))) > LONGEST_FOLDER_BYTES:
        del passed["TMPDIR"]
    return passed


def _slot(source: Source) -> str:
    # No host name contains a space, so the slot is never that of a host.
    return f"browser {source.name}"


def _own_browsers() -> list[Path]:
    """The browsers that `playwright install chromium` has put on this machine."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    return list((Path(given) if given else Path.home() / ".cache" / "ms-playwright").glob("chromium*"))
