"""The database's password: whatever stands in it, everybody reads the same one, and nobody is shown it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import psycopg2.extensions
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.airflow import airflow_home
from pipelines.errors import DatabaseError
from pipelines.settings import Settings
from pipelines.stores import migrations, postgres, postgres_address
from tests import databases
from tests.examples import drawn
from tests.later import Later

sqlalchemy, sqlalchemy_asyncio = Later("sqlalchemy"), Later("sqlalchemy.ext.asyncio")

# Two words that stand in no sentence of ours, with anything around and between them.
LEFT, RIGHT = "Zq7w", "Kv9j"
anything = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
marks = st.text("/?#@:%[]&=+$'\"\\ ,;", max_size=6)
words = st.one_of(anything, marks)
passwords = st.builds(lambda a, b, c: a + LEFT + b + RIGHT + c, words, words, words)

# Forms in which somebody writes an address with a password as it is, nothing encoded.
FORMS = (
    "postgresql://desk:{}@127.0.0.1:1/news",
    "postgres://desk:{}@127.0.0.1:1/news?sslmode=disable",
    "postgresql://127.0.0.1:1/news?user=desk&password={}",
    "postgresql://{}@127.0.0.1:1/news",
    "host=127.0.0.1 port=1 user=desk dbname=news password={}",
    "host=127.0.0.1 port=1 user=desk dbname=news password='{}'",
    "{}",
)
ODD = "a/b?c#d@e:f%g$HOME[h] '\"\\é"


@drawn(100)
@given(passwords)
def test_every_reader_of_an_encoded_address_takes_the_same_password_from_it(password: str) -> None:
    address = postgres_address.normal(
        f"postgresql://desk:{quote(password, safe='')}@127.0.0.1:5433/news?sslmode=prefer"
    )

    assert psycopg2.extensions.parse_dsn(address) == {
        "user": "desk", "password": password, "host": "127.0.0.1", "port": "5433", "dbname": "news", "sslmode": "prefer"
    }  # fmt: skip
    assert unquote(urlsplit(address).password or "") == password
    assert sqlalchemy.make_url(airflow_home.sync_address(address)).password == password
    assert sqlalchemy.make_url(airflow_home.async_address(address)).password == password
    assert postgres_address.normal(address) == address


@drawn(100)
@given(st.sampled_from(FORMS), passwords)
def test_what_is_said_of_an_address_holds_no_part_of_its_password(form: str, password: str) -> None:
    address = form.format(password)

    said = postgres_address.show_address(address)
    try:
        postgres_address.normal(address)
    except DatabaseError as error:
        said += str(error)
    else:
        said += postgres_address.mask_secrets(f"connection to {address} failed", address).replace(address, "")

    if form != "postgresql://{}@127.0.0.1:1/news":
        assert LEFT not in said and RIGHT not in said


@pytest.mark.parametrize("mark", ["/", "?", "#", "@", ":", "%", "[", " ", "1/", "?x=", "&password=", "%00"])
@pytest.mark.parametrize("form", FORMS)
def test_an_error_of_the_connection_holds_no_part_of_the_password(form: str, mark: str) -> None:
    address = form.format(f"{LEFT}{mark}{RIGHT}")

    with pytest.raises(DatabaseError) as caught:
        postgres.connect(Settings(database_url=address))

    if form != "postgresql://{}@127.0.0.1:1/news":
        assert LEFT not in str(caught.value) and RIGHT not in str(caught.value)


@pytest.mark.parametrize("mark", ["/", "?"])
def test_no_command_shows_the_password(mark: str) -> None:
    env = {**os.environ, "NIGHTDESK_DATABASE_URL": f"postgresql://desk:{LEFT}{mark}{RIGHT}@127.0.0.1:1/news"}

    done = subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "-v", "status", "--json"],
        env=env, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 1 and "Postgres" in done.stderr
    assert LEFT not in done.stdout + done.stderr and RIGHT not in done.stdout + done.stderr


def test_what_the_driver_says_is_shown_without_the_password() -> None:
    address = f"postgresql://desk:{LEFT}%2F{RIGHT}@127.0.0.1/news"

    assert postgres_address.mask_secrets(f"no: {LEFT}/{RIGHT}, {LEFT}%2F{RIGHT}", address) == "no: ***, ***"


@pytest.fixture
def login(server: str) -> Iterator[str]:
    """The address of a database whose owner has every kind of mark in the password."""
    with databases.database(server) as address:
        name = databases.name_of(address)
        literal = ODD.replace("'", "''")
        databases.admin(server, f"create role {name} login password '{literal}'")
        databases.admin(server, f'alter database "{name}" owner to {name}')
        parts = urlsplit(address)
        place = parts.netloc.rpartition("@")[2]
        yield parts._replace(netloc=f"{name}:{quote(ODD, safe='')}@{place}").geturl()
    databases.admin(server, f"drop role {name}")


def test_we_and_airflow_get_in_with_every_kind_of_mark_in_the_password(login: str) -> None:
    settings = Settings(database_url=login)

    migrations.migrate(settings)

    with sqlalchemy.create_engine(
        airflow_home.sync_address(postgres.url(settings)), poolclass=sqlalchemy.NullPool
    ).connect() as conn:
        assert conn.execute(sqlalchemy.text("select count(*) from migrations")).scalar()
    assert asyncio.run(_count(airflow_home.async_address(postgres.url(settings))))


async def _count(address: str) -> int:
    engine = sqlalchemy_asyncio.create_async_engine(address, poolclass=sqlalchemy.NullPool)
    async with engine.connect() as conn:
        return int((await conn.execute(sqlalchemy.text("select count(*) from migrations"))).scalar() or 0)
