"""Calendars as the fake of Graph has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.graph import recurrence
from fakes.graph.asking import Asker
from fakes.graph.events import guests
from fakes.graph.fixtures import Clock, FakeGraph, clock, graph

__all__ = ["clock", "graph"]

_WINDOW = "startDateTime=2026-10-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z"
_HOUR = timedelta(hours=1)


def at(day: int, hour: int = 9) -> datetime:
    """Of November 2026, in Berlin."""
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("seed", range(4))
def test_a_series_by_its_instances(graph: FakeGraph, clock: Clock, seed: int) -> None:
    """Little is told of each; its members are those of the series, which changes come through."""
    graph.reset(clock, seed)
    calendar = graph.account().calendars.primary
    weekly = recurrence.weekly("tuesday", count=3)
    series = calendar.add(
        "Weekly", at(3), at(3) + _HOUR, repeats=weekly, zone="Europe/Berlin", uid="a@google.com",
        organizer="bob@example.org", attendees=guests("ana@example.com"),
    )  # fmt: skip
    asker = Asker(graph, prefer=["odata.maxpagesize=2"])
    found, link = asker.round(f"/me/calendarView/delta?{_WINDOW}")
    slim = [one for one in found if one["type"] == "occurrence"]
    assert {len({k for k in one if "@" not in k} - {"xUnheardOf", "xPreview"}) for one in slim} == {
        5
    }
    assert sorted(one["start"]["dateTime"][:16] for one in slim) == [
        "2026-11-03T08:00", "2026-11-10T08:00", "2026-11-17T08:00",
    ]  # fmt: skip
    masters = [one["id"] for one in found if one["type"] == "seriesMaster"]
    assert masters == ([] if seed == 2 else [series])
    moved = calendar.move_instance(series, at(10), at(11), at(11) + _HOUR)
    gone = calendar.delete_instance(series, at(17))
    news = {one["id"]: one for one in asker.round(link)[0]}
    assert (news[moved]["type"], news[moved]["seriesMasterId"]) == ("exception", series)
    assert news[moved]["originalStart"] == "2026-11-10T08:00:00Z"
    if seed in {1, 3}:
        assert gone not in news
        assert news[series]["type"] == "seriesMaster"
    else:
        assert "@removed" in news[gone]
    left = asker.all(f"/me/events/{series}/instances?{_WINDOW}")
    assert len(left) == 2
    assert {one["isOrganizer"] for one in left} == {False}
    master = asker.get(f"/me/events/{series}?$select=iCalUId,recurrence,cancelledOccurrences")
    assert master["recurrence"]["range"]["recurrenceTimeZone"] == "W. Europe Standard Time"
    assert master["cancelledOccurrences"] == [f"OID.{series}.2026-11-17"]
    assert (master["iCalUId"] == "a@google.com") == (seed % 2 == 0)


def test_what_leaves_a_window_is_removed(graph: FakeGraph) -> None:
    """The window stays that of the first request, whatever time it is."""
    calendar, asker = graph.account().calendars.primary, Asker(graph)
    event = calendar.add("Lunch", at(4), at(4) + _HOUR)
    found, link = asker.round(f"/me/calendarView/delta?{_WINDOW}")
    assert [one["type"] for one in found] == ["singleInstance"]
    far = at(4) + timedelta(days=60)
    calendar.move(event, far, far + _HOUR)
    news, link = asker.round(link)
    assert [(one["id"], one["@removed"]["reason"]) for one in news] == [(event, "deleted")]
    calendar.move(event, at(5), at(5) + _HOUR)
    assert [one["id"] for one in asker.round(link)[0]] == [event]


def test_days_zones_and_answers(graph: FakeGraph) -> None:
    """Days are midnight, whatever the zone; times are in UTC or the zone that is preferred."""
    calendar = graph.account().calendars.primary
    asker = Asker(graph, prefer=['outlook.timezone="Tokyo Standard Time"'])
    off = calendar.add("Off", date(2026, 11, 9), date(2026, 11, 11), showAs="oof")
    lunch = calendar.add(
        "Lunch", at(4, 12), at(4, 13), attendees=guests("Bob <bob@example.org>"), place="Cafe"
    )
    calendar.answer(lunch, "bob@example.org", "tentativelyAccepted")
    told = asker.get(f"/me/events/{off}")
    assert told["isAllDay"] is True
    assert told["start"] == {
        "dateTime": "2026-11-09T00:00:00.0000000", "timeZone": "Tokyo Standard Time",
    }  # fmt: skip
    told = asker.get(f"/me/events/{lunch}")
    assert told["start"]["dateTime"] == "2026-11-04T20:00:00.0000000"
    assert [one["status"]["response"] for one in told["attendees"]] == ["tentativelyAccepted"]
    assert (told["isOrganizer"], told["responseStatus"]["response"]) == (True, "organizer")


def test_what_a_view_refuses(graph: FakeGraph) -> None:
    """No `$select` with changes, no view without a window or over too many years."""
    asker = Asker(graph)
    for query, code in (
        (f"delta?$select=id&{_WINDOW}", "ErrorInvalidUrlQuery"),
        ("delta", "ErrorInvalidParameter"),
        ("delta?startDateTime=2020-01-01&endDateTime=2026-01-01", "ErrorCalendarViewRangeTooBig"),
    ):
        refused = asker.ask("GET", f"/me/calendarView/{query}")
        assert (refused.status, refused.code) == (400, code)
    assert len(graph.forgive()) == 1


def test_calendars(graph: FakeGraph) -> None:
    """Own ones and shared ones; what changed in one is told of that one."""
    calendars, asker = graph.account().calendars, Asker(graph)
    team = calendars.add("Team", owner="bob@example.org", can_edit=False)
    found = {one["name"]: one for one in asker.all("/me/calendars")}
    assert (found["Calendar"]["isDefaultCalendar"], found["Team"]["canEdit"]) == (True, False)
    team.add("Stand-up", at(4), at(4) + _HOUR)
    own, _ = asker.round(f"/me/calendars/{calendars.primary.id}/calendarView/delta?{_WINDOW}")
    theirs, link = asker.round(f"/me/calendars/{team.id}/calendarView/delta?{_WINDOW}")
    assert (own, [one["subject"] for one in theirs]) == ([], ["Stand-up"])
    other = link.replace(team.id, calendars.primary.id)
    assert asker.ask("GET", other).status == 410
