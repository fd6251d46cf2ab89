"""Everyday mail: threads with colleagues, clients and friends, spread over the year."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from syncd.demo.cast import OWNER, Person
from syncd.demo.clock import YEAR, moment
from syncd.demo.phrases import (
    CLIENT,
    COLLEAGUE,
    FRIEND,
    HALF_KNOWN,
    ROOMS,
    TEAM_NOTES,
    TOPICS,
    Script,
)
from syncd.demo.scene import Scene

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_ORDINALS = ("first", "second", "third", "fourth")
# Ties that existed before their story begins, so that an old acquaintance does not look like news.
_HALF_KNOWN = (
    "free_but_met", "coffee", "coffee_forgotten", "coffee_kept", "reminder_call", "reminder_gift",
    "reminder_confirmed", "unanswered_but_met", "promise_open", "promise_kept", "introducer",
    "their_promise_open", "question_to_answer", "question_waiting", "questions_answered",
    "introduced_pair", "introduced_with_echo", "two_addresses", "met_once", "met_once_scheduled",
    "met_once_too_long_ago", "declined", "declined_owner", "cancelled", "double_booked",
    "met_while_away",
)  # fmt: skip


def everyday_mail(scene: Scene) -> None:
    """About half of all mail: what people write when nothing happens."""
    rng = scene.dice("chatter")
    cast = scene.cast
    colleagues = (*cast.all("colleague"), cast.one("weekly_partner"))
    _threads(scene, rng, colleagues, COLLEAGUE, 330)
    _threads(scene, rng, cast.all("client"), CLIENT, 150)
    _threads(scene, rng, (*cast.all("friend"), cast.one("coffee")), FRIEND, 110)
    for role in _HALF_KNOWN:
        for person in cast.all(role):
            _threads(scene, rng, (person,), HALF_KNOWN, 2, since=355, until=200)
    _team_notes(scene, rng, colleagues)


def fill(script: Script, rng: random.Random) -> Script:
    """The script with its placeholders filled; the same word throughout the thread."""
    topic = rng.choice(TOPICS)
    words = {
        "topic": topic,
        "topic_title": topic.removeprefix("the ").capitalize(),
        "topic_upper": topic[0].upper() + topic[1:],
        "day": rng.choice(_DAYS),
        "ordinal": rng.choice(_ORDINALS),
        "number": rng.randrange(4, 30),
        "room": rng.choice(ROOMS),
    }
    return Script(
        script.subject.format(**words), tuple(turn.format(**words) for turn in script.turns)
    )


def office_hour(scene: Scene, rng: random.Random, ago: int, zone: str) -> datetime:
    """Some minute of a working day in `zone`, while the owner is not away."""
    while scene.clock.is_away(scene.clock.day(ago)):
        ago += 1
    hour = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    return moment(scene.clock.day(ago), hour, zone)


def _threads(
    scene: Scene,
    rng: random.Random,
    people: Sequence[Person],
    scripts: Sequence[Script],
    number: int,
    *,
    since: int = YEAR,
    until: int = 0,
) -> None:
    for index in range(number):
        person = people[index % len(people)]
        opener, other = (person, OWNER) if rng.random() < 0.5 else (OWNER, person)
        script = fill(rng.choice(scripts), rng)
        start = office_hour(scene, rng, rng.randrange(until, since), opener.zone)
        # A thread needs some days to end; one cut off by the end of the demo would stay open.
        if start + timedelta(days=9) < scene.clock.end:
            scene.talk(opener, other, script.subject, script.turns, start)


def _team_notes(scene: Scene, rng: random.Random, colleagues: Sequence[Person]) -> None:
    """Mail to a whole team, and to a whole house: the second kind counts for nobody."""
    house = scene.cast.all("house")
    for ago in range(4, YEAR, 7):
        author = rng.choice(colleagues)
        text = fill(Script("", (rng.choice(TEAM_NOTES),)), rng).turns[0]
        when = office_hour(scene, rng, ago, author.zone)
        others = tuple(one for one in colleagues if one != author)
        cc = house if rng.random() < 0.5 else ()
        scene.write((OWNER, *others), "For everybody", text, when, author=author, cc=cc)
