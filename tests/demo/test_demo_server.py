"""What the demo's server writes down of requests to one host."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.request import urlopen

from demo.server import ACCESS_LOG, Request, SiteAnswer, accesses, serve_in_thread

# Asks for one page after the other, each by a connection of its own, as soon as it has the page before.
ASK_IN_TURN = """
import socket, sys
for number in range(300):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as line:
        line.sendall(b"GET /%d HTTP/1.1\\r\\nHost: a.test\\r\\n\\r\\n" % number)
        got = b""
        while not got.endswith(b"x" * 2000):
            more = line.recv(65536)
            if not more:
                sys.exit(f"page {number} has no end: {got[:200]}")
            got += more
"""


def answer(request: Request) -> SiteAnswer:
    return SiteAnswer(status=200, content_type="text/html", body=b"x" * 2000)


def test_a_client_that_asks_for_one_page_after_the_other_never_asks_for_two_at_once(tmp_path: Path) -> None:
    with serve_in_thread(answer, tmp_path / ACCESS_LOG) as address:
        subprocess.run([sys.executable, "-c", ASK_IN_TURN, address.split(":")[1]], check=True, timeout=120)

    lines = accesses(tmp_path)
    assert len(lines) == 300
    assert [line for line in lines if line["at_once"] > 1] == []


def test_two_requests_that_a_host_answers_at_the_same_time_are_counted(tmp_path: Path) -> None:
    both = Barrier(2)

    def answer_together(request: Request) -> SiteAnswer:
        both.wait(60)
        return answer(request)

    with serve_in_thread(answer_together, tmp_path / ACCESS_LOG) as address, ThreadPoolExecutor(2) as clients:
        list(clients.map(lambda _: urlopen(f"http://{address}/slow").read(), range(2)))

    assert sorted(line["at_once"] for line in accesses(tmp_path)) == [1, 2]
