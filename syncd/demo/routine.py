"""The everyday calendar: what recurs, and whatever fits into the hours that are left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from syncd.demo.cast import OWNER, OWNER_ZONE, Person
from syncd.demo.chatter import fill
from syncd.demo.clock import YEAR, moment
from syncd.demo.ical import Event, Guest
from syncd.demo.phrases import PLACES, ROOMS, Script
from syncd.demo.scene import Scene

_HOURS = ("09:30", "10:30", "11:30", "14:00", "15:00", "16:00", "17:00")
_TRIPS = (
    ("Train to Porto", "Santa Apolónia"),
    ("Flight to Berlin", "Lisbon Airport"),
    ("Train to Porto with Jonas", "Oriente"),
    ("Flight to London", "Lisbon Airport"),
)
_ERRANDS = ("Pay the rent", "Dentist", "Water the plants", "Pick up the parcel", "Renew the pass")
_QUIET = ("Focus time", "Focus time: writing", "Deep work", "Blocked: no meetings")


def holiday(scene: Scene) -> None:
    """The owner's week off. First of all, because everything else keeps clear of it."""
    scene.note("Out of office", scene.clock.away, days=7, busy="OOF")
    scene.note("Summer house", scene.clock.away, days=7, free=True)


def series(scene: Scene) -> None:
    """The weekly 1:1 with one instance moved and two cancelled, the stand-up, the birthdays."""
    # Hours that no story uses, so that a series never collides with one.
    start = _weekday(scene, YEAR - 4, 1, "12:15")
    _series(scene, "Weekly: Helena / Ana", (scene.cast.one("weekly_partner"),), start, 30)
    start = _weekday(scene, YEAR - 4, 0, "08:40")
    _series(scene, "Stand-up", scene.cast.all("colleague")[:6], start, 15)
    for number, friend in enumerate((*scene.cast.all("friend"), scene.cast.one("coffee"))):
        day = scene.clock.today - timedelta(days=YEAR - 20 - 50 * number)
        title = f"Birthday: {friend.name}" if number % 2 else f"{friend.first}'s birthday"
        scene.note(title, day, free=True, rule="FREQ=YEARLY")


def all_hands(scene: Scene) -> None:
    """Forty people once a month: everybody is invited, nobody is met."""
    convener = scene.cast.one("weekly_partner")
    house = (convener, *scene.cast.all("colleague"), *scene.cast.all("house"))
    answers = ("ACCEPTED", "ACCEPTED", "NEEDS-ACTION", "TENTATIVE", "DECLINED")
    rng = scene.dice("all-hands")
    for ago in range(15, YEAR, 30):
        guests = [Guest(one, rng.choice(answers)) for one in house]
        start = _free(scene, rng, ago, 60, OWNER_ZONE)
        scene.meet("All-hands", guests, start, convener=convener, video=True, mails=False)


def work_meetings(scene: Scene) -> None:
    """Clients now and then face to face and more often by video; colleagues all the time."""
    rng = scene.dice("work")
    for client in scene.cast.all("client"):
        for ago in _steps(rng, rng.randrange(10, 40), 50, 60):
            start = _free(scene, rng, ago, 60, OWNER_ZONE)
            scene.meet(
                f"{client.first} / Ana", client, start,
                place=rng.choice(PLACES), convener=rng.choice((OWNER, client)),
            )  # fmt: skip
        for ago in _steps(rng, rng.randrange(-8, 20), 30, 45):
            title = fill(Script("{topic_title}", ()), rng).subject
            start = _free(scene, rng, ago, 45, client.zone)
            convener = rng.choice((OWNER, client))
            scene.meet(title, client, start, minutes=45, video=True, convener=convener)
    colleagues = scene.cast.all("colleague")
    for colleague in colleagues:
        for ago in _steps(rng, rng.randrange(-6, 20), 38, 60):
            _with_colleague(scene, rng, colleague, ago)
    for ago in _steps(rng, 3, 9, 14):
        team = rng.sample(colleagues, rng.randrange(3, 7))
        start = _free(scene, rng, ago, 60, OWNER_ZONE)
        title = fill(Script("{topic_title}: review", ()), rng).subject
        room = _Room(rng.choice(ROOMS))
        guests = [*(Guest(one) for one in team), Guest(room, "ACCEPTED", "ROOM", "NON-PARTICIPANT")]
        scene.meet(title, guests, start, convener=team[0], place=room.name, mails=False)


def evenings(scene: Scene) -> None:
    """Friends: rarely an invitation, mostly a line in one's own calendar."""
    rng = scene.dice("evenings")
    for friend in scene.cast.all("friend"):
        for number, ago in enumerate(_steps(rng, rng.randrange(6, 35), 40, 52)):
            start = _free(scene, rng, ago, 120, OWNER_ZONE, ("19:30",))
            title = f"{rng.choice(('Dinner', 'Dinner', 'Drinks'))} with {friend.first}"
            if number % 2:
                scene.note(title, start, 120, place=rng.choice(PLACES))
            else:
                scene.meet(title, friend, start, minutes=120, place=rng.choice(PLACES), mails=False)


def blocks(scene: Scene) -> None:
    """Hours that are taken and hold nobody: focus time, journeys, errands."""
    rng = scene.dice("blocks")
    for ago in _steps(rng, 2, 6, 11):
        start = _free(scene, rng, ago, 90, OWNER_ZONE)
        scene.note(rng.choice(_QUIET), start, 90)
    for ago in _steps(rng, 12, 25, 40):
        title, place = rng.choice(_TRIPS)
        start = _free(scene, rng, ago, 80, OWNER_ZONE, ("07:00",))
        scene.note(title, start, 80, place=place)
        scene.note("Train home", start + timedelta(hours=15), 90, place="Campanhã")
    for ago in _steps(rng, -5, 16, 30):
        scene.note(rng.choice(_ERRANDS), _free(scene, rng, ago, 30, OWNER_ZONE, ("18:20",)), 30)


class _Room:
    """A meeting room: it has an address, accepts everything and is nobody."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = f"room-{name.split()[1].lower().replace('â', 'a')}@rooms.example.org"


def _with_colleague(scene: Scene, rng: random.Random, colleague: Person, ago: int) -> None:
    """Mostly it takes place. Now and then somebody declines, or it is called off."""
    start = _free(scene, rng, ago, 30, OWNER_ZONE)
    title, guest, owner, status = (
        f"Ana / {colleague.first}",
        Guest(colleague),
        "ACCEPTED",
        "CONFIRMED",
    )
    convener = rng.choice((OWNER, colleague))
    match rng.randrange(12):
        case 0 if convener != OWNER:
            owner = "DECLINED"
        case 1 if convener == OWNER:
            guest = Guest(colleague, "DECLINED")
        case 2:
            title, status = f"Canceled: {title}", "CANCELLED"
        case 3:
            guest = Guest(colleague, "NEEDS-ACTION" if convener == OWNER else "ACCEPTED")
            owner = "NEEDS-ACTION"
    scene.meet(
        title, [guest], start,
        minutes=30, convener=convener, owner=owner, status=status,
        place=rng.choice(ROOMS) if rng.random() < 0.5 else "", video=rng.random() < 0.3,
    )  # fmt: skip


def _series(
    scene: Scene, title: str, people: Sequence[Person], start: datetime, minutes: int
) -> None:
    """A weekly series; its instances are judged one by one, so some of them are unlike the rest."""
    length = timedelta(minutes=minutes)
    week = timedelta(days=7)
    dates = [start + week * n for n in range(YEAR // 7 + 4)]
    away = tuple(one for one in dates if scene.clock.is_away(one.date()))
    skipped, called_off, moved = dates[9], dates[-12], dates[-8]
    guests = (Guest(OWNER), *(Guest(one) for one in people))
    uid, made = scene.uid(), start - timedelta(days=4)

    def instance(original: datetime, new: datetime, name: str, status: str) -> Event:
        changed = original - timedelta(days=1, hours=3)
        return Event(
            uid, name, new, new + length, changed, people[0], guests,
            status=status, original=original, sequence=1,
        )  # fmt: skip

    later = moved + timedelta(days=1)
    changes = (
        instance(called_off, called_off, f"Canceled: {title}", "CANCELLED"),
        instance(moved, later, title, "CONFIRMED"),
    )
    scene.diary.add(
        Event(
            uid,
            title,
            start,
            start + length,
            made,
            people[0],
            guests,
            rule="FREQ=WEEKLY",
            dropped=tuple(sorted({skipped, *away})),
            instances=changes,
        )
    )
    for one in {*dates[1:], later} - {skipped, called_off, moved, *away}:
        scene.diary.block(one, one + length)


def _weekday(scene: Scene, ago: int, weekday: int, hour: str) -> datetime:
    day = scene.clock.today - timedelta(days=ago)
    return moment(day + timedelta(days=(weekday - day.weekday()) % 7), hour)


def _steps(rng: random.Random, first: int, shortest: int, longest: int) -> list[int]:
    """Days ago, from `first` back through the year."""
    found = [first]
    while found[-1] + longest < YEAR:
        found.append(found[-1] + rng.randrange(shortest, longest))
    return found


def _free(
    scene: Scene,
    rng: random.Random,
    ago: int,
    minutes: int,
    zone: str,
    hours: Sequence[str] = _HOURS,
) -> datetime:
    """An hour in which the owner has nothing else, on that day or on the nearest one before.

    A collision makes both meetings doubtful, so it must be told on purpose, never drawn by lot.
    """
    while True:
        if not scene.clock.is_away(scene.clock.day(ago)):
            for hour in rng.sample(hours, len(hours)):
                start = moment(scene.clock.day(ago), hour, zone)
                if scene.diary.is_free(start, minutes):
                    return start
        ago += 1
