"""Cards and drafts where the other side breaks off, is away, or refuses: once each all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import Text
from connectors.errors import Ambiguous, BadItem, ConnectorError, Refused, Unavailable
from connectors.memory.account import MemoryContacts, MemoryDrafts
from connectors.memory.source import MemoryMail
from connectors.records import Card, Facet
from syncd.pipeline.report import Report

from worlds import ANA, BEN, Lab, coffee, day, mail

TEXT = "See you again soon.\n\nBest regards,\nBen\nTel. +351 21 000 00 00\n"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Ana met Ben, and he wrote to her."""
    lab = Lab(tmp_path, errands=True)
    lab.world.put_event(coffee(day(10)))
    lab.world.deliver(mail(BEN, ANA, day(10.5)), TEXT)
    return lab


def found(lab: Lab) -> tuple[int, int]:
    """How many cards and drafts there are."""
    return len(lab.world.alive(Facet.CONTACTS)), len(lab.world.drafts)


def added(report: Report) -> tuple[int, int]:
    return report.cards, report.drafts


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_answer_makes_no_second_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, *, happened: bool
) -> None:
    """Whether it happened or not: the next run asks once more, and there is one."""
    for kind, name in ((MemoryContacts, "add_card"), (MemoryDrafts, "add_draft")):
        real = getattr(kind, name)
        lost: list[object] = []

        def losing(self: object, *given: object, real=real, lost=lost) -> object:  # type: ignore[no-untyped-def]
            ref = real(self, *given) if happened or lost else ""
            if not lost:
                lost.append(ref)
                raise Ambiguous("the answer was lost")
            return ref

        monkeypatch.setattr(kind, name, losing)
    first = lab.once(day(11))
    assert added(first) == (0, 0)
    assert not first.failed
    assert found(lab) == ((1, 1) if happened else (0, 0))
    assert added(lab.once(day(11.1))) == (1, 1)
    assert found(lab) == (1, 1)
    assert added(lab.once(day(11.2))) == (0, 0)


@pytest.mark.parametrize(
    ("error", "tried_again"),
    [(Unavailable("away"), True), (Refused("no room"), True), (BadItem("", "too odd"), False)],
)
def test_one_that_fails_stops_no_other(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, error: ConnectorError, *, tried_again: bool
) -> None:
    """The draft is left though no card can be added; the card is when it can be."""
    real = MemoryContacts.add_card

    def failing(_: MemoryContacts, card: Card) -> str:
        raise error

    monkeypatch.setattr(MemoryContacts, "add_card", failing)
    report = lab.once(day(11))
    assert added(report) == (0, 1)
    assert report.failed is tried_again
    monkeypatch.setattr(MemoryContacts, "add_card", real)
    assert added(lab.once(day(11.1))) == (int(tried_again), 0)
    assert found(lab) == (int(tried_again), 1)


def test_a_mail_that_breaks_its_source(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of what it says, and nothing else waits for it."""

    def breaking(*_: object) -> Iterator[Text]:
        raise KeyError(1)
        yield

    monkeypatch.setattr(MemoryMail, "read_text", breaking)
    assert added(lab.once(day(11))) == (1, 1)
    assert found(lab) == (1, 1)


def test_a_meeting_that_was_none_brings_no_card(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the book was away the meeting turned out to have been cancelled."""
    real = MemoryContacts.add_card

    def failing(_: MemoryContacts, card: Card) -> str:
        raise Refused("no room")

    monkeypatch.setattr(MemoryContacts, "add_card", failing)
    lab.once(day(11))
    monkeypatch.setattr(MemoryContacts, "add_card", real)
    lab.world.put_event(coffee(day(10), status="cancelled", sequence=1))
    lab.once(day(11.1))
    assert found(lab)[0] == 0
