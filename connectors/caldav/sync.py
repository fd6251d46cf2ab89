"""What is in one collection, and what changed in it: by sync-collection (RFC 6578), else by listing
everything once its ctag moved.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from connectors.caldav.dav import Dav, Told, no_dav
from connectors.caldav.discovery import Collection
from connectors.caldav.paths import path_of
from connectors.caldav.xml import CAL, CARD, DAV, SERVER, Garbled, Response, document
from connectors.caldav.xml import element as tag
from connectors.errors import Unavailable

_VALID_TOKEN: Final = DAV + "valid-sync-token"
_ETAG: Final = DAV + "getetag"
_TYPE: Final = DAV + "resourcetype"
_CTAG: Final = SERVER + "getctag"
_COLLECTIONS: Final = frozenset((DAV + "collection", CAL + "calendar", CARD + "addressbook"))
_PAGES: Final = 10_000  # of one listing
# A report that is not known, told in as many ways as there are servers.
_NO_REPORT: Final = frozenset((400, 404, 405, 415, 422, 501))
_NO_REPORT_SAID: Final = frozenset((DAV + "supported-report", DAV + "sync-traversal-supported"))
# Without an element that says what is wrong, these speak of the token.
_TOKEN_STATUS: Final = frozenset((400, 409, 410, 412))


class TokenInvalid(Exception):
    """The sync token means nothing to the server any more."""


class NoSync(Exception):
    """The server knows no sync-collection for this collection."""


class Page(NamedTuple):
    """What one answer of sync-collection tells: etags by path, what is gone, the next token."""

    changed: dict[str, str]
    gone: list[str]
    token: str
    more: bool


class Mark(NamedTuple):
    """Where a collection stood when it was listed. With neither it is listed for every reading."""

    token: str = ""
    ctag: str = ""


def changes(dav: Dav, place: Collection, token: str) -> Page:
    """What changed since `token`; "" for everything. Raises `TokenInvalid`, `NoSync`, or the
    contract's errors."""
    changed: dict[str, str] = {}
    gone: list[str] = []
    truncated = False

    def each(response: Response) -> None:
        nonlocal truncated
        path = path_of(response.href, place.url)
        if response.status == 507:
            # RFC 6578 section 3.6 puts it on the collection; there is nothing else to be short of.
            truncated = True
        elif not _is_member(path, response, place):
            return
        elif response.status in (404, 410):
            gone.append(path)
            changed.pop(path, None)
        elif 200 <= response.status < 300 or not response.status:
            changed[path] = etag_of(response)
        else:
            changed[path] = ""  # there, and looked at when it is read

    body = document(
        DAV + "sync-collection",
        tag(DAV + "sync-token", text=token),
        tag(DAV + "sync-level", text="1"),
        tag(DAV + "prop", tag(_ETAG), tag(_TYPE)),
    )
    try:
        # RFC 6578 section 3.2: Depth 0, the level tells how deep.
        rest = dav.report(place.url, 0, body, each, place.name)
    except Told as error:
        raise _why(error, token) from error
    except Garbled as error:
        raise no_dav(place.name) from error
    following = rest.said(DAV + "sync-token")
    if not following:
        raise NoSync
    if truncated and following == token:
        raise Unavailable(f"the server tells no end of {place.name}: tell its operator")
    return Page(changed, gone, following, truncated)


def everything(dav: Dav, place: Collection) -> tuple[dict[str, str], Mark]:
    """Etags of all members by path, and where the collection stood before they were listed.

    Raises the contract's errors.
    """
    if place.syncs or place.token:
        try:
            return _synced(dav, place)
        except (NoSync, TokenInvalid):
            pass  # it said that it could, and lists all the same
    members: dict[str, str] = {}
    try:
        responses, _ = dav.propfind(place.url, 1, (_ETAG, _TYPE), place.name)
    except Told as error:
        raise error.error() from error
    except Garbled as error:
        raise no_dav(place.name) from error
    for response in responses:
        path = path_of(response.href, place.url)
        if _is_member(path, response, place) and response.status not in (404, 410):
            members[path] = etag_of(response)
    # The ctag was asked for before the listing: what comes in between is told again.
    return members, Mark(ctag=place.ctag)


def etag_of(response: Response) -> str:
    """The etag, in one form: compression by a proxy makes strong ones weak. "" where none is."""
    found = response.props.get(_ETAG)
    return "" if found is None else plain(found.text)


def plain(etag: str) -> str:
    """An etag without the mark of a weak one."""
    return etag.strip().removeprefix("W/")


def _synced(dav: Dav, place: Collection) -> tuple[dict[str, str], Mark]:
    members: dict[str, str] = {}
    token = ""
    for _ in range(_PAGES):
        page = changes(dav, place, token)
        members.update(page.changed)
        for path in page.gone:
            members.pop(path, None)
        token = page.token
        if not page.more:
            return members, Mark(token)
    raise Unavailable(f"the server tells no end of {place.name}: tell its operator")


def _why(error: Told, token: str) -> Exception:
    if _VALID_TOKEN in error.conditions:
        return TokenInvalid() if token else NoSync()
    if error.conditions & _NO_REPORT_SAID:
        return NoSync()
    if not error.conditions and token and error.status in _TOKEN_STATUS:
        return TokenInvalid()
    if not error.conditions and error.status in _NO_REPORT:
        return NoSync()
    return error.error()


def _is_member(path: str, response: Response, place: Collection) -> bool:
    """Whether it is an item of the collection: neither itself nor a collection in it."""
    below = path.removeprefix(place.path)
    if below == path or not below or "/" in below:
        return False
    types = response.props.get(_TYPE)
    return types is None or not types.names() & _COLLECTIONS
