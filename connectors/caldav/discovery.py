"""Where an account's calendars and address books are, from whatever URL its owner knows.

The URL may be a server's root, a principal, a home, or one collection (RFC 6764 section 6, RFC
5397, RFC 4791 section 6.2.1, RFC 6352 section 7.1.1). Homes are found once for each run; what is in
them is listed anew for each reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from connectors.caldav.dav import Dav, Told, no_dav
from connectors.caldav.paths import as_folder, elsewhere, path_of, url_of
from connectors.caldav.urls import origin_of, shown, stays
from connectors.caldav.xml import CAL, CARD, DAV, SERVER, Element, Garbled, Response
from connectors.errors import ConnectorError, Refused, Unavailable

_WELL_KNOWN: Final = {"caldav": "/.well-known/caldav", "carddav": "/.well-known/carddav"}
_HOME: Final = {"caldav": CAL + "calendar-home-set", "carddav": CARD + "addressbook-home-set"}
_HERE: Final = "this URL"
_ABSENT: Final = frozenset((404, 405, 410, 501))  # what servers say that know no WebDAV there
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KIND: Final = {"caldav": CAL + "calendar", "carddav": CARD + "addressbook"}
# Made by servers for themselves: scheduling (RFC 6638), what was thrown away.
_NOT_OURS: Final = frozenset(("schedule-inbox", "schedule-outbox", "deleted-calendar", "trash-bin"))
_COMPONENTS: Final = CAL + "supported-calendar-component-set"
_RIGHTS: Final = DAV + "current-user-privilege-set"
# RFC 3744 section 3: each lets somebody write items, or make them.
_WRITING: Final = frozenset(DAV + one for one in ("all", "write", "write-content", "bind"))
_WHAT: Final = (
    DAV + "resourcetype",
    DAV + "displayname",
    DAV + "sync-token",
    DAV + "supported-report-set",
    SERVER + "getctag",
    _COMPONENTS,
    _RIGHTS,
)
_WHO: Final = (DAV + "current-user-principal", DAV + "principal-URL", *_HOME.values())


class Collection(NamedTuple):
    """A calendar or an address book, as its home lists it. `path` ends with a slash."""

    path: str
    url: str
    name: str  # its display name, else the last part of its path
    components: frozenset[str]  # what it takes: VEVENT, VTODO; empty where it does not say
    token: str  # of RFC 6578, "" where it has none
    ctag: str  # "" where it has none
    syncs: bool  # whether it says that it knows sync-collection
    writable: bool  # False where it says that this login may only read it

    def takes(self, component: str) -> bool:
        """Whether it holds components of that name. Without a word about it, it takes all (RFC
        4791 section 5.2.3)."""
        return not self.components or component in self.components

    def called(self, name: str) -> bool:
        """Whether its owner may mean it by `name`: its display name, its path or that one's end."""
        last = self.path.strip("/").rpartition("/")[2]
        return name in (self.name, last) or path_of(as_folder(name), self.url) == self.path


@dataclass(slots=True)
class Homes:
    """What was found: homes to be listed, and collections that the owner named themselves."""

    homes: dict[str, list[str]] = field(default_factory=dict)  # by service
    singles: dict[str, list[str]] = field(default_factory=dict)


class Discovery:
    """Finds the collections of one account. `service` is "caldav" or "carddav"."""

    def __init__(self, dav: Dav, url: str) -> None:
        self._dav = dav
        self._url = url
        self._homes: dict[str, Homes] = {}

    def collections(self, service: str) -> list[Collection]:
        """All of them as they are now, in order of path."""
        found = self._homes.get(service)
        if found is None:
            found = self._find(service)
            if found.homes or found.singles:
                self._homes[service] = found
        try:
            listed = self._list(found, service)
        except (Told, Garbled) as error:
            self._homes.pop(service, None)  # a home that moved is looked for anew
            told = error.error() if isinstance(error, Told) else no_dav(_shown(service))
            raise told from error
        return sorted(listed.values())

    def home(self, service: str) -> str:
        """The URL that new collections are made below. Raises `Refused` where there is none."""
        found = self._homes.get(service) or self._find(service)
        homes = found.homes.get(service)
        if not homes:
            raise Refused(f"the server names no home for {_shown(service)}: make it there by hand")
        return homes[0]

    def _list(self, found: Homes, service: str) -> dict[str, Collection]:
        listed: dict[str, Collection] = {}
        for urls, depth in ((found.homes, 1), (found.singles, 0)):
            for url in urls.get(service, ()):
                responses, where = self._dav.propfind(url, depth, _WHAT, _shown(service))
                for response in responses:
                    one = _collection(response, where, _KIND[service])
                    if one is not None:
                        listed[one.path] = one
        return listed

    def _find(self, service: str) -> Homes:
        trouble: ConnectorError | None = None
        for url in self._doors(service):
            try:
                found = self._look(url, service)
            except Told as error:
                told = error.error()
                if error.status in _ABSENT:
                    told = _absent(url, error.status)
                elif isinstance(told, Unavailable):
                    raise told from error  # it is no question of where
            except Garbled:
                told = no_dav(_HERE)
            else:
                if found.homes.get(service) or found.singles.get(service):
                    return found
                continue
            if url == self._url:  # what is wrong elsewhere is none of the owner's business
                trouble = told
        if trouble is None and service == "carddav":
            return Homes()  # many servers have calendars alone
        raise trouble or Unavailable(
            f"{shown(self._url)} has no {_shown(service)} for this login: check `url`"
        )

    def _doors(self, service: str) -> Iterator[str]:
        """The URL as it was given; then where the well-known one leads (RFC 6764 section 5), and
        the root. The others are only looked for where the first one does not lead there."""
        yield self._url
        doors = []
        root = origin_of(self._url)
        try:
            _, where = self._dav.propfind(
                root + _WELL_KNOWN[service], 0, _WHO, _HERE, anonymous=True
            )
            doors.append(where)
        except Told as error:
            doors.append(error.answer.url)  # most want to know first who asks
        except (Garbled, Unavailable, Refused):
            pass
        kept = [door for door in doors if stays(root, door)]
        yield from dict.fromkeys((*kept, root + "/"))

    def _look(self, url: str, service: str) -> Homes:
        """What a resource says of itself and of whom it is asked by. Raises `Told`."""
        found = Homes()
        responses, where = self._dav.propfind(url, 0, (*_WHO, *_WHAT), _HERE)
        own = next(iter(responses), None)
        if own is None:
            return found
        if (single := _collection(own, where, _KIND[service])) is not None:
            found.singles[service] = [single.url]
            return found
        if self._take_homes(own, where, service, found):
            return found
        named = own.props.get(DAV + "current-user-principal") or own.props.get(
            DAV + "principal-URL"
        )
        href = "" if named is None else named.said(DAV + "href")
        if href:
            principal = url_of(path_of(href, where), where)
            responses, where_principal = self._dav.propfind(principal, 0, _WHO, _HERE)
            if any(self._take_homes(one, where_principal, service, found) for one in responses):
                return found
        # A home need not say what it is: what it holds tells.
        home = Homes({service: [as_folder(where)]})
        return home if self._list(home, service) else found

    def _take_homes(self, response: Response, where: str, service: str, into: Homes) -> bool:
        prop = response.props.get(_HOME[service])
        hrefs = [href.text for href in prop.every(DAV + "href")] if prop is not None else []
        homes = [as_folder(elsewhere(href, where)) for href in hrefs if href.strip()]
        if homes:
            into.homes[service] = list(dict.fromkeys(homes))
        return bool(homes)


def _collection(response: Response, where: str, kind: str) -> Collection | None:
    """The collection that is told of, None where it is of another kind or not there."""
    types = response.props.get(DAV + "resourcetype")
    names = types.names() if types is not None else frozenset[str]()
    if kind not in names or any(name.rpartition(" ")[2] in _NOT_OURS for name in names):
        return None
    path = as_folder(path_of(response.href, where))
    named = response.props.get(DAV + "displayname")
    told = response.props.get(_COMPONENTS)
    reports = response.props.get(DAV + "supported-report-set")
    return Collection(
        path,
        url_of(path, where),
        _shown_name(named) or path.strip("/").rpartition("/")[2],
        frozenset(
            one.attributes.get("name", "").upper() for one in (told.children if told else ())
        ),
        _text(response, DAV + "sync-token"),
        _text(response, SERVER + "getctag"),
        any(
            report.names() & {DAV + "sync-collection"}
            for supported in (reports.children if reports else ())
            for report in supported.every(DAV + "report")
        ),
        _may_write(response.props.get(_RIGHTS)),
    )


def _may_write(told: Element | None) -> bool:
    """RFC 3744 section 5.4. Nothing, or nothing at all in it, says nothing."""
    rights = {name for one in (told.children if told else ()) for name in one.names()}
    return not rights or bool(rights & _WRITING)


def _absent(url: str, status: int) -> ConnectorError:
    words = f"{shown(url)} is no CalDAV server at this URL (HTTP {status}): check `url`"
    return Refused(words) if status in (405, 501) else Unavailable(words)


def _shown_name(named: Element | None) -> str:
    """A display name, which somebody else may have given, without what drives a terminal."""
    return "" if named is None else _CONTROL.sub("", named.text).strip()


def _text(response: Response, name: str) -> str:
    found = response.props.get(name)
    return "" if found is None else found.text.strip()


def _shown(service: str) -> str:
    return "calendars" if service == "caldav" else "address books"
