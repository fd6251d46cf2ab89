"""Notes on the command line: which calendar entries without invitees are real meetings.

Each row of a table is one sentence of DESIGN section 5 with somebody of its own; all rows of a
table are read by one run.
"""

from __future__ import annotations

from typing import Any

import pytest
from acceptance_meetings import (
    Build,
    Case,
    check,
    explained,
    judged_by,
)
from acceptance_world import ANA, Home, Scene, at


def note(title: str, **traits: Any) -> Build:
    """An entry without attendees; {first} and {name} are the one this case is about."""

    def build(scene: Scene) -> None:
        known(scene)
        text = title.format(first=scene.first_name, name=scene.name)
        scene.home.event(scene.day(0), text, **traits)

    return build


def known(scene: Scene) -> None:
    """The two have written to each other, long before."""
    scene.sent(-5)
    scene.received(-4)


def note_and_mail(scene: Scene) -> None:
    note("Call {first}")(scene)
    scene.received(1, "It was great talking to you yesterday.\n")


NOTES = (
    Case(
        "a way of meeting and a name",
        note("Coffee with {first}"),
        ("yes meeting:named-in-title",),
        0.5,
        "in_person",
    ),
    Case("a full name", note("Lunch with {name}"), ("yes",), 0.5, "in_person"),
    Case("a call with somebody is a meeting", note("Call with {first}"), ("yes",), 0.5, "phone"),
    Case("an imperative is a reminder", note("Call {first}"), ("unknown meeting:reminder",), 0.0),
    Case("a gift is a reminder", note("Gift for {first}"), ("unknown meeting:reminder",), 0.0),
    Case("mail confirms a reminder", note_and_mail, ("yes meeting:mail-confirms",), 0.5),
    Case("a name alone is no way of meeting", note("{first}"), ("unknown",), 0.0),
    Case("a birthday wins over a name", note("Birthday lunch {first}"), ("no meeting:birthday",)),
    Case("a journey wins over a name", note("Flight with {first}"), ("no meeting:travel",)),
    Case(
        "all day wins over a name",
        note("Coffee with {first}", all_day=True),
        ("no meeting:all-day",),
    ),
    Case("a cancelled note", note("Canceled: Coffee with {first}"), ("no meeting:cancelled",)),
    Case("a stranger is nobody's meeting", note("Coffee with Zacharias"), ()),
    Case("two people are not exactly one", note("Coffee with {first} and Ulla"), ()),
)


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The entries of every case, by its truth. Ulla is known, to be the second of two."""
    home = Home(tmp_path_factory.mktemp("notes"))
    home.mail(ANA, "Ulla Berg <ulla@example.net>", at("2025-01-02T09:00"))
    home.mail("Ulla Berg <ulla@example.net>", ANA, at("2025-01-03T09:00"))
    return judged_by(home, NOTES, "2025-02-03T09:00", 20)


@pytest.mark.parametrize("case", NOTES, ids=[case.truth for case in NOTES])
def test_what_notes_count(case: Case, noted: dict[str, Any]) -> None:
    """The sentence that names the case."""
    check(case, noted[case.truth])


def test_every_note_has_reasons_and_evidence(noted: dict[str, Any]) -> None:
    """So does an entry without invitees."""
    explained(noted)
