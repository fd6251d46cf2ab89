"""Birthdays draw near two weeks ahead, every year, on the owner's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.history import Event
from syncd.relationships import Profile, relate
from syncd.relationships.birthdays import Birthday, birthday_of, birthdays, next_birthday

LISBON = ZoneInfo("Europe/Lisbon")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def near(text: str, now: str, zone: ZoneInfo = LISBON) -> list[tuple[str, str, str]]:
    """What is listed of one card at a moment: when, title and evidence."""
    birthday = birthday_of([(text, "home")])
    found: list[Event] = list(birthdays(birthday, at(now), zone)) if birthday else []
    return [(event.end.strftime("%Y-%m-%dT%H:%M"), event.title, event.evidence) for event in found]


@pytest.mark.parametrize(
    ("text", "now", "listed"),
    [
        ("1986-03-05", "2026-02-18T23:59", ("2025-02-19T00:00", "5 March (39)", "2025-03-05")),
        ("1986-03-05", "2026-02-19T00:00", ("2026-02-19T00:00", "5 March (40)", "2026-03-05")),
        # On the owner's wall it is midnight an hour earlier in summer.
        ("--07-01", "2026-06-30T00:00", ("2026-06-16T23:00", "1 July", "2026-07-01")),
        # Two weeks before the change of the clocks is still winter.
        ("--04-05", "2026-03-22T00:00", ("2026-03-22T00:00", "5 April", "2026-04-05")),
        ("--01-03", "2026-12-20T12:00", ("2026-12-20T00:00", "3 January", "2027-01-03")),
        ("2000-02-29", "2026-02-20T12:00", ("2026-02-14T00:00", "28 February (26)", "2026-02-28")),
        ("2000-02-29", "2028-02-20T12:00", ("2028-02-15T00:00", "29 February (28)", "2028-02-29")),
        # Nobody is 126: that year stands for a year that is not known.
        ("1900-03-05", "2026-03-01T00:00", ("2026-02-19T00:00", "5 March", "2026-03-05")),
    ],
)
def test_a_birthday_is_near_two_weeks_ahead(
    text: str, now: str, listed: tuple[str, str, str]
) -> None:
    """At the start of the day in the owner's zone; the newest of those listed is this one."""
    when, title, day = listed
    assert near(text, now)[-1] == (when, f"Birthday on {title}", f"birthday:{day}")


def test_those_since_they_are_known_are_listed_and_one_before() -> None:
    """What closed something once goes on having happened; being born is no birthday."""
    birthday = Birthday(3, 5, 1986)
    for now in ("2026-03-01T00:00", "2027-02-18T00:00"):
        found = birthdays(birthday, at(now), LISBON, known_since=at("2024-06-01T00:00"))
        assert [event.evidence[-10:-6] for event in found] == ["2024", "2025", "2026"]
    assert len(near("1986-03-05", "2026-03-01T00:00")) == 5
    assert near("2026-03-05", "2026-12-31T00:00") == []
    bogus = birthdays(birthday, at("2026-03-01T00:00"), LISBON, known_since=at("0001-01-01T00:00"))
    assert len(list(bogus)) == 40


def test_a_midnight_that_does_not_exist_is_the_first_moment_of_the_day() -> None:
    """In Cairo the clocks went ahead at midnight of 24 April 2026."""
    assert near("--05-08", "2026-05-01T00:00", ZoneInfo("Africa/Cairo"))[-1][0] == (
        "2026-04-23T22:00"
    )


@pytest.mark.parametrize("text", ["", "1986-02-30", "--13-01", "1986", "--00-10", "5 March", "-5"])
def test_what_is_no_day_is_no_birthday(text: str) -> None:
    """A card can say anything."""
    assert birthday_of([(text, "home")]) is None


@given(st.permutations(["1986-03-05", "--03-05", "1987-03-05", "1986-03-05", "1986-03-06", ""]))
def test_of_several_cards_the_day_that_most_name_counts(cards: list[str]) -> None:
    """Whatever their order; a year beats none, then the more frequent one."""
    found = birthday_of((text, f"account{place}") for place, text in enumerate(cards))
    assert found is not None
    assert found[:3] == (3, 5, 1986)


@given(
    st.dates(date(1950, 1, 1), date(2024, 12, 31)),
    st.integers(0, 7 * 365 * 24 * 60),
    st.sampled_from(["Europe/Lisbon", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"]),
)
def test_the_next_moment_is_the_next_that_is_listed(born: date, minutes: int, name: str) -> None:
    """`next_birthday` is exactly when one more is listed, and nothing comes before it."""
    zone, now = ZoneInfo(name), at("2025-01-01T00:00") + timedelta(minutes=minutes)
    birthday = Birthday(born.month, born.day, born.year)
    following = next_birthday(birthday, now, zone)
    assert following is not None
    assert now < following <= now + timedelta(days=367)

    def listed(moment: datetime) -> set[str]:
        return {event.evidence for event in birthdays(birthday, moment, zone)}

    just_before = listed(following - timedelta(microseconds=1))
    assert len(listed(following) - just_before) == 1
    assert just_before <= listed(now)  # the oldest may have gone


def test_a_birthday_is_no_interaction() -> None:
    """It starts rules and counts for nothing else."""
    profile = Profile(
        "p1", "Ana", birthday=Birthday(3, 5, 1986, "home"), unsettled=frozenset({"home"})
    )
    history = relate(profile, [], at("2026-03-01T00:00"), LISBON)
    assert [event.kinds for event in history.events] == [{"birthday_soon"}] * 5
    assert not any(event.settled for event in history.events)
    assert history.facts_at(history.now).counts["interactions"] == 0
    assert history.summary(history.now)["last_interaction"] is None
    assert history.next_birthday(history.now) == at("2027-02-19T00:00")
    assert history.snapshot().profile.birthday is None
