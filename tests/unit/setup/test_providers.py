"""The table of providers: what stands in it can be written, connected to and understood."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncd.people import normalise
from syncd.setup import drafts_of, look
from syncd.setup.servers import Names, Network, providers
from syncd.setup.servers.names import Service
from syncd.setup.servers.providers import Provider, table

HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_LABEL = "{0.name} {0.imap[host]}".format


class NoNames(Names):
    """A DNS that has nothing."""

    def services(self, name: str) -> list[Service]:
        return []

    def texts(self, name: str) -> list[str]:
        return []

    def exchangers(self, domain: str) -> list[str]:
        return []


@pytest.mark.parametrize("one", table(), ids=_LABEL)
def test_an_entry_is_right(one: Provider) -> None:
    """Hosts are hosts, addresses of servers are https, and what is said fits on a line."""
    assert one.domains or one.mx
    assert all(HOST.fullmatch(name) and normalise(f"ana@{name}") for name in one.domains)
    assert all(HOST.fullmatch(name) for name in one.mx)
    assert set(one.imap) <= {"host", "port", "tls", "user"}
    assert HOST.fullmatch(one.imap["host"])
    assert one.imap.get("tls", "implicit") in ("implicit", "starttls")
    for url in filter(None, (one.caldav, one.carddav)):
        parts = urlsplit(url)
        assert (parts.scheme, parts.path, bool(parts.hostname)) == ("https", "/", True)
    assert one.without <= {"caldav", "carddav"}
    assert not (one.without and (one.caldav or one.carddav))
    assert one.auth in ("password", "xoauth2")
    assert one.auth == "password" or not one.password
    for text in (one.password, one.note):
        assert "\n" not in text
        assert len(text) < 140


@pytest.mark.parametrize("one", table(), ids=_LABEL)
def test_every_address_becomes_accounts(one: Provider) -> None:
    """Each domain of a provider leads to accounts that the configuration takes, without a word to
    anybody."""

    def nobody(host: str, port: int) -> Any:
        raise AssertionError(f"{host}:{port} was asked")

    network = Network(NoNames(), nobody)
    for domain in sorted(one.domains):
        settings = look(f"Ana.Silva@{domain}", network)
        assert settings.provider == one.name
        drafts = drafts_of(settings, ())
        assert drafts
        for draft in drafts:
            assert draft.settings().name == draft.name
            assert (draft.found, draft.far) == ("from the list of providers", False)


def test_no_domain_stands_twice() -> None:
    """A domain has one provider, and so has a mail exchanger."""
    for names in (
        [name for one in table() for name in one.domains],
        [name for one in table() for name in one.mx],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_whose_mail_exchanger_it_is() -> None:
    """By the end of its name, whole labels only; the preferred one counts."""
    assert providers.by_exchangers(["in1-smtp.messagingengine.com."]).name == "Fastmail"  # type: ignore[union-attr]
    found = providers.by_exchangers(["mx.example.org", "acme-org.mail.protection.outlook.com"])
    assert found is not None
    assert found.name == "Microsoft 365"
    assert providers.by_exchangers(["evilmessagingengine.com", "google.com.example.org"]) is None
