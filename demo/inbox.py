"""An inbox for the demo's alerts: a webhook receiver that keeps each message once, by its stable key."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipelines import private

MOST_BYTES = 1_000_000


@contextmanager
def open_inbox(path: Path, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
    """Receive messages into a JSON Lines file while the block runs; yields the address to post to."""
    private.folder(path.parent)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
            key = self.headers.get("Idempotency-Key", "")
            with lock:
                if key not in {message["key"] for message in messages(path)}:
                    with private.open_private(path, "a", encoding="utf-8") as lines:
                        lines.write(json.dumps({"key": key, "message": json.loads(body)}, ensure_ascii=False) + "\n")
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not news."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def messages(path: Path) -> list[dict[str, Any]]:
    """What has arrived so far, oldest first: {"key": ..., "message": ...}."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
