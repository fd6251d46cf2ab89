"""What the CalDAV connector is made of: XML, names of resources, signing in, refusals."""

from __future__ import annotations

from email.message import Message

import pytest

from connectors.caldav.digest import digest_answer
from connectors.caldav.http import Answer
from connectors.caldav.paths import elsewhere, path_of
from connectors.caldav.trouble import asked_wait, refusal, write_refusal
from connectors.caldav.urls import origin_of, split, target_of
from connectors.caldav.xml import (
    CAL,
    DAV,
    Garbled,
    Reader,
    Response,
    conditions_of,
    document,
    element,
)
from connectors.errors import (
    Ambiguous,
    ConnectorError,
    Refused,
    Unavailable,
)

RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
SHARED = """<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response>
<d:href>/a</d:href><d:href>/b</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
<d:response><d:href>/c</d:href>
<d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status>
</d:propstat><d:propstat><d:prop><d:displayname/></d:prop>
<d:status>HTTP/1.1 403 No</d:status></d:propstat></d:response>
<d:sync-token>t1</d:sync-token></d:multistatus>"""


def read(text: str, piece: int = 1_000) -> tuple[list[Response], str]:
    found: list[Response] = []
    reader, data = Reader(found.append), text.encode()
    for start in range(0, len(data), piece):
        reader.feed(data[start : start + piece])
    return found, reader.close().said(DAV + "sync-token")


@pytest.mark.parametrize("piece", [1, 7, 1_000])
def test_responses_are_told_one_by_one(piece: int) -> None:
    """However the text is cut into pieces; a status may be told of several resources at once."""
    found, token = read(SHARED, piece)
    assert [(one.href, one.status) for one in found] == [("/a", 404), ("/b", 404), ("/c", 0)]
    assert found[2].props[DAV + "getetag"].text == '"1"'
    assert found[2].lacking == {DAV + "displayname": 403}
    assert token == "t1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        SHARED[:-20],
        "<a>" * 100 + "</a>" * 100,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a>&b;</a>",
        "<a>\x01</a>",
        '<?xml version="1.0" encoding="no-such-code"?><a/>',
    ],
)
def test_what_is_no_answer(text: str) -> None:
    """Cut off, nested without end, with a document type, with characters that XML does not have."""
    with pytest.raises(Garbled):
        read(text)


def test_written_xml_is_read_back() -> None:
    """Whatever stands in text and attributes."""
    text = "a <b> & \"c\" 'd' ü"
    body = document(DAV + "prop", element(CAL + "comp", text=text, name=text))
    reader = Reader()
    reader.feed(body)
    (inside,) = reader.close().children
    assert (inside.name, inside.text, inside.attributes) == (CAL + "comp", text, {"name": text})


def test_conditions_of_an_error() -> None:
    """Names of what was wrong; none in a page for people."""
    assert conditions_of(b'<error xmlns="DAV:"><valid-sync-token/></error>') == {
        DAV + "valid-sync-token"
    }
    assert conditions_of(b"<html><body>No</body></html>") == frozenset()
    assert conditions_of(b"") == frozenset()


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/a/b.ics", "/a/b.ics"),
        ("b.ics", "/home/b.ics"),
        ("https://dav.example.org/a/b.ics", "/a/b.ics"),
        ("http://10.0.0.1:8080/a/b.ics", "/a/b.ics"),
        ("/a/%7Eana/x%40y.ics", "/a/~ana/x@y.ics"),
        ("/a/~ana/x@y.ics", "/a/~ana/x@y.ics"),
        ("/a/one%2Ftwo.ics", "/a/one%2Ftwo.ics"),
        ("/a/with space.ics", "/a/with%20space.ics"),
        ("/a/ü.ics", "/a/%C3%BC.ics"),
        ("/a/%c3%bc.ics", "/a/%C3%BC.ics"),
        ("/a/100%.ics", "/a/100%25.ics"),
        ("/a/b;c=1.ics", "/a/b;c=1.ics"),
    ],
)
def test_one_resource_has_one_name(href: str, path: str) -> None:
    """However a server writes it; and a name is its own name."""
    assert path_of(href, "https://dav.example.org/home/") == path
    assert path_of(path, "https://dav.example.org/home/") == path


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/home/", "https://dav.example.org/home/"),
        ("https://p42.example.org:443/home/", "https://p42.example.org/home/"),
        ("http://p42.example.org/home/", "https://dav.example.org/home/"),
        ("https://evil.example.net/home/", "https://dav.example.org/home/"),
        ("https://notexample.org/home/", "https://dav.example.org/home/"),
        ("http://127.0.0.1:5232/home/", "https://dav.example.org/home/"),
    ],
)
def test_a_home_may_be_on_a_sister(href: str, url: str) -> None:
    """By TLS and below the same domain; any other host stands for the one that is asked."""
    assert elsewhere(href, "https://dav.example.org/me/") == url


def test_urls_are_shown_without_secrets() -> None:
    """A user and password in it go nowhere."""
    assert origin_of("https://ana:secret@dav.example.org:8443/x") == "https://dav.example.org:8443"
    assert origin_of("http://[::1]:5232/") == "http://[::1]:5232"
    assert target_of(split("https://dav.example.org/ü/a b?q=ü")) == "/%C3%BC/a%20b?q=%C3%BC"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_as_in_the_standard(algorithm: str, response: str) -> None:
    """The examples of RFC 7616 section 3.9.1."""
    told = digest_answer(
        RFC_7616.format(algorithm), "GET", "/dir/index.html", "Mufasa", "Circle of Life",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )  # fmt: skip
    assert f'response="{response}"' in told
    assert 'opaque="FQhe/' in told


def test_an_unknown_digest_is_refused() -> None:
    """With its name."""
    with pytest.raises(Refused, match="NEWER"):
        digest_answer('Digest realm="x", nonce="y", algorithm=NEWER', "GET", "/", "ana", "x")


def answer(status: int, **headers: str) -> Answer:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Answer(status, message, b"", "https://dav.example.org/")


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, Refused, Refused),
        (401, Refused, Refused),
        (403, Refused, Refused),
        (404, Unavailable, Unavailable),
        (405, Refused, Refused),
        (409, Refused, Refused),
        (410, Unavailable, Unavailable),
        (413, Refused, Refused),
        (423, Unavailable, Unavailable),
        (429, Unavailable, Unavailable),
        (500, Unavailable, Ambiguous),
        (501, Refused, Refused),
        (502, Unavailable, Ambiguous),
        (503, Unavailable, Unavailable),
        (504, Unavailable, Ambiguous),
        (507, Refused, Refused),
    ],
)
def test_statuses_by_remedy(
    status: int, reading: type[ConnectorError], writing: type[ConnectorError]
) -> None:
    """Wait, or tell the owner; a server that fell over may have written all the same."""
    assert type(refusal(answer(status), "the calendar Work")) is reading
    assert type(write_refusal(answer(status), "the calendar Work", frozenset())) is writing


def test_a_full_server_may_say_403() -> None:
    """RFC 4331: by its element."""
    full = frozenset({DAV + "quota-not-exceeded"})
    assert "no space" in str(refusal(answer(403), "the calendar Work", full))


@pytest.mark.parametrize(
    ("told", "date", "wait"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", "Mon, 02 Mar 2026 09:00:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 09:00:00 GMT", "Mon, 02 Mar 2026 09:00:30 GMT", 0.0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", "", None),
        ("soon", "", None),
        ("-5", "", None),
        ("", "", None),
    ],
)
def test_retry_after(told: str, date: str, wait: float | None) -> None:
    """Seconds, or a date by the server's own clock; kept exactly."""
    assert asked_wait(answer(503, Retry_After=told, Date=date).headers) == wait
