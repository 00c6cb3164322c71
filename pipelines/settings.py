"""Every setting, read once from the environment and `nightdesk.env`: the only place that knows NIGHTDESK_*."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines import cron, installation, timezones
from pipelines.bucket_paths import Place, address_of, place
from pipelines.errors import SettingsError

Network = IPv4Network | IPv6Network
CHANNEL_PREFIX = "NIGHTDESK_CHANNEL_"
SECRET_PREFIX = "NIGHTDESK_SECRET_"  # noqa: S105 -- it is the name of variables
# The beginning of an unknown variable counts as a misspelled prefix if its similarity to CHANNEL_PREFIX or
# SECRET_PREFIX is at least this (1: equal). NIGHTDESK_CHANEL_ counts, NIGHTDESK_CRAWL_ does not.
ALIKE = 0.9
# These settings are paths. If the file or a default has a relative path, the path starts from the installation's
# folder.
PATHS = ("data", "sources", "ca_file", "chain_file", "timestamp_ca")
# This variable sets the field `raw_bucket`. Every other field is called like its variable, without NIGHTDESK_; this one
# is not, because `Settings.raw` is the raw store itself.
RAW_VARIABLE = "NIGHTDESK_RAW"
# If texts and the ledger are not kept for ever, texts are kept for at least LEAST_TEXT_DAYS, and the ledger for at
# least LEAST_LEDGER_DAYS. Chosen: a failed run is repaired, and a held run decided, within a month; and what is usual
# for a source is learned from 84 days of the ledger (health/policy.py).
LEAST_TEXT_DAYS, LEAST_LEDGER_DAYS = 30, 90
SCHEME = "s3://"
# If the source files are in a bucket, this folder below the data folder has each version of them that was read.
SOURCE_SETS = "source-sets"
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[^/\s]+)*")


class Settings(BaseSettings):
    """The settings of one process; a field `x` is set by the environment variable NIGHTDESK_X."""

    model_config = SettingsConfigDict(env_prefix="NIGHTDESK_", frozen=True, extra="ignore", populate_by_name=True)

    data: Path = Field(Path("data"), description="The data folder: raw files, article files, embedded Postgres.")
    sources: Path = Field(
        Path("sources"),
        description="The folder of followed sources, one TOML file each; or a bucket for them, s3://bucket/prefix.",
    )
    raw_bucket: str = Field(
        "",
        validation_alias=RAW_VARIABLE,
        description="A bucket for raw and article files, s3://bucket/prefix; empty keeps them in the data folder.",
    )
    database_url: str = Field(
        "", description="A Postgres 15+ server; empty starts the embedded one in the data folder."
    )
    contact: str = Field(
        "", description="A mail or web address for the user agent; needed to crawl anything but loopback."
    )
    schedule: str = Field("0 2 * * *", description="When news_crawl runs, as cron; empty: by hand only.")
    schedule_timezone: str = Field(
        "UTC", description="The clock that NIGHTDESK_SCHEDULE is read by, such as Europe/Berlin."
    )
    operators: str = Field(
        "", description="The channel that is told of failed runs, late nights and sources in trouble."
    )
    crawl_slots: int = Field(4, ge=1, description="How many sources are crawled at the same time.")
    crawl_queue: str = Field(
        "", description="The queue of Airflow's workers that crawl; empty is the executor's default queue."
    )
    extract_queue: str = Field(
        "", description="The queue of Airflow's workers that extract; empty is the executor's default queue."
    )
    crawl_budget: int = Field(
        3600, ge=10, description="Seconds one crawl may take before it closes and leaves the rest."
    )
    fetch_timeout: int = Field(
        30, ge=1, description="Seconds one request of a crawl may take, from its first byte sent to the last received."
    )
    failed_share: float = Field(
        0.5, gt=0, le=1, description="The share of sources that must fail for a whole run to be red."
    )
    retry_after: int = Field(
        300, ge=0, description="Seconds until Airflow tries a failed source again; 0: in the next run."
    )
    late_after: int = Field(
        7200, ge=60, description="Seconds after which a night that is still running is reported late."
    )
    canary: str = Field(
        "", description="The channel that hears when the canary's alert does not come out in time; empty: no canary."
    )
    keep_raw_days: int = Field(90, ge=0, description="Days raw files are kept; 0 keeps them for ever.")
    keep_text_days: int = Field(
        0, ge=0, description="Days article files and the words of earlier wordings are kept, 30 or more; 0: for ever."
    )
    keep_ledger_days: int = Field(
        0, ge=0, description="Days fetches and addresses that came to their end are kept, 90 or more; 0: for ever."
    )
    chain_file: str = Field(
        "", description="A file that keeps the newest digest of each chain, best on another machine's disk."
    )
    chain_channel: str = Field(
        "", description="The channel that is sent the newest digests of the chains, once a day, to be kept."
    )
    timestamp_url: str = Field(
        "", description="A time stamp authority (RFC 3161) that stamps the newest digests of the chains, once a day."
    )
    timestamp_ca: str = Field(
        "", description="A PEM file with the certificates of that authority's root, by which verify checks its stamps."
    )
    min_free_mb: int = Field(
        500, ge=0, description="A stage stops cleanly when the data folder's disk has less than this."
    )
    alert_cap: int = Field(
        20, ge=1, description="Single messages per watch and hour; the rest goes out in one message."
    )
    messages_in: Literal["en", "ar", "ckb", "fa", "fr", "tr"] = Field(
        "en", description="The language of messages to channels, where a watch names none: en, ar, ckb, fa, fr or tr."
    )
    chromium: str = Field(
        "",
        description="The Chromium for sources with `render = true`; empty: one on PATH, else Playwright's.",
    )
    ca_file: str = Field(
        "", description="A PEM file of certificate authorities that sites may have beside those this machine trusts."
    )
    host_map: str = Field(
        "",
        description="For tests and the demo: `*.newsroom.test=127.0.0.1:8790`, comma-separated; hosts behind a proxy.",
    )
    allow_networks: str = Field(
        "",
        description="Networks the guard lets through though private, as 10.0.0.0/8 or, for one port, 10.0.0.0/8:8000.",
    )
    form_schemes: str = Field(
        "webhook+https,smtp,smtps,mailto,mailtos,discord,gchat,matrixs,mmosts,ntfys,rockets,signals,slack,tgram,"
        "workflows,wxteams,zulip",
        description="The kinds of address that a channel's Airflow connection may have, comma-separated.",
    )
    form_networks: str = Field(
        "", description="Private networks that channels of Airflow connections may lead to, written as those above."
    )

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("sources", mode="plain")
    @classmethod
    def _folder_or_bucket(cls, value: object, info: ValidationInfo) -> Path:
        if address_of(value) if isinstance(value, Path) else str(value).strip().startswith(SCHEME):
            address = address_of(value) if isinstance(value, Path) else cls._bucket(str(value))
            return place(info.data.get("data", Path("data")) / SOURCE_SETS / "current", address)
        return Path(str(value)).expanduser().absolute()

    @field_validator("ca_file", "chain_file", "timestamp_ca")
    @classmethod
    def _absolute_if_given(cls, value: str) -> str:
        return str(Path(value).expanduser().absolute()) if value else ""

    @field_validator("keep_text_days")
    @classmethod
    def _text_days(cls, value: int) -> int:
        if 0 < value < LEAST_TEXT_DAYS:
            raise ValueError(
                f"is {value}: fewer than {LEAST_TEXT_DAYS} days would delete what may still be loaded or read again "
                "(0: for ever)"
            )
        return value

    @field_validator("keep_ledger_days")
    @classmethod
    def _ledger_days(cls, value: int, info: ValidationInfo) -> int:
        raw = info.data.get("keep_raw_days", 0)
        if 0 < value < LEAST_LEDGER_DAYS:
            raise ValueError(
                f"is {value}: from fewer than {LEAST_LEDGER_DAYS} days nobody could learn what is usual (0: for ever)"
            )
        if value and (not raw or value < raw):
            raise ValueError(
                f"is {value}: what the raw store has, the ledger tells of, and NIGHTDESK_KEEP_RAW_DAYS is "
                f"{raw or '0, for ever'}"
            )
        return value

    @field_validator("timestamp_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} is no address; write https://…")
        return value

    @field_validator("raw_bucket")
    @classmethod
    def _bucket(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value and not BUCKET.fullmatch(value):
            raise ValueError("is no bucket; write s3://bucket/prefix")
        return value

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        value = " ".join(value.split())
        if value and (wrong := cron.problem(value)):
            raise ValueError(f"{wrong} (empty: by hand only)")
        return value

    @field_validator("schedule_timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in timezones.names():
            raise ValueError("is no time zone; write a name like Europe/Berlin")
        return value

    @field_validator("allow_networks", "form_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, (p.strip() for p in value.split(","))):
            _network(part)
        return value

    @property
    def raw(self) -> Place:
        """The raw store: its folder here, and its address if it is in a bucket."""
        return self._place("raw")

    @property
    def canary_song(self) -> Path:
        """The file in which the canary notes the newest article that became an alert in time: its "url", the "seconds"
        until its alert, and "at", when the canary wrote the note, in seconds since 1970.
        """
        return self.data / "canary" / "song.json"

    @property
    def articles(self) -> Place:
        """The folder of article files, with an address like the raw store's."""
        return self._place("articles")

    @property
    def trials(self) -> Path:
        """The folder with the trials of today's extractor on stored pages, and with the wordings that corrections
        replaced.
        """
        return self.data / "trials"

    @property
    def hosts(self) -> dict[str, str]:
        """Host pattern -> `address:port` of the server that answers for it."""
        pairs = (p.strip().split("=", 1) for p in self.host_map.split(",") if p.strip())
        return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}

    @property
    def networks(self) -> list[tuple[Network, int]]:
        """The private networks that the guard lets through, each with the port that is allowed in it; 0: the usual
        ports.
        """
        return [_network(p.strip()) for p in self.allow_networks.split(",") if p.strip()]

    @property
    def allowed_form_schemes(self) -> list[str]:
        """The kinds of address that somebody may give a channel in a web form."""
        return [scheme.strip().lower() for scheme in self.form_schemes.split(",") if scheme.strip()]

    @property
    def allowed_form_networks(self) -> list[tuple[Network, int]]:
        """The private networks to which a channel's address from a web form may lead, each with the port that is
        allowed in it; 0: all ports.
        """
        return [_network(p.strip()) for p in self.form_networks.split(",") if p.strip()]

    def _place(self, name: str) -> Place:
        return place(self.data / name, f"{self.raw_bucket}/{name}" if self.raw_bucket else "")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; SettingsError names what cannot be used."""
    file = env_file()
    try:
        return Settings(_env_file=file, **_place_paths(file))  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = "; ".join(map(_problem, error.errors()))
        raise SettingsError(f"{wrong}. Set it in the environment or in {file}.") from None


def of_installation() -> Settings:
    """The settings, for commands that make folders or show what is there; SettingsError if there is no installation."""
    if told := installation.missing():
        raise SettingsError(told)
    return settings()


def variable(name: str) -> str:
    """The environment variable of a field."""
    return RAW_VARIABLE if name == "raw_bucket" else f"NIGHTDESK_{name.upper()}"


def env_file() -> Path:
    """The file that every command reads: that of the installation that was found."""
    return installation.find().file


def channels() -> dict[str, str]:
    """Channel name -> address, from NIGHTDESK_CHANNEL_<NAME>; addresses are secrets and are never shown."""
    return _read_named(CHANNEL_PREFIX, interpolate=True)


def secrets() -> dict[str, str]:
    """Name of a secret -> its value, from NIGHTDESK_SECRET_<NAME>: logins of sources, which are never shown."""
    # The value is taken unchanged: a password may contain something like a variable.
    return _read_named(SECRET_PREFIX, interpolate=False)


def mistaken() -> list[str]:
    """A sentence for each NIGHTDESK_ name, in the environment or the file, that is no setting and so has no effect."""
    path = env_file()
    known = [variable(name) for name in Settings.model_fields]
    known += [installation.FILE_VARIABLE, installation.HOME_VARIABLE]
    given = {**dict.fromkeys(os.environ, "the environment"), **dict.fromkeys(_in_file(path), str(path))}
    return [
        f"{name}, in {where}, is no setting and has no effect{_near(name, known)}."
        for name, where in sorted(given.items())
        if name.startswith("NIGHTDESK_") and name not in known and not name.startswith((CHANNEL_PREFIX, SECRET_PREFIX))
    ]


def export(current: Settings) -> dict[str, str]:
    """The settings as environment variables, for a child process that must see the same ones."""
    own = {variable(name): str(getattr(current, name)) for name in type(current).model_fields}
    return {
        **own,
        variable("sources"): address_of(current.sources) or str(current.sources),
        installation.FILE_VARIABLE: str(env_file()),
        **{CHANNEL_PREFIX + name.upper(): address for name, address in channels().items()},
        **{SECRET_PREFIX + name.upper(): value for name, value in secrets().items()},
    }


def _place_paths(file: Path) -> dict[str, Any]:
    """The paths that the environment does not name, starting from the installation's folder."""
    given = {name.upper(): value for name, value in (dotenv_values(file) if file.exists() else {}).items()}
    asked = {name.upper() for name in os.environ}
    found = {}
    for name in PATHS:
        variable = f"NIGHTDESK_{name.upper()}"
        value = given.get(variable) or str(Settings.model_fields[name].default)
        if value and variable not in asked:
            found[name] = value if value.startswith(SCHEME) else str(file.parent / Path(value).expanduser())
    return found


def _problem(wrong: Mapping[str, Any]) -> str:
    name = "NIGHTDESK_" + str(wrong["loc"][0]).upper().removeprefix("NIGHTDESK_")
    said = (
        f"{wrong['input']!r} {wrong['ctx']['error']}"
        if "error" in wrong.get("ctx", {})
        else f"{wrong['msg']} (it is {wrong['input']!r})"
    )
    return f"{name} cannot be used: {said}"


def _read_named(prefix: str, *, interpolate: bool) -> dict[str, str]:
    path = env_file()
    known = {**(dotenv_values(path, interpolate=interpolate) if path.exists() else {}), **os.environ}
    return {key.removeprefix(prefix).lower(): value for key, value in known.items() if key.startswith(prefix) and value}


def _in_file(path: Path) -> list[str]:
    return list(dotenv_values(path, interpolate=False)) if path.exists() else []


def _near(name: str, known: list[str]) -> str:
    head = re.match(r"NIGHTDESK_[A-Z]+_(?=.)", name)
    # After these prefixes comes a name of a channel or of a secret, which may be any name.
    prefix = get_close_matches(head[0], (CHANNEL_PREFIX, SECRET_PREFIX), 1, ALIKE) if head else []
    found = [prefix[0] + name[head.end() :]] if head and prefix else get_close_matches(name, known, 1)
    return f" (did you mean {found[0]}?)" if found else ""


def _network(entry: str) -> tuple[Network, int]:
    """A network and the one port that is allowed in it, 0 if none is named; ValueError if the text is no network."""
    network, colon, port = entry.removeprefix("[").rpartition("]:" if entry.startswith("[") else ":")
    if entry.count(":") > 1 and not entry.startswith("["):
        network, colon, port = entry, "", ""
    try:
        # Ports have 16 bits.
        if colon and not 0 < int(port) < 65536:
            raise ValueError
        return ip_network(network if colon else entry), int(port or 0) if colon else 0
    except ValueError:
        raise ValueError(
            f"holds {entry!r}, which is no network; write 10.0.0.0/8, 10.0.0.0/8:8000 or [fd00::/8]:8000"
        ) from None
