"""Which mails are gone, of folders of any size: the same ones, and never all held at once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, cast

import pytest

from connectors.imap import expunged as module
from connectors.imap.cursor import Mark
from connectors.imap.expunged import compared, expunged
from connectors.imap.refs import prefix
from connectors.imap.session import Session
from connectors.imap.uids import Uids

BELOW = prefix("INBOX", 1)
AT_ONCE = 100


class Core:
    """A core that knows these mails. `most` is what it was asked for at once."""

    def __init__(self, uids: set[int]) -> None:
        self.refs = {f"{BELOW}{uid}": "" for uid in uids}
        self.most = 0
        self.asked = 0

    def under(self, prefix: str) -> Mapping[str, str]:
        """See `connectors.contract.Known`."""
        found = {ref: stamp for ref, stamp in self.refs.items() if ref.startswith(prefix)}
        self.most = max(self.most, len(found))
        self.asked += 1
        return found


class Folder:
    """A session with a folder open that holds these; `vanished` where it remembers what went."""

    def __init__(self, there: set[int], vanished: set[int] | None = None) -> None:
        self._there = there
        self._vanished = vanished

    def search(self, _: str) -> Uids:
        return Uids.of(self._there)

    def offers(self, _: str) -> bool:
        return self._vanished is not None

    def uid_ask(self, *_: str) -> None: ...

    def also(self, _: str) -> list[bytes]:
        return [f"(EARLIER) {Uids.of(self._vanished or ())}".encode()]

    def speaking(self) -> Any:
        return nullcontext()


def session(there: set[int], vanished: set[int] | None = None) -> Session:
    return cast("Session", Folder(there, vanished))


KNOWN = {
    "from the first": set(range(1, 3001)),
    "from far on": set(range(70_000, 73_000)),
    "here and there": set(random.Random(1).sample(range(1, 2_000_000), 3000)),
    "few": set(range(5, 60)),
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PORTION", AT_ONCE)


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
@pytest.mark.parametrize("number", [1, 5, 54])
@pytest.mark.parametrize("remembers", [False, True])
def test_what_is_gone(known: set[int], number: int, remembers: bool) -> None:
    """Whatever went is found, no more than about a portion of the folder is held for it, and the
    core is not asked again and again."""
    gone = set(random.Random(number).sample(sorted(known), number))
    core, mark = Core(known), Mark(1, max(known) + 1, 0, len(known), modseq=9)
    folder = session(known - gone, gone if remembers else None)
    told = [ref for refs in expunged(folder, "INBOX", mark, number, core) for ref in refs]
    assert sorted(told) == sorted(f"{BELOW}{uid}" for uid in gone)
    assert core.most <= AT_ONCE * 1.2
    assert core.asked <= 300


def test_mail_that_went_late_is_found_at_once() -> None:
    """What went is mostly new: the rest of a large folder is not asked about."""
    known = set(range(1, 3001))
    core, mark = Core(known), Mark(1, 3001, 0, 3000)
    found = list(expunged(session(known - {2990}), "INBOX", mark, 1, core))
    assert found[-1] == [f"{BELOW}2990"]
    assert core.asked <= 15


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_every_mail_is_compared_once(known: set[int]) -> None:
    """The portions are the folder: what is known of it and what is there, none of it twice."""
    there = Uids.of({uid for uid in known if uid % 7} | {max(known) - 1})
    core = Core(known)
    portions = list(compared(core, BELOW, there, len(known), max(known)))
    within = [uid for portion in portions for uid in portion.within(there)]
    assert sorted(within) == list(there)
    mails = [uid for portion in portions for uid in portion.mails or ()]
    alone = {portion.spans[0][0] for portion in portions if portion.mails is None}
    assert len(mails) == len(set(mails))
    assert set(mails) | (alone & known) == known
    assert core.most <= AT_ONCE * 1.2
