"""What pandas, polars and DuckDB make of an export: run in bench/.venv-readers, which has nothing of ours."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pandas
import polars


def main(folder: str, form: str) -> int:
    """Print how many articles each reads, and what it takes `published_at` and `authors` for; 1 where two do
    not agree, or one loses the zone."""
    files = sorted(str(path) for path in Path(folder).glob(f"articles-*.{form}"))
    if form == "parquet":
        panda = pandas.concat([pandas.read_parquet(file, columns=["id", "published_at", "authors"]) for file in files])
        polar = polars.scan_parquet(files).select("id", "published_at", "authors").collect()
        source = f"read_parquet({files})"
    elif form == "csv":
        named = {"usecols": ["id", "published_at", "authors"], "parse_dates": ["published_at"]}
        panda = pandas.concat([pandas.read_csv(file, **named) for file in files])
        polar = (
            polars.scan_csv(files, try_parse_dates=True, infer_schema_length=10_000)
            .select("id", "published_at", "authors")
            .collect()
        )
        source = f"read_csv({files}, max_line_size=100000000)"
    else:
        panda = pandas.concat(
            [
                chunk[["id", "published_at", "authors"]]
                for file in files
                for chunk in pandas.read_json(file, lines=True, chunksize=20_000)
            ]
        )
        panda["published_at"] = pandas.to_datetime(panda["published_at"])
        polar = polars.scan_ndjson(files).select("id", "published_at", "authors").collect()
        source = f"read_json({files})"
    duck = duckdb.sql(f"select count(distinct id), min(published_at), typeof(min(published_at)) from {source}")
    ((count, first, kind),) = duck.fetchall()
    rows = [
        ("pandas", panda["id"].nunique(), panda["published_at"].dtype, panda["published_at"].min()),
        ("polars", polar["id"].n_unique(), polar["published_at"].dtype, polar["published_at"].min()),
        ("DuckDB", count, kind, first),
    ]
    for name, articles, dtype, least in rows:
        print(f"{name}: {articles:,} articles, published_at is {dtype}, the first {least}")
    zoneless = [name for name, _, _, least in rows if _moment(least).tzinfo is None]
    if zoneless:
        print(f"no zone is read by {', '.join(zoneless)}")
    # Of JSON Lines some readers take a moment as text; read as ISO 8601 says it is the same one.
    same = len({(articles, _moment(least)) for _, articles, _, least in rows}) == 1
    return int(bool(zoneless) or not same)


def _moment(least: object) -> datetime:
    """A moment of any reader, text included, as one that can be compared."""
    return least if isinstance(least, datetime) else datetime.fromisoformat(str(least))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
