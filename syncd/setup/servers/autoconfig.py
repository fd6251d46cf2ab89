"""What a domain publishes for mail programs, in the form that Thunderbird began with
(draft-ietf-mailmaint-autoconfig: `clientConfig`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET
from xml.parsers import expat

from syncd.setup.servers.model import PUBLISHED, DavServer, MailServer, user_of

_TLS: Final = {"ssl": "implicit", "tls": "implicit", "starttls": "starttls"}
# CRAM-MD5 and the like are only named by servers that take a plain password as well.
_BY_PASSWORD: Final = frozenset(("password-cleartext", "password-encrypted", "plain", "secure", ""))
_BY_TOKEN: Final = frozenset(("oauth2",))
_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?")
_PLACEHOLDER: Final = re.compile(r"%[A-Z]+%")


class Unreadable(ValueError):
    """It is no such document."""


def urls(domain: str, address: str) -> list[str]:
    """Where a domain publishes it."""
    query = f"emailaddress={quote(address, safe='')}"
    return [
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?{query}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    ]


def mail_settings(xml: bytes, address: str) -> MailServer | None:
    """The first IMAP server that a password signs in to behind TLS, else one that takes tokens
    alone. Raises `Unreadable`."""
    servers = list(_servers(_parsed(xml), address))
    by_password = [one for one in servers if one.auth == "password"]
    return next(iter(by_password or servers), None)


def dav_settings(xml: bytes, service: str, address: str) -> DavServer | None:
    """Where calendars ("caldav") or contacts ("carddav") are. Raises `Unreadable`."""
    for element in _parsed(xml).iter():
        if element.tag not in ("calendar", "addressBook") or element.get("type") != service:
            continue
        methods = [_text(one).lower() for one in element.findall("authentication")]
        if methods and not {"http-basic", "http-digest", *_BY_PASSWORD}.intersection(methods):
            continue
        url = _filled(element.findtext("serverURL") or element.findtext("url") or "", address)
        if urlsplit(url).scheme == "https" and urlsplit(url).hostname:
            user = _filled(element.findtext("username") or "%EMAILADDRESS%", address)
            return DavServer(url, user or address, PUBLISHED)
    return None


def _servers(root: ET.Element, address: str) -> Iterator[MailServer]:
    for element in root.iter("incomingServer"):
        if (element.get("type") or "").lower() != "imap":
            continue
        host = _filled(element.findtext("hostname") or "", address)
        tls = _TLS.get((element.findtext("socketType") or "").strip().lower())
        port = (element.findtext("port") or "").strip()
        user = _filled(element.findtext("username") or "%EMAILADDRESS%", address)
        methods = {_text(one).lower() for one in element.findall("authentication")} or {""}
        auth = "password" if methods & _BY_PASSWORD else "xoauth2" if methods & _BY_TOKEN else ""
        if tls is None or not auth or not _HOST.fullmatch(host):
            continue  # a password in the clear, or a way in that we do not know
        if not port.isdecimal() or not 0 < int(port) < 65_536:
            port = "993" if tls == "implicit" else "143"
        yield MailServer(host, user or address, int(port), tls, auth, PUBLISHED)


def _filled(template: str, address: str) -> str:
    """A template filled in; "" where something of it is not known."""
    found = user_of(template.strip(), address)
    return "" if _PLACEHOLDER.search(found) else found


def _text(element: ET.Element) -> str:
    return (element.text or "").strip()


def _parsed(xml: bytes) -> ET.Element:
    """The document, without namespaces. One that declares entities is refused: they can grow
    without end."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        builder.end(name.rpartition(":")[2])

    def refuse(*_: object) -> None:
        raise Unreadable("declares entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
        root: ET.Element = builder.close()
    except (expat.ExpatError, AssertionError, ValueError) as error:
        raise Unreadable(f"is no XML ({error})") from error
    if root.tag != "clientConfig":
        raise Unreadable(f"is no clientConfig but {root.tag!r}")
    return root
