"""Which calendars of a mailbox at Microsoft are read, and what happens where one cannot be."""

from __future__ import annotations

import pytest
from fakes.graph.fixtures import clock, graph
from fakes.graph.meeting import guests
from graph_calendar_world import ANA, Desk, desk, told
from graph_desk import api_of

from connectors.errors import CursorExpired, Refused, Unavailable
from connectors.graph.calendar_list import calendars_found
from connectors.records import Gone

__all__ = ["clock", "desk", "graph"]


def test_calendars_come_and_go(desk: Desk) -> None:
    """A new one is read; with one that is there no more, all that it held is gone."""
    desk.add("own", 1)
    desk.read()
    team = desk.calendars.add("Team")
    event = desk.add("in team", 1, team)
    assert told(desk.read()) == ["in team"]
    desk.calendars.delete(team.id)
    (item,) = desk.read()
    assert isinstance(item, Gone)
    assert item.ref.endswith(event)
    assert desk.titles() == ["own"]


@pytest.mark.parametrize("name", ["Team", "team ", "ID"])
def test_one_by_name(desk: Desk, name: str) -> None:
    """By its name or its id. Renamed it stays chosen."""
    team = desk.calendars.add("Team")
    name = team.id if name == "ID" else name
    desk.add("in team", 1, team)
    desk.add("own", 1)
    desk.restart(chosen=[name])
    assert told(desk.read()) == ["in team"]
    desk.calendars.rename(team.id, "Crew")
    desk.restart(chosen=[name])
    assert desk.read() == []
    assert desk.trouble is None


def test_the_default_one(desk: Desk) -> None:
    """Whatever it is called in the owner's language."""
    desk.add("own", 1)
    desk.add("in team", 1, desk.calendars.add("Team"))
    desk.calendars.rename(desk.own.id, "Kalender")
    desk.restart(chosen=["default"])
    assert told(desk.read()) == ["own"]


def test_a_name_that_is_none(desk: Desk) -> None:
    """What is chosen and not there is told after the others were read; what was known of one that
    was there stays until the owner says otherwise."""
    team = desk.calendars.add("Team")
    desk.add("own", 1)
    desk.add("in team", 1, team)
    desk.restart(chosen=["default", "Team"])
    desk.read()
    desk.calendars.delete(team.id)
    desk.add("new", 2)
    assert told(desk.read()) == ["new"]
    assert isinstance(desk.trouble, Refused)
    assert "no calendar 'Team'" in str(desk.trouble)
    assert desk.titles() == ["in team", "new", "own"]
    desk.restart(chosen=["default"])
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


@pytest.mark.parametrize("can_edit", [True, False])
def test_notes_of_others(desk: Desk, can_edit: bool) -> None:
    """What stands without guests in a calendar that somebody shares is theirs, however much they
    let others do. What has guests is told, and its answers are those of whose calendar it is."""
    bobs = desk.calendars.add("Bob", owner="bob@example.org", can_edit=can_edit)
    away = desk.add("away", 1, bobs)
    desk.add("lunch", 2, bobs, attendees=guests(ANA, "bob@example.org"))
    desk.add("note", 3)
    desk.read()
    assert desk.titles() == ["lunch", "note"]
    assert {one.ref for one in desk.source.census()} == desk.ledger.stamps.keys()
    lunch = desk.meetings()[0]
    assert lunch.organizer is not None
    assert lunch.organizer.addr == "bob@example.org"
    assert lunch.aliases == ()
    bobs.edit(away, attendees=guests(ANA))
    desk.read()
    assert "away" in desk.titles()
    bobs.edit(away, attendees=None)
    desk.read()
    assert "away" not in desk.titles()


def test_one_fails_and_the_others_do_not(desk: Desk) -> None:
    """Trouble with one calendar is told in the end, and nothing of it is lost."""
    team = desk.calendars.add("Team")
    desk.add("own", 1)
    desk.add("in team", 1, team)
    desk.read()
    desk.add("new own", 2)
    desk.add("new in team", 2, team)
    desk.graph.faults.broken("calendarView.delta", status=500)
    desk.read()
    assert isinstance(desk.trouble, Unavailable)
    assert len(desk.titles()) == 3
    desk.read()
    assert desk.trouble is None
    assert len(desk.titles()) == 4


def test_a_calendar_that_cannot_be_opened(desk: Desk) -> None:
    """It is listed, and that is all: the others are read, and the owner is told what to do."""
    desk.add("own", 1)
    desk.calendars.add("Old share", owner="bob@example.org")
    desk.graph.faults.error(404, "ErrorItemNotFound", "calendarView.*", times=None, skip=2)
    desk.read()
    assert isinstance(desk.trouble, Refused)


def test_everything_at_once_is_no_deletion(desk: Desk) -> None:
    """A calendar that held much and is suddenly empty is trouble, and nothing is taken away."""
    for number in range(25):
        desk.add(f"event {number}", number)
    desk.read()
    for event in list(desk.own.events):
        desk.own.delete(event)
    desk.ledger.cursor = None
    desk.read()
    assert isinstance(desk.trouble, Unavailable)
    assert len(desk.titles()) == 25


def test_a_cursor_of_another_server(desk: Desk) -> None:
    """Its links are not followed: a token would go there. All is read anew instead."""
    desk.add("own", 1)
    desk.read()
    cursor = (desk.ledger.cursor or "").replace(desk.graph.endpoint, "https://elsewhere.example")
    desk.ledger.cursor = cursor
    desk.add("new", 2)
    assert told(desk.read()) == ["new"]
    assert desk.trouble is None


@pytest.mark.parametrize("odd", ['{"v":1,"in":{}}', '{"v":1,"in":{"x":{"phase":"?"}}}', "[]"])
def test_a_cursor_that_is_none(desk: Desk, odd: str) -> None:
    """It asks for a new start."""
    desk.ledger.cursor = odd
    desk.read()
    assert desk.trouble is None or isinstance(desk.trouble, CursorExpired)


def test_what_a_survey_says(desk: Desk) -> None:
    """Which are read, by name; and what is wrong."""
    desk.calendars.add("Team")
    api = api_of(desk.graph, ANA)
    assert calendars_found(api, None) == "2 of 2 calendars are read: Calendar, Team"
    assert calendars_found(api, ["team"]) == "1 of 2 calendars are read: Team"
    with pytest.raises(Refused, match="there are: Calendar, Team"):
        calendars_found(api, ["Crew"])
    api.close()


def test_private_events_of_others_are_nobodys_business(desk: Desk) -> None:
    """Only their time is told; the owner's own are meetings like any other."""
    bobs = desk.calendars.add("Bob", owner="bob@example.org")
    desk.add("secret", 1, bobs, sensitivity="private", attendees=guests("eve@example.org"))
    desk.add("own", 2, sensitivity="private", attendees=guests("bob@example.org"))
    desk.read()
    assert desk.titles() == ["own"]
