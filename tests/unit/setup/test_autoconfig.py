"""What domains publish for mail programs, the odd ones too."""

from __future__ import annotations

import pytest

from syncd.setup.servers.autoconfig import Unreadable, dav_settings, mail_settings

ADDRESS = "ana.silva@example.org"


def server(
    host: str = "imap.example.org",
    socket: str = "SSL",
    port: str = "993",
    user: str = "%EMAILADDRESS%",
    *auth: str,
) -> str:
    methods = "".join(
        f"<authentication>{one}</authentication>" for one in auth or ("password-cleartext",)
    )
    return (
        f'<incomingServer type="imap"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{socket}</socketType>{methods}<username>{user}</username></incomingServer>"
    )


def document(*servers: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0"?>\n<clientConfig version="1.1"><emailProvider id="example.org">'
        f"<domain>example.org</domain>{''.join(servers)}</emailProvider>{more}</clientConfig>"
    ).encode()


def told(xml: bytes) -> tuple[str, int, str, str, str] | None:
    one = mail_settings(xml, ADDRESS)
    return None if one is None else (one.host, one.port, one.tls, one.user, one.auth)


def test_the_first_that_fits() -> None:
    """Of several servers the first that takes a password behind TLS; POP is none."""
    pop = server("pop.example.org").replace('"imap"', '"pop3"')
    plain = server("plain.example.org", "plain", "143")
    token = server("token.example.org", "SSL", "993", "%EMAILADDRESS%", "OAuth2")
    late = server("late.example.org", "STARTTLS", "143", "%EMAILLOCALPART%")
    first = server("imap.%EMAILDOMAIN%", "SSL", "994", "%EMAILLOCALPART%&amp;%EMAILDOMAIN%")
    assert told(document(pop, plain, token, first, late)) == (
        "imap.example.org", 994, "implicit", "ana.silva&example.org", "password",
    )  # fmt: skip
    assert told(document(late)) == ("late.example.org", 143, "starttls", "ana.silva", "password")
    assert told(document(pop, plain)) is None


def test_tokens_alone() -> None:
    """A server that takes access tokens alone is said to; one that takes either takes passwords;
    one that wants a client's certificate is no server for us."""
    token = server("t.example.org", "SSL", "993", "%EMAILADDRESS%", "OAuth2")
    assert told(document(token)) == ("t.example.org", 993, "implicit", ADDRESS, "xoauth2")
    either = server("e.example.org", "SSL", "993", "x", "OAuth2", "password-cleartext")
    assert told(document(either)) == ("e.example.org", 993, "implicit", "x", "password")
    assert told(document(server("h", "SSL", "993", "x", "TLS-client-cert"))) is None


def test_odd_values() -> None:
    """Ports that are none become the usual ones; a user that cannot be filled in is the address;
    spaces and line breaks around values are nothing; hosts that are none are passed over."""
    assert told(document(server("\n imap.example.org \n", " ssl ", "99999", "%REALNAME%"))) == (
        "imap.example.org", 993, "implicit", ADDRESS, "password",
    )  # fmt: skip
    assert told(document(server("imap.%SOMETHING%"))) is None
    assert told(document(server("https://imap.example.org/"))) is None
    spaced = document(server()).replace(b"<clientConfig", b'<clientConfig xmlns="urn:x"')
    assert told(spaced) is not None
    prefixed = document(server()).replace(b"<incomingServer", b"<a:incomingServer")
    assert told(prefixed.replace(b"</incomingServer", b"</a:incomingServer")) is not None


def test_what_is_no_such_document() -> None:
    """Web pages, broken XML, nothing; entities are refused before they grow."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><clientConfig>&b;</clientConfig>'
    outside = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><clientConfig>&a;</clientConfig>'
    )
    for xml in (
        b"",
        b"<html/>",
        document(server())[:-5],
        b"\xff\xfe\x00",
        b"x" * 99,
        bomb,
        outside,
    ):
        with pytest.raises(Unreadable):
            mail_settings(xml, ADDRESS)


def test_calendars_and_contacts() -> None:
    """Their servers, by https and password alone."""
    more = (
        '<calendar type="caldav"><username>%EMAILLOCALPART%</username>'
        "<authentication>http-basic</authentication>"
        "<serverURL>https://dav.example.org/cal/</serverURL></calendar>"
        '<addressBook type="carddav"><authentication>OAuth2</authentication>'
        "<serverURL>https://dav.example.org/card/</serverURL></addressBook>"
        '<addressBook type="carddav"><serverURL>http://dav.example.org/</serverURL></addressBook>'
    )
    found = dav_settings(document(server(), more=more), "caldav", ADDRESS)
    assert found is not None
    assert (found.url, found.user) == ("https://dav.example.org/cal/", "ana.silva")
    assert dav_settings(document(server(), more=more), "carddav", ADDRESS) is None
