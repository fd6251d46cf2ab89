"""A support module: a browser, and the keys of an application, for tests of the sign-in."""

from __future__ import annotations

import functools
import html
import re
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from fakes.graph.entra_endpoints import LOGIN
from fakes.graph.server import FakeGraph

_FIELD: Final = re.compile(r'name="([^"]*)" value="([^"]*)"')


def visit(graph: FakeGraph, url: str, form: str | None = None) -> tuple[int, str, str]:
    """Open a page as a browser does, without following: status, Location, body. Microsoft's own
    pages are the fake's."""
    parts = urlsplit(url.replace(LOGIN, graph.url, 1))
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        if form is None:
            connection.request("GET", target)
        else:
            connection.request("POST", target, form.encode(), kind)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or "", answer.read().decode()
    finally:
        connection.close()


def browse(graph: FakeGraph, url: str) -> tuple[int, str, str]:
    """The same, going on to the app that listens on loopback, by a redirect or a form."""
    status, location, body = visit(graph, url)
    if status == 302:
        return visit(graph, location)
    if form := re.search(r'<form method="POST" action="([^"]*)"', body):
        fields = {name: html.unescape(value) for name, value in _FIELD.findall(body)}
        return visit(graph, html.unescape(form[1]), urlencode(fields))
    return status, location, body


@functools.cache
def certificate() -> tuple[str, str, bytes]:
    """A private key, its certificate and its public key, in PEM: `Entra.register(pem=...)` takes
    the last."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "syncd")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3_650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode(), public
