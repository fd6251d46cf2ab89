"""Scenes that several tests of meetings share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from acceptance_world import ANA, Home, Scene, calendar, scenes, vevent

Build = Callable[[Scene], object]


class Case(NamedTuple):
    """What stands in the calendar, and what `explain` says of its meetings, oldest first."""

    truth: str
    build: Build
    expected: tuple[str, ...]  # "yes", or "no meeting:declined": real and a reason it must name
    weight: float | None = None
    mode: str = ""


def met(*words: Any, **more: Any) -> Build:
    """A meeting with these traits, on the first day."""
    return lambda scene: scene.meeting(0, *words, **more)


def others(count: int, answer: str = "ACCEPTED") -> Callable[[Scene], dict[str, str]]:
    return lambda scene: dict.fromkeys(scene.others(count), answer)


def group(size: int, *, theirs: bool = False) -> Build:
    """So many took part, the owner and the one this case is about among them."""

    def build(scene: Scene) -> None:
        convener = scene.addr if theirs else ANA
        scene.meeting(0, organizer=convener, others=others(size - 2)(scene))

    return build


def group_with_decliners(scene: Scene) -> None:
    scene.meeting(0, others=others(2)(scene) | {scene.other(5): "DECLINED"})


def room_at(scene: Scene) -> None:
    room = f"room-7@c{scene.number}.example.com"
    scene.meeting(0, others={room: "ACCEPTED;CUTYPE=ROOM"})


def two_at_once(minutes: int) -> Build:
    """A second accepted meeting, with somebody else, begins so many minutes after the first."""

    def build(scene: Scene) -> None:
        scene.meeting(0, "Talk one")
        scene.home.event(
            scene.day(0) + timedelta(minutes=minutes),
            "Talk two",
            organizer=ANA,
            attendees={ANA: "ACCEPTED", scene.other(0): "ACCEPTED"},
        )

    return build


def two_and_mail(scene: Scene) -> None:
    two_at_once(0)(scene)
    scene.sent(-3)
    scene.received(1, "It was great to see you yesterday.\n")


def one_declined(scene: Scene) -> None:
    scene.meeting(0, "Talk one")
    scene.home.event(
        scene.day(0),
        "Talk two",
        organizer=scene.other(0),
        attendees={ANA: "DECLINED", scene.other(0): "ACCEPTED"},
    )


def away(**entry: Any) -> Build:
    """The owner's own entry lies over the meeting."""

    def build(scene: Scene) -> None:
        scene.meeting(0, "Talk")
        scene.home.event(scene.day(0) - timedelta(hours=2), minutes=480, **entry)

    return build


def then_mail(text: str, *, sent: bool = False, days: float = 1, **traits: Any) -> Build:
    """A meeting, and a mail about it; the two write to each other."""

    def build(scene: Scene) -> None:
        scene.sent(-3)
        scene.meeting(0, **traits)
        (scene.sent if sent else scene.received)(days, text)

    return build


def weekly(scene: Scene) -> None:
    scene.meeting(0, more=["RRULE:FREQ=WEEKLY;COUNT=3"])


def weekly_but_one(scene: Scene) -> None:
    uid = f"weekly-{scene.number}@example.net"
    people = {ANA: "ACCEPTED", scene.addr: "ACCEPTED"}
    master = vevent(
        scene.day(0),
        "Weekly",
        uid,
        organizer=ANA,
        attendees=people,
        more=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )
    second = scene.day(7)
    override = vevent(
        second,
        "Weekly",
        uid,
        organizer=ANA,
        attendees={ANA: "ACCEPTED", scene.addr: "DECLINED"},
        more=[f"RECURRENCE-ID:{second:%Y%m%dT%H%M%SZ}"],
    )
    scene.home.write(f"calendar/{uid}.ics", calendar(master, override))


def in_two_calendars(scene: Scene) -> None:
    uid = f"both-{scene.number}@example.net"
    scene.meeting(0, uid=uid)
    scene.meeting(0, uid=uid, folder="calendar/second")


def not_invited(scene: Scene) -> None:
    scene.home.event(
        scene.day(0),
        "Talk",
        organizer=scene.other(0),
        attendees={scene.other(0): "ACCEPTED", scene.addr: "ACCEPTED"},
    )


CASES = (
    Case("a 1:1 that both accepted is a meeting", met(), ("yes meeting:both-accepted",), 1.0),
    Case(
        "to convene is to accept",
        lambda s: s.home.event(s.day(0), organizer=ANA, attendees={s.addr: "ACCEPTED"}),
        ("yes",),
        1.0,
    ),
    Case("it is one whoever convened it", lambda s: s.meeting(0, organizer=s.addr), ("yes",), 1.0),
    Case(
        "the owner is only invited by the other, who is in no list",
        lambda s: s.home.event(s.day(0), organizer=s.addr, attendees={ANA: "ACCEPTED"}),
        ("yes",),
        1.0,
    ),
    Case("cancelled", met(more=["STATUS:CANCELLED"]), ("no meeting:cancelled",), 0.0),
    Case("cancelled in English by title", met("Canceled: Talk"), ("no meeting:cancelled",)),
    Case("cancelled in British English", met("Cancelled: Talk"), ("no meeting:cancelled",)),
    Case("cancelled in German", met("Abgesagt: Gespräch"), ("no meeting:cancelled",)),
    Case("cancelled in French", met("Annulé: Entretien"), ("no meeting:cancelled",)),
    Case(
        "cancelled in Spanish and Portuguese", met("Cancelado: Reunión"), ("no meeting:cancelled",)
    ),
    Case("the owner declined", met(mine="DECLINED", organizer=""), ("no meeting:owner-declined",)),
    Case("the other declined", met(theirs="DECLINED"), ("no meeting:declined",)),
    Case(
        "the convener may decline as well",
        lambda s: s.meeting(0, organizer=s.addr, theirs="DECLINED"),
        ("no meeting:declined",),
    ),
    Case(
        "the other never answered", met(theirs="NEEDS-ACTION"), ("unknown meeting:unanswered",), 0.0
    ),
    Case("the other said perhaps", met(theirs="TENTATIVE"), ("unknown meeting:tentative",)),
    Case(
        "the owner never answered",
        lambda s: s.meeting(0, organizer=s.addr, mine="NEEDS-ACTION"),
        ("unknown meeting:owner-unanswered",),
    ),
    Case("all day", met(all_day=True), ("no meeting:all-day",)),
    Case(
        "free, and not agreed by both",
        met(theirs="NEEDS-ACTION", more=["TRANSP:TRANSPARENT"]),
        ("no meeting:free",),
    ),
    Case(
        "a 1:1 that both accepted counts though free",
        met(more=["TRANSP:TRANSPARENT"]),
        ("yes",),
        1.0,
    ),
    Case(
        "a free group does not",
        lambda s: s.meeting(0, others=others(2)(s), more=["TRANSP:TRANSPARENT"]),
        ("no meeting:free",),
    ),
    Case("focus time", met("Focus time"), ("no meeting:focus",)),
    Case("out of office", met("Out of office"), ("no meeting:out-of-office",)),
    Case("a birthday", met("Birthday", more=["CATEGORIES:Birthday"]), ("no meeting:birthday",)),
    Case("a journey", met("Train to Porto"), ("no meeting:travel",)),
    Case("a flight", met("Flight TP 1234"), ("no meeting:travel",)),
    Case(
        "Outlook's own out of office",
        met(more=["X-MICROSOFT-CDO-BUSYSTATUS:OOF"]),
        ("no meeting:out-of-office",),
    ),
    # Size.
    Case("of four each weighs a third", group(4), ("yes",), 1 / 3),
    Case("whoever convenes weighs fully", group(4, theirs=True), ("yes",), 1.0),
    Case("eight are still a meeting", group(8), ("yes",), 1 / 7),
    Case("nine are not", group(9), ("no meeting:large",), 0.0),
    Case("nor when the other convened it", group(9, theirs=True), ("no meeting:large",)),
    Case("who declined does not count as a participant", group_with_decliners, ("yes",), 1 / 3),
    Case(
        "an all-hands does not count however few are listed",
        met("All hands"),
        ("no meeting:large",),
    ),
    Case("a room is no participant", room_at, ("yes",), 1.0),
    Case("who was not invited did not meet", not_invited, ("unknown meeting:owner-not-invited",)),
    # Conflicts.
    Case(
        "of two accepted at once both are unknown",
        two_at_once(0),
        ("unknown meeting:double-booked",),
    ),
    Case(
        "half an hour together is a conflict", two_at_once(30), ("unknown meeting:double-booked",)
    ),
    Case("one after the other is none", two_at_once(60), ("yes",)),
    Case("mail decides which one took place", two_and_mail, ("yes meeting:mail-confirms",)),
    Case("a declined one is in nobody's way", one_declined, ("yes",)),
    Case(
        "the owner's out of office conflicts",
        away(title="Out of office"),
        ("unknown meeting:out-of-office",),
    ),
    Case(
        "so does one that only the calendar marks",
        away(title="Sailing", more=["X-MICROSOFT-CDO-BUSYSTATUS:OOF"]),
        ("unknown meeting:out-of-office",),
    ),
    Case(
        "and one of a whole day",
        away(title="Vacation", all_day=True),
        ("unknown meeting:out-of-office",),
    ),
    # Mail around it.
    Case(
        "mail confirms what nobody answered",
        then_mail("It was great to see you yesterday.\n", theirs="NEEDS-ACTION"),
        ("yes meeting:mail-confirms",),
        1.0,
    ),
    Case(
        "the owner's mail confirms as well",
        then_mail("Great to see you yesterday!\n", sent=True, theirs="NEEDS-ACTION"),
        ("yes meeting:mail-confirms",),
    ),
    Case(
        "a regret overrides two acceptances",
        then_mail("Sorry I missed you yesterday.\n"),
        ("no meeting:mail-missed",),
        0.0,
    ),
    Case(
        "a cancellation by mail overrides two acceptances",
        then_mail("I am so sorry, I have to cancel our meeting tomorrow.\n", days=-1),
        ("no meeting:mail-cancels",),
    ),
    Case(
        "mail does not revive what was declined",
        then_mail("Great to see you yesterday!\n", sent=True, theirs="DECLINED"),
        ("no meeting:declined",),
    ),
    # Series and copies.
    Case("a series counts instance by instance", weekly, ("yes", "yes", "yes")),
    Case("one instance may be declined", weekly_but_one, ("yes", "no meeting:declined", "yes")),
    Case("one meeting in two calendars is one", in_two_calendars, ("yes",)),
    # Mode.
    Case(
        "a table is in person",
        met("Lunch", more=["LOCATION:Trattoria Lago"]),
        ("yes",),
        mode="in_person",
    ),
    Case(
        "a street is in person",
        met("Talk", more=["LOCATION:Rua Augusta 12\\, Lisboa"]),
        ("yes",),
        mode="in_person",
    ),
    Case("a coffee is in person", met("Coffee"), ("yes",), mode="in_person"),
    Case(
        "a link is video",
        met("Talk", more=["LOCATION:https://zoom.us/j/123456"]),
        ("yes",),
        mode="video",
    ),
    Case(
        "a link in the description is video",
        met("Talk", more=["DESCRIPTION:Join: https://meet.google.com/abc-defg-hij"]),
        ("yes",),
        mode="video",
    ),
    Case("a virtual coffee is video", met("Virtual coffee"), ("yes",), mode="video"),
    Case(
        "a number is a telephone",
        met("Talk", more=["LOCATION:+351 21 555 01 23"]),
        ("yes",),
        mode="phone",
    ),
    Case("a call without a link is a telephone", met("Phone call"), ("yes",), mode="phone"),
    Case("nothing tells", met("Talk"), ("yes",), mode="unknown"),
    Case(
        "a link beside a restaurant stays in person",
        met(
            "Lunch",
            more=[
                "LOCATION:Trattoria Lago",
                "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij",
            ],
        ),
        ("yes",),
        mode="in_person",
    ),
)


def judged_by(home: Home, cases: tuple[Case, ...], first: str, days: int) -> dict[str, Any]:
    built = scenes(home, len(cases), first=first, days=days)
    for case, scene in zip(cases, built, strict=True):
        case.build(scene)
    home.once()
    found = home.everything()
    return {
        case.truth: [
            one for one in found[scene.addr]["interactions"][::-1] if one["kind"] == "meeting"
        ]
        if scene.addr in found
        else []
        for case, scene in zip(cases, built, strict=True)
    }


def check(case: Case, found: list[dict[str, Any]]) -> None:
    said = [(one["real"], one["reasons"]) for one in found]
    assert len(found) == len(case.expected), said
    for (real, reasons), expected in zip(said, case.expected, strict=True):
        wanted, _, reason = expected.partition(" ")
        assert real == wanted, said
        assert any(code.startswith(reason) for code in reasons), said
    if case.weight is not None:
        assert [one["weight"] for one in found] == [pytest.approx(case.weight, abs=1e-3)]
    if case.mode:
        assert {one["mode"] for one in found} == {case.mode}


def explained(judged: dict[str, Any]) -> None:
    for found in judged.values():
        for one in found:
            assert one["reasons"]
            assert all(code.startswith("meeting:") for code in one["reasons"])
            assert {e["account"] for e in one["evidence"]} == {"home"}
            assert all(e["ref"].endswith(".ics") for e in one["evidence"])
            assert one["weight"] == 0 or one["real"] == "yes"
