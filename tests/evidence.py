"""Things that happen whose meaning depends on other things, and what they come to in the end.

Every entry of `POOL` puts one item into one account. `GOINGS` take items away again. Whatever the
order, the portions and the copies, the state in the end is the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.memory.world import World
from connectors.records import (
    Attendee,
    Card,
    Facet,
    Mailbox,
    Meeting,
    Message,
    Observation,
    PartStat,
)

from worlds import ANA, BEN, CLEO, DORA, card, day, mail, meeting

YES, NO, OPEN = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.UNKNOWN
NOW = day(20)

BEN_HOME = Mailbox("aaron@home.example.net", "Ben Archer")
EVE = Mailbox("eve@quarry.example.com", "Eve Holm")
FAY = Mailbox("fay@orchard.example.com", "Fay Quill")
GUS = Mailbox("gus@foundry.example.com", "Gus Beck")
HAL = Mailbox("hal@tannery.example.com", "Hal Moor")
IVY = Mailbox("ivy@glade.example.com", "Ivy Thorn")
JON = Mailbox("jon@weir.example.com", "Jon Sand")
KIM = Mailbox("kim@kiln.example.com", "Kim Reed")
MIA = Mailbox("mia@lock.example.com", "Mia Ford")
LEO = Mailbox("leo@pier.example.com", "Leo Frost")
BOSS = Mailbox("boss@example.org", "Max Boss")
DAEMON = Mailbox("mailer-daemon@mx.example.net", "Mail Delivery System")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of one account."""

    account: str
    facet: Facet
    observations: tuple[Observation, ...]
    text: str = ""
    name: str = ""

    @property
    def ref(self) -> str:
        first = self.observations[0]
        return self.name or (first.message_id if isinstance(first, Message) else first.uid)  # type: ignore[union-attr]  # no tasks here

    def put(self, world: World) -> None:
        world.put(self.facet, self.ref, self.observations, self.text or None)


def letter(
    message: Message, *carried: Meeting | Card, text: str = "", account: str = "home"
) -> Item:
    return Item(account, Facet.MAIL, (message, *carried), text or "Hello.")


def event(*meetings: Meeting, account: str = "home") -> Item:
    return Item(account, Facet.CALENDAR, meetings)


def book(one: Card, account: str = "home", name: str = "") -> Item:
    return Item(account, Facet.CONTACTS, (one,), name=name)


def itip(
    method: str,
    uid: str,
    organizer: Mailbox,
    who: Mapping[Mailbox, PartStat],
    start: datetime,
    said: datetime,
    *,
    rid: str = "",
    **more: Any,
) -> Meeting:
    """A calendar part of a mail, as `connectors/formats` reads it."""
    return Meeting(
        uid=uid,
        recurrence_id=rid,
        start=start,
        end=start + timedelta(hours=1),
        title=more.pop("title", "Talk"),
        organizer=organizer,
        attendees=tuple(Attendee(box, answer) for box, answer in who.items()),
        status="cancelled" if method == "cancel" else "confirmed",
        modified=said,
        method=method,
        **more,
    )


def carrier(who: Mailbox, to: Mailbox, part: Meeting, name: str) -> Item:
    """The mail that brings a calendar part, as calendars send it."""
    said = part.modified or part.start
    traits = {"calendar-part": part.method.upper()}
    return letter(
        mail(who, to, said, f"{part.method}: {part.title}", name=name, traits=traits), part
    )


def report(at: datetime, failed: Mailbox, came_back: str, name: str) -> Item:
    """A delivery report: the address is no use."""
    traits = {"failed-recipient": f"{failed.addr} 5.1.1", "return-path": "<>"}
    if came_back:
        traits["failed-message-id"] = came_back
    return letter(mail(DAEMON, ANA, at, "Undelivered Mail", name=name, traits=traits))


def instances(uid: str, who: Mailbox, answer: PartStat, count: int, first: float) -> list[Meeting]:
    """A weekly 1:1 that Ana organises, from `first` on."""
    found = []
    for week in range(count):
        start = day(first + 7 * week)
        one = meeting(ANA, {ANA: YES, who: answer}, start, "Weekly", name=uid, recurring=True)
        found.append(replace(one, recurrence_id=f"{start:%Y-%m-%dT%H:%M:%SZ}"))
    return found


_GUS = instances("gus", GUS, OPEN, 2, 1)
_HAL = instances("hal", HAL, YES, 3, 1.2)
# What Mia asked Ana to at first, and what was left of it when she asked anew: two of three.
_MIA = [
    replace(
        one, method="request", organizer=MIA, modified=day(0.5),
        attendees=(Attendee(ANA), Attendee(MIA, YES)),
    )
    for one in instances("mia", MIA, YES, 3, 1.4)
]  # fmt: skip
_MIA_LESS = [replace(one, sequence=1, modified=day(3)) for one in _MIA[:2]]
# Gus got an invitation to a third instance, which Ana's calendar does not hold any more.
_GUS_MORE = [
    replace(one, method="request", modified=day(0.4)) for one in instances("gus", GUS, YES, 3, 1)
]
_ASKS = {"calendar-part": "REQUEST"}
_TALK = day(4)

POOL: Sequence[Item] = (
    # A stranger whom Ana answers late.
    letter(mail(FAY, ANA, day(0.5), "Pitch", name="f1"), text="Do you want to buy my apples?"),
    letter(mail(FAY, ANA, day(2), "Once more", name="f2"), text="Could you tell me when?"),
    letter(mail(ANA, FAY, day(9), "Re: Once more", name="f3", answers="f2"), text="Friday."),
    # Two addresses that a card joins.
    letter(mail(ANA, BEN, day(1), "Plan", name="b1")),
    letter(mail(BEN_HOME, ANA, day(2), "From home", name="b2")),
    book(card(BEN, BEN_HOME.addr)),
    # A meeting that is cancelled by mail.
    event(meeting(CLEO, {ANA: YES, CLEO: YES}, day(3), "Visit", name="visit")),
    carrier(
        CLEO, ANA,
        itip("cancel", "visit", CLEO, {ANA: OPEN, CLEO: OPEN}, day(3), day(2.5), sequence=1),
        "visit-off",
    ),
    # An answer that only a mail knows.
    event(meeting(ANA, {ANA: YES, BEN: OPEN}, day(5), "Coffee", name="coffee", place="Café")),
    carrier(BEN, ANA, itip("reply", "coffee", ANA, {BEN: YES}, day(5), day(4.5)), "coffee-yes"),
    # A meeting that is in no calendar.
    carrier(
        DORA, ANA, itip("request", "talk", DORA, {ANA: YES, DORA: YES}, _TALK, day(1)), "talk-ask"
    ),
    carrier(ANA, DORA, itip("reply", "talk", DORA, {ANA: YES}, _TALK, day(1.5)), "talk-yes"),
    # Somebody who answers what nobody shows.
    carrier(EVE, ANA, itip("reply", "lost", ANA, {EVE: YES}, day(6), day(5)), "lost-yes"),
    # A series that is accepted as a whole, but for one instance; one that ends early.
    event(*_GUS),
    carrier(GUS, ANA, itip("reply", "gus", ANA, {GUS: YES}, day(1), day(0.5)), "gus-yes"),
    carrier(
        GUS, ANA,
        itip("reply", "gus", ANA, {GUS: NO}, day(8), day(7), rid=_GUS[1].recurrence_id),
        "gus-no",
    ),
    event(*_HAL),
    carrier(
        ANA, HAL, itip("cancel", "hal", ANA, {HAL: OPEN}, day(1.2), day(6), sequence=1), "hal-off"
    ),
    letter(mail(ANA, GUS, day(0.4), "Weekly", name="gus-ask", traits=_ASKS), *_GUS_MORE),
    # A series that is in no calendar, and was cut short.
    letter(mail(MIA, ANA, day(0.5), "Weekly", name="mia-ask", traits=_ASKS), *_MIA),
    letter(mail(MIA, ANA, day(3), "Weekly", name="mia-less", traits=_ASKS), *_MIA_LESS),
    carrier(
        ANA, MIA, itip("reply", "mia", MIA, {ANA: YES}, day(1.4), day(3.5), sequence=1), "mia-yes"
    ),
    # The cancelled series was in the way of a visit.
    event(meeting(LEO, {ANA: YES, LEO: YES}, day(8.2), "Tour", name="tour")),
    # Mail that came back, and mail that was sent there again.
    letter(mail(ANA, IVY, day(1), "Question", name="i1"), text="Could you call me?"),
    report(day(1.01), IVY, "i1", "i-report"),
    letter(mail(ANA, IVY, day(2), "Again", name="i2"), text="Could you call me?"),
    letter(mail(ANA, JON, day(1), "Wood", name="j1")),
    report(day(1.02), JON, "", "j-report"),
    letter(mail(JON, ANA, day(3), "New server", name="j2")),
    letter(mail(ANA, JON, day(4), "Good", name="j3")),
    # A mail program that tells no parents.
    letter(mail(ANA, KIM, day(2), "Glaze for the kiln", name="k1"), text="Which one is it?"),
    letter(
        mail(
            KIM, ANA, day(3), "AW: Glaze for the kiln", name="k2",
            traits={"list-unsubscribe": "<https://kiln.example.com>"},
        ),
        text="The blue one.",
    ),
    # The boss's mailbox, calendar and cards: what in them is Ana's is elsewhere as well.
    letter(mail(LEO, BOSS, day(2), "For you", name="l1"), account="desk"),
    letter(mail(ANA, LEO, day(3), "Hello Leo", name="l2"), account="desk"),
    letter(mail(LEO, ANA, day(3.5), "Hello Ana", name="l3")),
    letter(mail(LEO, ANA, day(3.5), "Hello Ana", name="l3"), account="desk"),
    event(meeting(BOSS, {BOSS: YES, LEO: YES}, day(6), "Boss and Leo", name="bl"), account="desk"),
    event(meeting(None, {}, day(7), "Lunch with Leo", name="note"), account="desk"),
    book(card(LEO), account="desk"),
    # A card that came by mail.
    letter(
        mail(DORA, ANA, day(2), "My card", name="d1"),
        replace(card(DORA, "dora@attic.example.net"), attached_by=DORA.addr),
    ),
)  # fmt: skip

# What can go away once it was seen: the card that joined two; a mail, which remains what it was;
# an event before its end and one after it.
GOINGS: Sequence[tuple[str, Facet, str]] = (
    ("home", Facet.CONTACTS, BEN.addr),
    ("home", Facet.MAIL, "coffee-yes"),
    ("home", Facet.MAIL, "i-report"),
    ("home", Facet.MAIL, "f3"),
    ("home", Facet.CALENDAR, "tour"),
)
