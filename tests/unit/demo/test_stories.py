"""What `Truth` claims can be seen in the files, for any seed and whatever day the year ends on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syncd.demo.cast import OWNER, Person
from syncd.demo.ical import Event
from syncd.demo.letter import Letter
from syncd.demo.scene import Scene
from syncd.demo.truth import Truth, truth_of
from syncd.demo.world import tell

# A Monday after midnight, a Wednesday, a Saturday, the day after a change of clocks, New Year's Eve
ENDS = (
    datetime(2026, 3, 9, 0, 5, tzinfo=UTC),
    datetime(2026, 3, 11, 9, 0, tzinfo=UTC),
    datetime(2026, 6, 20, 16, 30, tzinfo=UTC),
    datetime(2026, 10, 26, 7, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
)


@pytest.fixture(scope="module", params=[(seed, end) for seed in (7, 11) for end in ENDS], ids=str)
def scene(request: pytest.FixtureRequest) -> Scene:
    seed, end = request.param
    return tell(seed=seed, end=end)


@pytest.fixture(scope="module")
def truth(scene: Scene) -> Truth:
    return truth_of(scene.cast)


def letters(scene: Scene, person: Person) -> list[Letter]:
    """Mail between the owner and that person, oldest first, answers to invitations left out."""
    known = {person.address, person.second}
    found = [
        letter
        for letter in scene.mailbox
        if known & {letter.author.address, *(to.address for to in letter.to)} and letter.words
    ]
    return sorted(found, key=lambda letter: letter.when)


def meetings(scene: Scene, person: Person) -> list[Event]:
    found = [e for e in scene.diary if any(g.party == person for g in e.guests) and not e.rule]
    return sorted(found, key=begin)


def begin(event: Event) -> datetime:
    assert event.timed is not None
    return event.timed[0]


def finish(event: Event) -> datetime:
    assert event.timed is not None
    return event.timed[1]


def ago(scene: Scene, event: Event) -> float:
    return (scene.clock.end - finish(event)) / timedelta(days=1)


def overlaps(scene: Scene) -> Iterator[frozenset[str]]:
    events = sorted((e for e in scene.diary if e.timed and not e.rule), key=begin)
    for number, event in enumerate(events):
        for other in events[number + 1 : number + 8]:
            if begin(other) < finish(event):
                yield frozenset((event.title, other.title))


def test_only_the_double_bookings_collide(scene: Scene) -> None:
    assert set(overlaps(scene)) == {
        frozenset(("Olivia / Ana: audit", "Pavel / Ana")),
        frozenset(("Leila / Ana", "Conor / Ana")),
    }


def test_the_owner_meets_nobody_while_away_but_one(scene: Scene, truth: Truth) -> None:
    there = [
        event
        for event in scene.diary
        if event.guests and not event.rule and scene.clock.is_away(begin(event).date())
    ]
    assert there == meetings(scene, truth.met_while_away)


def test_first_meetings_are_the_first_and_recent(scene: Scene, truth: Truth) -> None:
    """Weekends push a day back at most two days, so that no task is older than its rule allows."""
    for person, least, most in (
        (truth.met_yesterday, 0, 4),
        (truth.met_by_video, 4, 8),
        (truth.met_and_thanked, 8, 12),
        (truth.met_and_done, 15, 19),
        (truth.met_too_long_ago, 18, 22),
        *((person, 2, 6) for person in truth.met_in_group),
        *((person, 60, 73.9) for person in (*truth.met_once, truth.met_once_scheduled)),
        (truth.met_once_too_long_ago, 75, 90),
    ):
        first = meetings(scene, person)[0]
        assert least < ago(scene, first) < most, person.name


def test_nobody_thanked_whom_the_owner_met_yesterday(scene: Scene, truth: Truth) -> None:
    for person in truth.tasks["thank-within-48-hours"]:
        met = finish(meetings(scene, person)[0])
        assert not [one for one in letters(scene, person) if one.sent and one.when > met]


def test_whoever_was_thanked_was_thanked_within_48_hours(scene: Scene, truth: Truth) -> None:
    for person in (truth.met_by_video, truth.met_and_thanked, truth.met_and_done, *truth.met_once):
        met = finish(meetings(scene, person)[0])
        after = [one.when - met for one in letters(scene, person) if one.sent and one.when > met]
        assert min(after) < timedelta(hours=48)


def test_whoever_was_met_once_was_called_but_not_met_again(scene: Scene, truth: Truth) -> None:
    for person in (*truth.met_once, truth.met_once_too_long_ago):
        first, *later = meetings(scene, person)
        assert not first.place.startswith("Phone")
        assert all(event.place.startswith("Phone") for event in later)
    scheduled = meetings(scene, truth.met_once_scheduled)[-1]
    assert begin(scheduled) > scene.clock.end


def test_old_ties_are_older_than_any_reminder(scene: Scene, truth: Truth) -> None:
    """Nobody but the people of `tasks` may look like a first meeting of these months."""
    recent = {
        truth.met_yesterday, truth.met_by_video, truth.met_and_thanked, truth.met_and_done,
        truth.met_too_long_ago, truth.met_once_scheduled, truth.met_once_too_long_ago,
        truth.future_only, *truth.met_in_group, *truth.met_once,
    }  # fmt: skip
    for person in scene.cast:
        found = meetings(scene, person)
        if found and person not in recent and person.role not in {"colleague", "house"}:
            assert ago(scene, found[0]) > 134, person.name


def test_clients_and_friends_were_met_face_to_face_lately(scene: Scene, truth: Truth) -> None:
    for person in (*truth.clients, *truth.friends):
        named = [e for e in scene.diary if not e.guests and e.title.endswith(f" {person.first}")]
        last = max(
            finish(e) for e in (*meetings(scene, person), *named)
            if e.timed and e.place and finish(e) < scene.clock.end
        )  # fmt: skip
        assert scene.clock.end - last < timedelta(days=60), person.name


def test_pitchers_are_never_answered(scene: Scene, truth: Truth) -> None:
    for person in (*truth.cold_pitchers, *truth.list_posters):
        assert not [one for one in scene.mailbox if one.sent and person in one.to]
    (answer,) = (one for one in letters(scene, truth.pitch_answered) if one.sent)
    assert answer.when - letters(scene, truth.pitch_answered)[0].when > timedelta(days=90)


def test_the_online_friend_is_never_met_in_person(scene: Scene, truth: Truth) -> None:
    found = meetings(scene, truth.online_friend)
    assert len(found) >= 8
    assert all(event.link and not event.place for event in found)
    dates = {one.when.date() for one in letters(scene, truth.online_friend)}
    assert len(dates) >= 10
    assert max(dates) - min(dates) > timedelta(days=200)


def test_silence_is_as_long_as_told(scene: Scene, truth: Truth) -> None:
    last = max(one.when for one in letters(scene, truth.dormant))
    assert scene.clock.end - last > timedelta(days=185)
    last = max(one.when for one in letters(scene, truth.inner_overdue))
    assert timedelta(days=14) < scene.clock.end - last < timedelta(days=28)


def test_open_loops_have_no_later_answer(scene: Scene, truth: Truth) -> None:
    assert letters(scene, truth.question_to_answer)[-1].author == truth.question_to_answer
    assert letters(scene, truth.question_waiting)[-1].author == OWNER
    assert "send you the slides" in letters(scene, truth.promise_open)[-1].words
    assert "draft programme" in letters(scene, truth.their_promise_open)[-1].words
    assert "coffee" in letters(scene, truth.coffee_forgotten)[-1].words
    assert not meetings(scene, truth.coffee_forgotten)
    assert not [one for one in letters(scene, truth.introduced) if one.sent]


def test_everyday_threads_leave_no_question_open(scene: Scene, truth: Truth) -> None:
    """A question in the last mail of an everyday thread would be a task that no story tells."""
    for person in (*truth.clients, *truth.friends):
        found = letters(scene, person)
        answered = {one.references[-1] for one in found if one.references}
        for one in found:
            if "?" in one.words:
                assert one.message_id in answered, (person.name, one.subject)


def test_the_year_does_not_depend_on_the_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [one.when for one in tell(seed=3, end=ENDS[1]).mailbox]
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert [one.when for one in tell(seed=3, end=ENDS[1]).mailbox] == here
    finally:
        monkeypatch.undo()
        time.tzset()
