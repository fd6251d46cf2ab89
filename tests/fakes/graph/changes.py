"""A support module: collections that remember what changed when, and delta queries over them.

A round settles with its first request what it tells; its deltaLink stands for that moment, so that
what changes while pages are read comes again. learn.microsoft.com/graph/delta-query-overview
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from fakes.graph.call import Call, Json, Refused

_LISTINGS: Final = 256


class Revisions:
    """Numbers every change of a mailbox; also the source of ids, etags and tokens."""

    def __init__(self) -> None:
        self.now = 0
        self._numbers = itertools.count(1)

    def advance(self) -> int:
        """A change happens: its number."""
        self.now += 1
        return self.now

    def new_id(self, kind: str) -> str:
        """Opaque, and as awkward in a URL as Exchange's are."""
        return f"AAkALg{kind}-AAAAEM{next(self._numbers):06}_hE="


@dataclass
class Tracked:
    """What is in a collection and since when, and what left it, when and why."""

    items: dict[str, int] = field(default_factory=dict)
    gone: dict[str, tuple[int, str]] = field(default_factory=dict)

    def put(self, item: str, revision: int) -> None:
        """It is there, as of that revision."""
        self.items[item] = revision
        self.gone.pop(item, None)

    def drop(self, item: str, revision: int, reason: str = "deleted") -> None:
        """It is not there any more."""
        del self.items[item]
        self.gone[item] = (revision, reason)

    def since(self, revision: int | None) -> list[str]:
        """What changed or left after that, by its last change; None: what there is."""
        if revision is None:
            return sorted(self.items, key=self.items.__getitem__)
        changed = [(at, item) for item, at in self.items.items() if at > revision]
        left = [(at, item) for item, (at, _) in self.gone.items() if at > revision]
        return [item for _, item in sorted(changed + left)]


@dataclass(frozen=True)
class Round:
    """A delta query under way, or between two rounds."""

    collection: str
    options: Mapping[str, str]
    at: int  # revision that its deltaLink stands for
    told: tuple[str, ...]  # of the round, in their order
    place: int = 0
    ended: bool = False


class Rounds:
    """The tokens of one mailbox. Clients cannot read anything out of them."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._known: OrderedDict[str, Round] = OrderedDict()
        self.dead: set[str] = set()  # tokens that are refused from now on
        self._numbers = itertools.count(1)

    def forget(self, collection: str | None = None) -> None:
        """All tokens given out so far expire, or those of one collection."""
        self.dead |= {
            token for token, one in self._known.items() if collection in {None, one.collection}
        }

    def keep(self, made: Round) -> str:
        """Its token."""
        token = f"R0usmc{next(self._numbers):05}_x-{made.at:x}+/=="
        self._known[token] = made
        if len(self._known) > 50 * _LISTINGS:
            self._known.popitem(last=False)
        return token

    def find(self, token: str) -> Round | None:
        """What a token stands for; None: it is dead, or never was one."""
        return None if token in self.dead else self._known.get(token)


def delta(
    call: Call,
    rounds: Rounds,
    collection: str,
    *,
    revision: int,
    since: Callable[[int | None, Mapping[str, str]], Iterable[str]],
    tell: Callable[[str, Mapping[str, str]], Json | None],
    size: int,
    lost: Refused,
) -> Json:
    """A delta function. `since`: ids of what changed after a revision, given the options of the
    first request; `tell`: an item as it is now, None if there is nothing to say of it; `size`: of a
    page that nobody wants otherwise; `lost`: how a dead token is answered."""
    given = call.options.get("$skiptoken") or call.options.get("$deltatoken")
    if given is None:
        told = call.whims.order(since(None, call.options))
        found = Round(collection, dict(call.options), revision, tuple(told))
    else:
        known = rounds.find(given)
        if known is None or known.collection != collection:
            raise lost
        if ("$deltatoken" in call.options) != known.ended:
            raise Refused(400, "BadRequest", "Badly formed token.")
        found = known
        if known.ended:
            news = since(known.at, known.options)
            # What was told once may be told again, changed or not.
            news = [*news, *call.whims.again(known.told)]
            told = call.whims.order(dict.fromkeys(news))
            found = Round(collection, known.options, revision, tuple(told))
    most = call.whims.size(min(call.most or int(found.options.get("$top", size)), 1_000))
    most = 0 if call.whims.chance(9) and not found.place else most  # an empty page is none the less
    part, place = found.told[found.place : found.place + most], found.place + most
    bodies = [body for item in part if (body := tell(item, found.options)) is not None]
    more = place < len(found.told)
    name = "skiptoken" if more else "deltatoken"
    left = found.told if more else found.told[-20:]
    token = rounds.keep(
        Round(collection, found.options, found.at, left, place if more else 0, ended=not more)
    )
    link = f"{call.whims.spelt(call.url)}?${name}={quote(token, safe='')}"
    return {"value": bodies, f"@odata.{'next' if more else 'delta'}Link": link}


def paged(call: Call, items: Iterable[str], tell: Callable[[str], Json], size: int) -> Json:
    """A plain listing, by `$top` and `$skip`. As with the real one, what changes meanwhile shifts
    its pages."""
    found, skip = list(items), call.options.get("$skip", "0")
    if not skip.isdigit():
        raise Refused(400, "ErrorInvalidUrlQueryFilter", f"{skip!r} is no number of items.")
    most = call.whims.size(min(call.most or size, 1_000)) or 1
    start = int(skip)
    body: Json = {"value": [tell(one) for one in found[start : start + most]]}
    if start + most < len(found):
        kept = {k: v for k, v in call.options.items() if k != "$skip"}
        query = "&".join(f"{k}={quote(v)}" for k, v in {**kept, "$skip": str(start + most)}.items())
        body["@odata.nextLink"] = f"{call.url}?{query}"
    if call.options.get("$count") == "true":
        body["@odata.count"] = len(found)
    return body
