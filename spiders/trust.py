"""Certificate authorities of the installation, which a crawl trusts besides those of the machine."""

from __future__ import annotations

import ssl
from typing import Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from twisted.internet._sslverify import OpenSSLDefaultPaths
from twisted.internet.ssl import optionsForClientTLS

from pipelines.errors import SettingsError
from pipelines.settings import Settings


def check(settings: Settings) -> None:
    """SettingsError if NIGHTDESK_CA_FILE cannot be used."""
    if not settings.ca_file:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"NIGHTDESK_CA_FILE cannot be used: {settings.ca_file} holds no certificates in PEM that can be read "
            f"({error.strerror or error})."
        ) from None


class Roots(OpenSSLDefaultPaths):
    """The authorities of this machine and those of a file, in the form for Twisted."""

    def __init__(self, path: str) -> None:
        self.path = path

    def _addCACertsToContext(self, context: Any) -> None:
        super()._addCACertsToContext(context)  # type: ignore[no-untyped-call]
        context.load_verify_locations(self.path)


class OwnAuthorities(_ScrapyClientContextFactory):
    """Scrapy's own way of checking certificates, with further authorities."""

    roots: Roots

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """The object that checks the certificate of one host."""
        roots: Any = self.roots
        options = self._get_cert_options_kwargs()
        return optionsForClientTLS(hostname.decode("ascii"), trustRoot=roots, extraCertificateOptions=options)
