"""An S3 server on loopback, with the faults that a test asks for: answers that fail, and a store that is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from pipelines.stores import bucket

BUCKET = "newsroom"
REGION = "AWS_DEFAULT_REGION"
ACCESS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", REGION: "us-east-1"}
UNAVAILABLE, FORBIDDEN = "503 Service Unavailable", "403 Forbidden"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:
        """A test asks `asked`."""


@dataclass
class Store:
    """The server. fails: whether a request fails, by its number; gone: whether all do; says: how. asked: what was."""

    address: str
    environment: dict[str, str]
    fails: Callable[[int], bool] = lambda number: False
    gone: bool = False
    says: str = UNAVAILABLE
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0

    def client(self) -> Any:
        import boto3

        access = {name.lower(): value for name, value in ACCESS.items() if name != REGION}
        return boto3.client("s3", endpoint_url=self.address, region_name=ACCESS[REGION], **access)

    def names(self) -> list[str]:
        """The keys of all that is in the bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))


def empty(store: Store) -> None:
    """Forget all, faults too, and make the bucket anew."""
    store.fails, store.gone, store.says = (lambda number: False), False, UNAVAILABLE
    urlopen(f"{store.address}/moto-api/reset", data=b"").close()
    store.client().create_bucket(Bucket=BUCKET)
    store.asked.clear()
    store.refused = 0


@contextmanager
def served() -> Iterator[Store]:
    """A server with one empty bucket."""
    kept = DomainDispatcherApplication(create_backend_app)
    lock = threading.Lock()

    def app(asked: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with lock:
            store.asked.append((asked["REQUEST_METHOD"], asked["PATH_INFO"]))
            if store.gone or store.fails(len(store.asked)):
                store.refused += 1
                start(store.says, [("Content-Length", "0")])
                return []
        return kept(asked, start)  # type: ignore[no-any-return, no-untyped-call]

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    store = Store(address, {**ACCESS, "AWS_ENDPOINT_URL_S3": address})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        empty(store)
        yield store
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def serving_this_process() -> Iterator[Store]:
    """A server of whose bucket this process knows, and what it starts: by the environment, asked for anew."""
    with served() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        bucket._session.cache_clear()
        bucket._client.cache_clear()
        yield running
