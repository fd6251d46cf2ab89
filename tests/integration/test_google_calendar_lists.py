"""Which calendars of a Google account are read, and what happens where one cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.google import call
from fakes.google.fixtures import clock, google
from fakes.google.world import guests
from google_calendar_world import ANA, LIST, Desk, desk, told

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.records import Bad, Gone, Seen

__all__ = ["clock", "desk", "google"]

TEAM = "team@group.calendar.google.com"


def test_those_that_are_ticked(desk: Desk) -> None:
    """The owner's own, and those that the owner has ticked and that show what is in them."""
    calendars = desk.calendars
    kinds: dict[str, dict[str, Any]] = {
        "ticked": {},
        "unticked": {"selected": False},
        "hidden": {"hidden": True},
        "busy": {"accessRole": "freeBusyReader"},
        "mine": {"accessRole": "owner"},
    }
    for name, entry in kinds.items():
        calendar = calendars.add(f"{name}@group.calendar.google.com", name, **entry)
        desk.add(f"in {name}", 1, calendar)
    calendars.change(ANA, selected=False)
    desk.add("own", 1)
    desk.read()
    assert desk.trouble is None
    assert desk.titles() == ["in mine", "in ticked", "own"]


def test_calendars_come_and_go(desk: Desk) -> None:
    """A new one is read; with one that is ticked no more, all that it held is gone."""
    desk.add("own", 1)
    desk.read()
    team = desk.calendars.add(TEAM, "Team")
    desk.add("in team", 1, team)
    assert told(desk.read()) == ["in team"]
    desk.calendars.change(TEAM, selected=False)
    (item,) = desk.read()
    assert isinstance(item, Gone)
    assert desk.titles() == ["own"]
    desk.calendars.change(TEAM, selected=True)
    assert told(desk.read()) == ["in team"]
    desk.calendars.change(TEAM, deleted=True)
    desk.read()
    assert desk.titles() == ["own"]


@pytest.mark.parametrize("name", ["Team", "team ", "Our team", TEAM])
def test_one_by_name(desk: Desk, name: str) -> None:
    """By the owner's name for it, its own, or its id; ticked or not. Renamed it stays chosen."""
    team = desk.calendars.add(TEAM, "Team", summaryOverride="Our team", selected=False)
    desk.add("in team", 1, team)
    desk.add("own", 1)
    desk.restart(chosen=[name])
    assert told(desk.read()) == ["in team"]
    desk.calendars.change(TEAM, summary="Crew", summaryOverride="Our crew")
    desk.restart(chosen=[name])
    assert desk.read() == []
    assert desk.trouble is None


@pytest.mark.parametrize(
    ("calendar", "role"),
    [
        ("bob@example.org", "reader"),
        ("bob@example.org", "owner"),
        (TEAM, "writer"),
        (TEAM, "owner"),
    ],
)
def test_notes_of_others(desk: Desk, calendar: str, role: str) -> None:
    """What somebody else wrote down without guests is theirs: in a calendar that others may write
    into, whoever made it, it is not told. What has guests is, and what the owner wrote."""
    shared = desk.calendars.add(calendar, "Shared", accessRole=role)
    bob = {"creator": {"email": "bob@example.org"}}
    desk.add("coffee with Cleo", 1, shared, **bob)
    away = desk.add("away", 2, shared, eventType="outOfOffice", **bob)
    desk.add("guests", 3, shared, attendees=guests(ANA), **bob)
    desk.add("mine", 4, shared, creator={"email": "Ana@example.com"})
    desk.read()
    assert desk.titles() == ["guests", "mine"]
    assert {one.ref for one in desk.source.census()} == desk.ledger.stamps.keys()
    shared.edit(away, attendees=guests(ANA))
    desk.read()
    assert "away" in desk.titles()


def test_the_primary_one(desk: Desk) -> None:
    """`primary` is the owner's own."""
    desk.add("own", 1)
    desk.add("in team", 1, desk.calendars.add(TEAM, "Team"))
    desk.restart(chosen=["primary"])
    assert told(desk.read()) == ["own"]


def test_a_name_that_is_none(desk: Desk) -> None:
    """What is chosen and not there is told after the others were read; what was known of one that
    was there stays until the owner says otherwise."""
    desk.add("own", 1)
    desk.add("in team", 1, desk.calendars.add(TEAM, "Team"))
    desk.restart(chosen=["primary", "Team"])
    desk.read()
    desk.calendars.change(TEAM, deleted=True)
    desk.add("new", 2)
    assert told(desk.read()) == ["new"]
    assert isinstance(desk.trouble, Refused)
    assert "no calendar 'Team'" in str(desk.trouble)
    assert "there are: ana@example.com" in str(desk.trouble)
    assert desk.titles() == ["in team", "new", "own"]
    desk.restart(chosen=["primary"])
    desk.read()
    assert desk.titles() == ["new", "own"]
    assert desk.trouble is None


def test_a_name_that_is_none_among_many(desk: Desk) -> None:
    """Also where nothing else is read and a lot was known: it is the name that is told."""
    for day in range(1, 25):
        desk.add(f"{day}", day)
    desk.read()
    desk.restart(chosen=["Calender"])
    assert told(desk.read()) == []
    assert isinstance(desk.trouble, Refused)
    assert "no calendar 'Calender'" in str(desk.trouble)


def test_one_that_shows_when_somebody_is_busy(desk: Desk) -> None:
    """Chosen by name it is told of: nothing can be learnt from it."""
    desk.calendars.add(TEAM, "Team", accessRole="freeBusyReader")
    desk.restart(chosen=["Team"])
    desk.read()
    assert isinstance(desk.trouble, Refused)
    assert "shows only when somebody is busy" in str(desk.trouble)


def test_one_fails_and_the_others_do_not(desk: Desk) -> None:
    """Trouble with one calendar is told in the end, and nothing of it is lost."""
    desk.add("own", 1)
    desk.add("in team", 1, desk.calendars.add(TEAM, "Team"))
    desk.read()
    desk.add("new", 2)
    desk.add("new in team", 2, desk.calendars.all[TEAM])
    desk.google.faults.broken(LIST)
    assert told(desk.read()) == ["new in team"]
    assert isinstance(desk.trouble, Unavailable)
    assert told(desk.read()) == ["new"]
    fault = desk.google.faults.broken(LIST, times=None)
    desk.calendars.add("crew@group.calendar.google.com", "Crew")
    desk.read()
    assert isinstance(desk.trouble, Unavailable)
    assert fault.hits == 2  # then it is Google, and no calendar


def test_one_that_is_listed_and_not_there(desk: Desk) -> None:
    """A calendar that its owner took away may stay in the list: that is said, nothing is gone."""
    desk.add("in team", 1, desk.calendars.add(TEAM, "Team"))
    desk.read()
    desk.google.faults.refuse(LIST, lambda: call.Refused(404, "notFound", "Not Found"), times=None)
    desk.read()
    assert isinstance(desk.trouble, Refused)
    assert "untick it" in str(desk.trouble)
    assert desk.titles() == ["in team"]


def test_all_are_gone(desk: Desk) -> None:
    """A full account without any calendar is trouble, and no deletion."""
    for number in range(25):
        desk.add(f"event {number}", number)
    desk.read()
    desk.calendars.change(ANA, deleted=True)
    assert desk.read() == []
    assert isinstance(desk.trouble, Unavailable)
    assert len(desk.titles()) == 25


def test_without_the_right(desk: Desk) -> None:
    """A sign-in that does not include calendars is to be made again."""
    desk.google.faults.forbidden("calendar.*", times=None)
    assert desk.read() == []
    assert isinstance(desk.trouble, SignInNeeded)
    assert "syncd login work" in str(desk.trouble)


def test_single_events_and_days(desk: Desk) -> None:
    """What is asked for by its ref is told as it is now, whichever calendar it is in."""
    team = desk.calendars.add(TEAM, "Team")
    there, gone = desk.add("own", 1), desk.add("gone", -1)
    other = desk.add("in team", 2, team)
    wrong = desk.add("wrong", 3)
    desk.read()
    desk.own.cancel(gone)
    desk.own.edit(wrong, start={"dateTime": "2026-11-04T10:00:00Z"}, end={})
    refs = [desk.ref(there), desk.ref(gone), desk.ref(other, team), desk.ref(wrong)]
    lost = "calendar//0000000000000000/event"
    items = desk.source.read_again([*refs, lost], desk.ledger.cursor or "")
    found = {item.ref: type(item) for item in items}
    assert found == dict(zip([*refs, lost], [Seen, Gone, Seen, Bad, Gone], strict=True))
    assert {ref: f"{day}" for ref, day in desk.source.dated(refs[::2]).items()} == {
        refs[0]: "2026-11-02",
        refs[2]: "2026-11-03",
    }
    assert desk.source.server_time() == desk.clock()
