"""Meetings on the command line: what is still to come, moved, removed or called off."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at, calendar, vevent


def test_a_room_is_nobody(tmp_path: Path) -> None:
    """A room in a meeting is no person, and says so."""
    home = Home(tmp_path)
    home.event(
        at("2026-05-04T09:00"),
        organizer=ANA,
        attendees={
            ANA: "ACCEPTED",
            "ben@example.com": "ACCEPTED",
            "blue@example.com": "ACCEPTED;CUTYPE=ROOM",
        },
    )
    home.once()
    found = home.explain("blue@example.com")
    assert found["person"] is None
    assert "address:resource" in found["reasons"]
    assert [one["addresses"] for one in home.people()] == [["ben@example.com"]]


BEFORE, DURING, AFTER = "2026-06-01T08:00Z", "2026-06-10T09:30Z", "2026-06-10T10:30Z"


@pytest.fixture
def tomorrow(tmp_path: Path) -> Home:
    """A coffee from nine to ten on 10 June, accepted by both."""
    home = Home(tmp_path)
    home.event(
        at("2026-06-10T09:00"),
        "Coffee",
        uid="coffee",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", "ben@example.com": "ACCEPTED"},
    )
    return home


@pytest.mark.parametrize("now", [BEFORE, DURING])
def test_nothing_in_the_future_counts(tomorrow: Home, now: str) -> None:
    """A meeting that is not over is pending, weighs nothing, and is no interaction of anybody."""
    tomorrow.once(now=now)
    (one,) = tomorrow.interactions("ben@example.com", now)
    assert (one["real"], one["weight"]) == ("pending", 0)
    (ben,) = tomorrow.people(now)
    assert (ben["last_interaction"], ben["last_meeting"]) == (None, None)
    assert ben["counts"]["meetings"] == 0


def test_the_future_is_only_scheduled(tomorrow: Home) -> None:
    """Before it begins, a meeting is the next one of who is in it; afterwards it is the last."""
    tomorrow.once(now=BEFORE)
    assert at(tomorrow.people(BEFORE)[0]["next_meeting"]) == at("2026-06-10T09:00")
    tomorrow.once(now=AFTER)
    (ben,) = tomorrow.people(AFTER)
    assert ben["next_meeting"] is None
    assert at(ben["last_meeting"]) == at("2026-06-10T09:00")
    assert (ben["counts"]["meetings"], ben["counts"]["in_person"]) == (1, 1)


def test_time_alone_makes_it_real(tomorrow: Home) -> None:
    """Nothing is read anew, and yet the meeting counts as soon as it is over."""
    tomorrow.once(now=BEFORE)
    (one,) = tomorrow.interactions("ben@example.com", AFTER)
    assert one["real"] == "yes"


def test_removed_before_its_end_was_cancelled(tomorrow: Home) -> None:
    """An event that disappears before its end was cancelled."""
    tomorrow.once(now=BEFORE)
    (tomorrow.folder / "calendar/coffee.ics").unlink()
    tomorrow.once(now="2026-06-05T08:00Z")
    (one,) = tomorrow.interactions("ben@example.com", AFTER)
    assert (one["real"], one["reasons"]) == ("no", ["meeting:removed"])
    assert [ben["next_meeting"] for ben in tomorrow.people("2026-06-05T08:00Z")] in ([], [None])


def test_removed_after_its_end_remains(tomorrow: Home) -> None:
    """An event that is tidied away afterwards still took place."""
    tomorrow.once(now=AFTER)
    (tomorrow.folder / "calendar/coffee.ics").unlink()
    tomorrow.once(now="2026-06-12T08:00Z")
    (one,) = tomorrow.interactions("ben@example.com", "2026-06-12T08:00Z")
    assert one["real"] == "yes"


def test_moved_counts_at_its_new_time(tomorrow: Home) -> None:
    """A meeting that was moved is one meeting, at the time it has now."""
    tomorrow.once(now=BEFORE)
    tomorrow.event(
        at("2026-06-11T15:00"),
        "Coffee",
        uid="coffee",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", "ben@example.com": "ACCEPTED"},
        more=["SEQUENCE:1"],
    )
    tomorrow.once(now="2026-06-05T08:00Z")
    (one,) = tomorrow.interactions("ben@example.com", "2026-06-12T08:00Z")
    assert (one["real"], at(one["at"])) == ("yes", at("2026-06-11T15:00"))


def test_cancelled_afterwards_is_undone(tomorrow: Home) -> None:
    """A meeting that counted no longer does once its calendar says it was cancelled."""
    tomorrow.once(now=AFTER)
    tomorrow.event(
        at("2026-06-10T09:00"),
        "Coffee",
        uid="coffee",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", "ben@example.com": "ACCEPTED"},
        more=["STATUS:CANCELLED"],
    )
    tomorrow.once(now="2026-06-12T08:00Z")
    (one,) = tomorrow.interactions("ben@example.com", "2026-06-12T08:00Z")
    assert one["real"] == "no"
    assert tomorrow.people("2026-06-12T08:00Z")[0]["counts"]["meetings"] == 0


def test_floating_times_are_the_owners(tmp_path: Path) -> None:
    """An event without a zone is at that hour where the owner is."""
    home = Home(tmp_path)
    text = calendar(
        vevent(
            at("2026-05-04T09:00"),
            "Talk",
            "float",
            organizer=ANA,
            attendees={ANA: "ACCEPTED", "ben@example.com": "ACCEPTED"},
        )
    )
    home.write("calendar/float.ics", text.replace("00Z", "00"))
    home.once()
    (one,) = home.interactions("ben@example.com")
    assert at(one["at"]) == at("2026-05-04T09:00+01:00")
