"""From an address to servers, with an invented DNS and invented hosts."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncd.setup import drafts_of, look, look_url
from syncd.setup.servers import Names, Network, Settings
from syncd.setup.servers.names import Service, Unanswered
from syncd.setup.servers.network import Answer

ADDRESS = "ana@example.org"
DOT = Service(0, 0, 0, "")
XML = b"""<clientConfig><emailProvider id="x"><incomingServer type="imap">
<hostname>box.example.org</hostname><port>993</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username>
</incomingServer></emailProvider></clientConfig>"""


class Known(Names):
    """A DNS that knows a few names; one that knows nothing at all does not answer."""

    def __init__(
        self, srv: Mapping[str, Sequence[Service]], txt: str, mx: Sequence[str], alias: str
    ) -> None:
        super().__init__()
        self._srv, self._txt, self._mx, self._alias = srv, txt, mx, alias

    def services(self, name: str) -> list[Service]:
        label = name.removesuffix("._tcp.example.org").removeprefix("_")
        return sorted(self._srv.get(label, ()), key=lambda one: (one.priority, -one.weight))

    def texts(self, name: str) -> list[str]:
        return [self._txt] if self._txt and "_caldavs" in name else []

    def exchangers(self, domain: str) -> list[str]:
        return list(self._mx)

    def alias(self, name: str) -> str:
        return self._alias if name == "autodiscover.example.org" else ""


class Silent(Names):
    """No DNS answers."""

    def services(self, name: str) -> list[Service]:
        self.trouble = "the DNS does not answer"
        raise Unanswered(self.trouble)

    texts = exchangers = alias = services  # type: ignore[assignment]


@dataclass
class World(Network):
    """What the hosts of example.org would say. `asked` is what they were asked."""

    pages: Mapping[str, bytes] = field(default_factory=dict)  # by the beginning of the URL
    greeting: Sequence[str] = ()
    dav: Sequence[str] = ()
    srv: Mapping[str, Sequence[Service]] = field(default_factory=dict)
    txt: str = ""
    mx: Sequence[str] = ()
    alias: str = ""  # of autodiscover
    ews: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(Known(self.srv, self.txt, self.mx, self.alias))

    def get(self, url: str, private: str = "") -> Answer:
        self.asked.append(url)
        for start, body in self.pages.items():
            if url.startswith(start):
                return Answer(200, body, url)
        raise ConnectionRefusedError(url)

    def greets(self, host: str, port: int) -> bool:
        self.asked.append(host)
        return host in self.greeting

    def speaks_ews(self, host: str) -> bool:
        self.asked.append(host)
        return host in self.ews

    def asks_who(self, url: str) -> bool:
        self.asked.append(url)
        return url in self.dav


def names(settings: Settings) -> list[tuple[str, str]]:
    return [(one.name, one.where) for one in drafts_of(settings, ())]


def test_services_by_priority_and_weight() -> None:
    """RFC 6186 and RFC 6764: the lowest priority, then the largest weight; the path is that of the
    TXT record; nobody else is asked."""
    world = World(
        srv={
            "imaps": [
                Service(10, 90, 993, "late.example.org"),
                Service(0, 1, 9993, "light.example.org"),
                Service(0, 5, 994, "mail.example.org"),
            ],
            "caldavs": [Service(0, 0, 8443, "dav.example.org")],
            "carddavs": [Service(0, 0, 443, "dav.example.org")],
        },
        txt="path=/dav/",
        pages={"https://autoconfig.example.org/": XML},
    )
    found = look(ADDRESS, world)
    assert names(found) == [
        ("example", "mail.example.org:994, TLS"),
        ("example-calendar", "https://dav.example.org:8443/dav/"),
        ("example-contacts", "https://dav.example.org/"),
    ]
    assert found.mail is not None
    assert (found.mail.found, found.mail.far) == ("the domain's DNS says so", False)
    assert all(
        url.startswith(("https://autoconfig.", "https://example.org/")) for url in world.asked
    )


def test_starttls_where_nothing_better_is_offered() -> None:
    """`_imap` is used where `_imaps` says that there is none; the host of somebody else is marked,
    unless it is somebody's whom we know."""
    srv = {"imaps": [DOT], "imap": [Service(0, 0, 143, "mail.example.net")]}
    found = look(ADDRESS, World(srv=srv)).mail
    assert found is not None
    assert (found.host, found.port, found.tls, found.far) == (
        "mail.example.net",
        143,
        "starttls",
        True,
    )
    known = look(ADDRESS, World(srv={"imaps": [Service(0, 0, 993, "imap.mail.me.com")]})).mail
    assert known is not None
    assert (known.user, known.far) == ("ana", False)


def test_a_dot_says_that_there_is_none() -> None:
    """RFC 2782: such a service is not guessed for."""
    labels = ("imaps", "imap", "caldavs", "carddavs", "autodiscover")
    srv = {label: [DOT] for label in labels}
    world = World(
        srv=srv, greeting=["imap.example.org"], dav=["https://example.org/.well-known/caldav"]
    )
    assert not look(ADDRESS, world)
    assert world.asked == [
        one for one in world.asked if one.startswith("https://") and "autoconfig" in one
    ]


def test_a_domain_that_a_provider_hosts() -> None:
    """By its mail exchanger, before what its web server publishes; with what that provider wants
    to know, and without what it does not open."""
    world = World(mx=["aspmx.l.google.com"], pages={"https://autoconfig.example.org/": XML})
    found = look(ADDRESS, world)
    assert names(found) == [("gmail", "imap.gmail.com:993, TLS")]
    assert found.mail is not None
    assert found.mail.found == "the domain's mail goes there: Gmail"
    assert "app password" in found.password
    assert (found.kind, "take a sign-in to Google" in found.notes[0]) == ("google", True)
    found = look(ADDRESS, World(mx=["example-org.mail.protection.outlook.com"]))
    assert found.mail is not None
    assert found.mail.auth == "xoauth2"
    assert "takes no passwords" in found.notes[0]
    found = look(ADDRESS, World(mx=["in1-smtp.messagingengine.com"]))
    assert [name for name, _ in names(found)] == [
        "fastmail", "fastmail-calendar", "fastmail-contacts",
    ]  # fmt: skip


def test_what_the_domain_publishes() -> None:
    """The address is told to the domain alone; what is no settings is passed over."""
    world = World(
        pages={
            "https://autoconfig.example.org/": b"<html>Not found</html>",
            "https://example.org/.well-known/autoconfig/": XML,
        }
    )
    found = look(ADDRESS, world).mail
    assert found is not None
    assert (found.host, found.user, found.found) == (
        "box.example.org", "ana", "the domain publishes it for mail programs",
    )  # fmt: skip
    told = [url for url in world.asked if "ana%40example.org" in url]
    assert told == [
        "https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=ana%40example.org"
    ]


def test_microsoft_behind_somebody_who_looks_through_mail() -> None:
    """The mail goes to a filter first; Autodiscover is left to Microsoft, by CNAME or SRV."""
    worlds = (
        World(mx=["mx1.filter.example"], alias="autodiscover.outlook.com"),
        World(srv={"autodiscover": [Service(0, 0, 443, "autodiscover.outlook.com")]}),
    )
    for world in worlds:
        found = look(ADDRESS, world)
        assert (found.provider, found.kind, found.exchange) == ("Microsoft 365", "graph", "")
        assert not any("autodiscover" in one for one in world.asked)


def test_an_exchange_server_of_ones_own() -> None:
    """It answers where such servers do, and is one account for everything; with IMAP beside it both
    are told; where mail and calendars are known by the DNS nobody looks for it."""
    found = look(ADDRESS, World(ews=["autodiscover.example.org"]))
    assert names(found) == [("example", "ana@example.org at Exchange")]
    (draft,) = drafts_of(found, ())
    assert draft.keys == {"name": "example", "login": ADDRESS, "tasks": "Follow-ups"}
    (draft,) = drafts_of(look(ADDRESS, World(ews=["mail.example.org"])), ())
    assert draft.keys["host"] == "mail.example.org"
    srv = {"autodiscover": [Service(0, 0, 443, "owa.example.org"), Service(1, 0, 443, "evil.net")]}
    world = World(ews=["owa.example.org"], srv=srv)
    assert look(ADDRESS, world).exchange == "owa.example.org"
    assert "evil.net" not in world.asked
    both = look(ADDRESS, World(ews=["example.org"], greeting=["imap.example.org"]))
    assert (both.exchange, names(both)) == (
        "example.org", [("example", "imap.example.org:993, TLS")],
    )  # fmt: skip
    known = {"imaps": [Service(0, 0, 993, "a.example.org")]}
    known["caldavs"] = known["carddavs"] = [Service(0, 0, 443, "b.example.org")]
    assert not look(ADDRESS, World(ews=["example.org"], srv=known)).exchange


def test_guesses_are_called_so() -> None:
    """The usual hosts, where something answers there."""
    world = World(
        greeting=["mail.example.org"],
        dav=["https://example.org/.well-known/caldav", "https://example.org/.well-known/carddav"],
    )
    found = look(ADDRESS, world)
    assert names(found) == [
        ("example", "mail.example.org:993, TLS"),
        ("example-calendar", "https://example.org/"),
    ]
    assert {one.found for one in drafts_of(found, ())} == {"guessed; a server answers there"}
    assert not look(ADDRESS, World())


def test_nobody_answers() -> None:
    """A silent DNS is told, and is not taken for an answer."""
    found = look(ADDRESS, Network(Silent(), _refusing))
    assert not found
    assert found.missed == ("the DNS does not answer",)


def test_names_that_are_taken() -> None:
    """Every account gets a name of its own that can name a secret."""
    found = look("ana@fastmail.com", Network(Silent(), _refusing))
    drafts = drafts_of(found, ["fastmail", "fastmail-2", "fastmail-3-calendar"])
    assert [one.name for one in drafts] == [
        "fastmail-3", "fastmail-3-calendar-2", "fastmail-3-contacts",
    ]  # fmt: skip
    (cloud,) = drafts_of(look_url("https://cloud.example.org:8443/x", "ana"), ["example"])
    assert cloud.name == "example-2"
    assert cloud.keys == {
        "name": "example-2",
        "url": "https://cloud.example.org:8443/x",
        "user": "ana",
    }
    (number,) = drafts_of(look_url("https://192.0.2.1/", ""), ())
    assert (number.name, "user" in number.keys) == ("server", False)


def _refusing(host: str, port: int) -> socket.socket:
    raise ConnectionRefusedError(f"{host}:{port}")
