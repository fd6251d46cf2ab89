"""Events at Google as they come, change and go, and what becomes of sync tokens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.google.call import Reply
from fakes.google.fault import Fault
from fakes.google.fixtures import clock, google
from fakes.google.world import guests
from google_calendar_world import ANA, DAY, HOUR, LIST, Desk, desk, told

from connectors.errors import Paused, Unavailable
from connectors.google import calendar_events
from connectors.google.quota import Limit
from connectors.records import PartStat, Seen

__all__ = ["clock", "desk", "google"]


def test_the_newest_come_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all calendars the last months are told before anything older, and nothing twice."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    team = desk.calendars.add("team@group.calendar.google.com", "Team")
    for days in (-900, -500, -1, 3):
        desk.add(f"own {days}", days)
        desk.add(f"team {days}", days, team)
    names = told(desk.read())
    assert sorted(names) == desk.titles()
    assert len(names) == 8
    assert set(names[:4]) == {"own -1", "own 3", "team -1", "team 3"}
    assert desk.trouble is None
    assert told(desk.read()) == []
    desk.asked()
    desk.read()
    assert desk.asked() == 2


def test_an_expired_token(desk: Desk) -> None:
    """After 410 that calendar is read anew: what came, changed and went meanwhile is told, and
    nothing else."""
    events = [desk.add(f"event {number}", number - 100) for number in range(5)]
    desk.read()
    desk.own.cancel(events[1])
    desk.own.edit(events[2], summary="changed")
    desk.add("new", 5)
    desk.own.expire_tokens()
    assert sorted(told(desk.read())) == sorted(["new", "changed", "-" + events[1]])
    assert desk.trouble is None
    assert told(desk.read()) == []


def test_a_token_that_google_finds_wrong(desk: Desk) -> None:
    """400 for a token is as good as 410."""
    desk.add("event", -100)
    desk.read()
    desk.ledger.cursor = (desk.ledger.cursor or "").replace('"token":"', '"token":"x')
    desk.add("new", 1)
    assert told(desk.read()) == ["new"]
    assert desk.trouble is None


def test_a_page_that_google_forgot(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that was left goes on at its page; where that is refused it begins again, and
    nothing is missing."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    for number in range(9):
        desk.add(f"event {number}", number - 300)
    desk.read(batches=3)
    assert 0 < len(desk.titles()) < 9
    desk.ledger.cursor = (desk.ledger.cursor or "").replace('"page":"', '"page":"x')
    desk.restart()
    desk.read()
    assert len(desk.titles()) == 9
    assert desk.trouble is None


def test_ten_restarts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is interrupted goes on where it was; what changes meanwhile is told in the end."""
    monkeypatch.setattr(calendar_events, "PAGE", 3)
    events = [desk.add(f"event {number:02}", number * 10 - 600) for number in range(40)]
    seen: list[str] = []
    for turn in range(10):
        seen += told(desk.read(batches=2))
        desk.own.edit(events[turn], summary=f"event {turn:02} again")
        desk.own.cancel(events[-1 - turn])
        desk.restart()
    desk.read()
    titles = [f"event {number:02} again" for number in range(10)]
    assert desk.titles() == sorted(titles + [f"event {number:02}" for number in range(10, 30)])
    assert len(seen) == len({*seen})


def test_what_goes_between_the_newest_and_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told first and is deleted before everything is listed is gone."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    events = [desk.add(f"event {number}", -1 - number) for number in range(3)]
    desk.read(batches=1)
    desk.own.cancel(events[0])
    desk.read()
    assert desk.titles() == ["event 1", "event 2"]


def test_a_small_quota(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the quota ends the reading pauses, and goes on behind what was told."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    for number in range(12):
        desk.add(f"event {number}", number * 20 - 400)
    desk.limits = {"calendar": Limit(3, 60.0)}
    desk.restart()
    seen: list[str] = []
    for _ in range(20):
        seen += told(desk.read())
        if desk.trouble is None:
            break
        assert isinstance(desk.trouble, Paused)
        assert 0 < desk.trouble.wait <= 60
        desk.clock.advance(seconds=desk.trouble.wait)
    assert sorted(seen) == desk.titles()
    assert len(seen) == 12


def test_a_moved_event(desk: Desk) -> None:
    """It is the same one at another time; what moves out of the window is gone until it is near."""
    one = desk.add("lunch", 3)
    far = desk.add("far", 4)
    desk.read()
    desk.own.move(one, desk.at(5), desk.at(5) + HOUR)
    desk.own.move(far, desk.at(700), desk.at(700) + HOUR)
    assert sorted(told(desk.read())) == ["-" + far, "lunch"]
    (meeting,) = desk.meetings()
    assert meeting.start == desk.at(5)
    assert meeting.sequence == 1


def test_instances(desk: Desk) -> None:
    """A series comes as instances, each known by when it was to start: one that is moved stays
    itself, one that is cancelled is gone, and so are all when the series is."""
    series = desk.add("weekly", -14, recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"])
    desk.read()
    before = desk.meetings()
    assert len({meeting.recurrence_id for meeting in before}) == 4
    assert {meeting.uid for meeting in before} == {f"{series}@google.com"}
    assert {meeting.recurring for meeting in before} == {True}
    # Lisbon left summer time in between: ten o'clock there is not ten in UTC all the time.
    assert before[0].recurrence_id == "2026-10-18T10:00:00Z"
    assert before[2].recurrence_id == "2026-11-01T11:00:00Z"
    original = before[1].start
    desk.own.move_instance(series, original, original + 2 * DAY, original + 2 * DAY + HOUR)
    desk.own.cancel_instance(series, before[2].start)
    items = desk.read()
    assert len(items) == 2
    (moved,) = (one for one in desk.meetings() if one.start == original + 2 * DAY)
    assert moved.recurrence_id == before[1].recurrence_id
    assert len(desk.meetings()) == 3
    desk.own.cancel(series)
    desk.read()
    assert desk.meetings() == []
    assert desk.ledger.stamps == {}


def test_a_series_that_is_told_by_its_id_alone(desk: Desk) -> None:
    """Where only the series is said to be gone, its instances are; those of a series that was
    split off it are not."""
    series = desk.add("weekly", 1, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    desk.add("split off", 2, id=f"{series}_R20261101T100000")
    desk.read()
    gone = [{"kind": "calendar#event", "id": series, "status": "cancelled"}]

    def shortened(reply: Reply) -> Reply:
        return replace(reply, body=json.dumps({**json.loads(reply.body), "items": gone}).encode())

    desk.google.faults.add(Fault(LIST, after=shortened))
    assert len(told(desk.read())) == 3
    assert desk.titles() == ["split off"]


def test_what_was_called_off_while_nobody_looked(desk: Desk) -> None:
    """An event that was deleted before its end did not take place, however late that is found out;
    what was deleted later is gone. Listed anew, nothing is told twice."""
    coming, past = desk.add("coming", 1), desk.add("past", -1)
    desk.read()
    desk.own.cancel(coming)
    desk.own.cancel(past)
    desk.clock.advance(days=7)
    assert sorted(told(desk.read())) == ["-" + past, "coming"]
    (meeting,) = desk.meetings()
    assert meeting.status == "cancelled"
    assert [one.ref for one in desk.source.census()] == [desk.ref(coming)]
    desk.own.expire_tokens()
    assert desk.read() == []
    del desk.own.events[coming]  # Google forgets it after some weeks
    desk.own.expire_tokens()
    assert told(desk.read()) == ["-" + coming]


def test_answers_of_guests(desk: Desk) -> None:
    """Who answers is told at once."""
    event = desk.add("lunch", 3, attendees=guests(ANA, "bob@example.org"))
    desk.read()
    desk.own.answer(event, "bob@example.org", "declined")
    (item,) = desk.read()
    assert isinstance(item, Seen)
    (meeting,) = desk.meetings()
    assert {one.mailbox.addr: one.partstat for one in meeting.attendees} == {
        ANA: PartStat.UNKNOWN,
        "bob@example.org": PartStat.DECLINED,
    }


@pytest.mark.parametrize(("count", "crowd"), [(200, False), (201, True)])
def test_many_guests(desk: Desk, count: int, crowd: bool) -> None:
    """Beyond 200 guests Google names the owner alone, and the meeting says that there are more."""
    others = [f"guest{number}@example.org" for number in range(count - 1)]
    desk.add("all hands", 1, attendees=guests(ANA, *others))
    desk.read()
    (meeting,) = desk.meetings()
    assert len(meeting.attendees) == (2 if crowd else 200)
    assert ("group" in {one.kind for one in meeting.attendees}) is crowd


def test_the_window_moves(desk: Desk) -> None:
    """Once fewer than 200 days are left the calendar is listed anew: instances further ahead come
    in, what is known is not told again, and nothing that is past is lost."""
    desk.add("weekly", -28, recurrence=["RRULE:FREQ=WEEKLY"])
    far = desk.add("far", 500)
    old = desk.add("old", -1000)
    desk.read()
    before = {*desk.ledger.stamps}
    last = max(meeting.start for meeting in desk.meetings())
    assert timedelta(days=390) < last - desk.clock() < timedelta(days=401)
    desk.clock.advance(days=150)
    assert desk.read() == []
    desk.clock.advance(days=60)
    items = desk.read()
    assert before.isdisjoint(item.ref for item in items)
    assert {item.ref for item in items if not isinstance(item, Seen)} == set()
    assert {desk.ref(old), desk.ref(far)} <= desk.ledger.stamps.keys()
    assert len(items) == 31
    assert told(desk.read()) == []


def test_history_reaches_back(desk: Desk) -> None:
    """What is older than `history` is not read; where the owner wants more of it, it is."""
    desk.restart(history=desk.at(-100).date())
    desk.add("older", -200)
    desk.add("newer", -50)
    assert told(desk.read()) == ["newer"]
    desk.restart(history=desk.at(-300).date())
    assert told(desk.read()) == ["older"]
    desk.restart(history=desk.at(-100).date())
    assert told(desk.read()) == []


def test_a_calendar_that_looks_empty(desk: Desk) -> None:
    """A full calendar that has suddenly nothing is trouble of Google's, and no deletion."""
    events = [desk.add(f"event {number}", number) for number in range(25)]
    desk.read()
    for event in events:
        del desk.own.events[event]
    desk.own.expire_tokens()
    assert desk.read() == []
    assert isinstance(desk.trouble, Unavailable)
    assert "held 25 items" in str(desk.trouble)
    assert len(desk.titles()) == 25


def test_a_private_event_says_nothing(desk: Desk) -> None:
    """Of a private event in somebody else's calendar only the time is told: it is no evidence. The
    owner's own private ones are as good as any."""
    team = desk.calendars.add("bob@example.org", "Bob")
    desk.add("secret", 1, team, visibility="private")
    desk.add("open", 2, team)
    desk.add("my secret", 3, visibility="private")
    desk.read()
    assert desk.titles() == ["my secret", "open"]
    assert len(desk.ledger.stamps) == 2
    assert len(list(desk.source.census())) == 2
    assert desk.read() == []
    desk.own.edit("ev00001ana", visibility="private")
    desk.calendars.change("bob@example.org", accessRole="reader")
    team.edit("ev00002bob", visibility="private")
    assert told(desk.read())[-1] == "-ev00002bob"


@pytest.mark.parametrize(
    ("fault", "wait"), [("too_many", 60.0), ("broken", 30.0), ("nonsense", 30.0), ("html", 30.0)]
)
def test_faults_in_the_middle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str, wait: float
) -> None:
    """What was told before stays told; the next reading goes on."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    for number in range(7):
        desk.add(f"event {number}", number * 50 - 500)
    getattr(desk.google.faults, fault)(LIST, skip=3)
    first = told(desk.read())
    assert first
    assert isinstance(desk.trouble, Unavailable)
    assert desk.trouble.wait == wait
    desk.clock.advance(seconds=desk.trouble.wait)
    rest = told(desk.read())
    assert sorted(first + rest) == desk.titles()
    assert len(first + rest) == 7
