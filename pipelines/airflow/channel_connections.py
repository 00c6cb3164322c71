"""Channels whose address is in an Airflow connection: the password of `nightdesk_channel_<name>` is the whole
address."""

from __future__ import annotations

from pipelines import settings
from pipelines.airflow import connections
from pipelines.notify.form_addresses import FormAddress
from pipelines.settings import Settings
from pipelines.stores import postgres

PREFIX = "nightdesk_channel_"


def addresses(current: Settings) -> dict[str, str]:
    """Channel name -> address, for every channel that a watch, a waiting delivery or the operators use.

    The environment wins over a connection. Addresses are secrets; Airflow masks a connection's password in its logs.
    """
    known = settings.channels()
    with postgres.connection(current) as conn, conn:
        used = {row["channel"] for row in postgres.query(conn, "channels_used")} | {current.operators.lower()}
    for name in sorted(used - known.keys() - {""}):
        address = connections.password(PREFIX + name)
        if address:
            known[name] = FormAddress.of(address, current.allowed_form_schemes, current.allowed_form_networks)
    return known
