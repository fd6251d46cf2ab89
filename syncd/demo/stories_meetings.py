"""Meetings that did not take place, or did although nothing says so.

Most lie half a year back: what is judged here is attendance, and no rule should ask for a task
about people who only stand for a way of getting it wrong.
"""

from __future__ import annotations

from datetime import timedelta

from syncd.demo.cast import OWNER
from syncd.demo.clock import moment
from syncd.demo.ical import Guest
from syncd.demo.phrases import PLACES
from syncd.demo.scene import Scene

CAFE = PLACES[0]


def attendance(scene: Scene) -> None:
    _nobody_came(scene)
    _turned_down(scene)
    _without_answer(scene)
    _collisions(scene)
    _odd_but_real(scene)
    _without_attendees(scene)


def _nobody_came(scene: Scene) -> None:
    """Both accepted; the mail afterwards knows better."""
    at, one = scene.clock.at, scene.cast.one
    idris = one("ghosted")
    scene.meet("Idris / Ana: partnership", idris, at(205, "10:30"), place=CAFE, mails=True)
    scene.hear(
        idris, "This morning",
        "I am so sorry I missed our meeting this morning. My flight was delayed.",
        at(205, "15:12"),
    )  # fmt: skip
    camille = one("stood_up")
    scene.meet("Camille / Ana", camille, at(214, "11:00"), convener=camille, video=True)
    scene.write(
        camille, "Today's call",
        "Sorry I missed you this morning, I was stuck at the doctor's and could not join the call.",
        at(214, "13:05"),
    )  # fmt: skip


def _turned_down(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    stefan = one("declined")
    scene.meet(
        "Growth workshop", stefan, at(188, "15:00"),
        convener=stefan, owner="DECLINED", place="Hotel Alpen, Berlin", mails=True,
    )  # fmt: skip
    anouk = Guest(one("declined_owner"), "DECLINED")
    scene.meet("Anouk / Ana", [anouk], at(183, "10:30"), place=CAFE, mails=True)
    matthias, yara = scene.cast.two("cancelled")
    scene.meet(
        "Abgesagt: Werksbesichtigung", matthias, at(178, "09:30"),
        convener=matthias, minutes=120, place="Werft, Tor 3", status="CANCELLED",
    )  # fmt: skip
    # Some programs only rename the entry and leave its status alone.
    scene.meet("Canceled: Yara / Ana", yara, at(173, "16:00"), convener=yara, place=CAFE)


def _without_answer(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    niko = Guest(one("never_answered"), "NEEDS-ACTION")
    scene.meet("Niko / Ana: freight", [niko], at(222, "14:00"), video=True, mails=False)
    roberto = one("never_answered_by_owner")
    scene.meet(
        "Product demonstration", roberto, at(228, "11:00"),
        convener=roberto, owner="NEEDS-ACTION", video=True, mails=True,
    )  # fmt: skip
    hana = one("unanswered_but_met")
    scene.meet("Hana / Ana", [Guest(hana, "NEEDS-ACTION")], at(234, "10:30"), place=CAFE)
    scene.hear(
        hana, "The bowls",
        "It was great to see you this morning. The photos of the blue bowls are attached.",
        at(234, "17:40"), attachment="bowls.pdf",
    )  # fmt: skip


def _collisions(scene: Scene) -> None:
    """Two meetings at once: nobody is in two places, and sometimes mail says in which."""
    at, one = scene.clock.at, scene.cast.one
    olivia, pavel = scene.cast.two("double_booked")
    scene.meet("Olivia / Ana: audit", olivia, at(241, "15:00"), video=True)
    scene.meet("Pavel / Ana", pavel, at(241, "15:00"), convener=pavel, place=CAFE)
    leila, conor = one("double_booked_met"), one("double_booked_missed")
    scene.meet("Leila / Ana", leila, at(247, "10:30"), place=CAFE)
    scene.meet("Conor / Ana", conor, at(247, "10:30"), convener=conor, video=True)
    scene.hear(
        leila, "Today", "It was lovely to see you today. The cake was worth the journey.",
        at(247, "16:20"),
    )  # fmt: skip
    scene.write(
        conor, "Our call today",
        "I am sorry I missed our call today, I was double-booked and noticed too late.",
        at(247, "17:02"),
    )  # fmt: skip
    away = scene.clock.away + timedelta(days=2)
    scene.meet("Inês / Ana", one("met_while_away"), moment(away, "11:00"), place=CAFE, mails=False)


def _odd_but_real(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    bjorn = one("free_but_met")
    scene.meet("Björn / Ana", bjorn, at(253, "14:00"), place=CAFE, free=True, mails=True)
    monika, frederik = one("assistant"), one("met_through_assistant")
    scene.talk(
        monika, OWNER, "Frederik Lund in Lisbon",
        (
            "Frederik Lund is in Lisbon next week and would be glad to see you.",
            "That is very welcome. Hotel Farol, at four, is perfect.",
        ),
        at(266, "10:05", monika.zone),
    )  # fmt: skip
    scene.meet(
        "Frederik Lund / Ana Silva", frederik, at(259, "16:00"),
        convener=monika, place="Hotel Farol, Lisboa", mails=True, utc=False,
    )  # fmt: skip
    scene.write(
        frederik, "Thank you", "Thank you for your time this afternoon, it was good to meet you.",
        at(259, "19:15"), cc=(monika,),
    )  # fmt: skip


def _without_attendees(scene: Scene) -> None:
    """Lines in one's own calendar: some are meetings, some only remind of somebody."""
    at, one = scene.clock.at, scene.cast.one
    for ago in (310, 232, 118, 64, 27):
        scene.note("Coffee with Lena", at(ago, "17:30"), 45, place=CAFE)
    for ago in (51, 8):
        scene.note("Call Ben", at(ago, "12:00"), 15)
    scene.note("Gift for Mia", at(21, "18:30"), 30)
    otto = one("reminder_confirmed")
    scene.note("Call Otto", at(181, "12:00"), 15)
    scene.hear(
        otto, "Our call", "It was good talking to you on the phone today. The oven arrives in May.",
        at(181, "14:31"),
    )  # fmt: skip
