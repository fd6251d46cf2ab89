"""Invented people by the hundred thousand, and what happened between each of them and the owner.

Every number is somebody. Their name and address hold a `token`, a word that says the number, and
everything that is about them holds it too, so that one person's rows become another's by writing
another token.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from connectors.records import Attendee, Card, Mailbox, Meeting, Message, PartStat

END = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWNER = Mailbox("ana@example.org", "Ana Silva")
_LETTERS = "bcdfghjklmnpqrst"  # in the order of the alphabet: tokens sort as their numbers do
_FIRST = (
    *("Alma", "Bela", "Carla", "Dora", "Edda", "Filipa", "Gerda", "Helga", "Inka", "Jutta"),
    *("Karin", "Lena", "Marta", "Nora", "Olga", "Paula", "Rita", "Selma", "Tilda", "Ursula"),
    *("Abel", "Bruno", "Cesar", "David", "Emil", "Felix", "Gustav", "Hugo", "Igor", "Jonas"),
)
_TEXTS = (
    "Could you send me the report by Friday?",
    "I will send you the plan next week.",
    "Thank you, that was very kind.",
    "We should have coffee some time.",
    "Here is what we talked about.",
)
_YEARS = timedelta(days=3 * 365)


def token(number: int) -> str:
    """A word for a number: `z`, so that it follows every first name, and five letters."""
    return "z" + "".join(_LETTERS[number >> shift & 15] for shift in (16, 12, 8, 4, 0))


def mailbox(number: int, first: int | None = None) -> Mailbox:
    """Somebody's name and address."""
    word = token(number)
    name = _FIRST[(number if first is None else first) % len(_FIRST)]
    return Mailbox(f"{word}@{word}.example.com", f"{name} {word.title()}")


def mail(
    number: int, place: int, at: datetime, *, sent: bool, answers: int | None = None
) -> Message:
    """Somebody's mail of that place in the order, in either direction."""
    word, who = token(number), mailbox(number)
    return Message(
        message_id=f"{word}.{place}@{word}.example.com",
        at=at,
        from_=(OWNER if sent else who,),
        to=(who if sent else OWNER,),
        # No other word than theirs, or their copies would be one letter to many.
        subject=f"Plan {place} of project {word}a",
        in_reply_to=f"{word}.{answers}@{word}.example.com" if answers is not None else "",
    )


def text(number: int, place: int) -> str:
    """What the mail says."""
    return _TEXTS[(number + place) % len(_TEXTS)]


def meeting(number: int, place: int, start: datetime) -> Meeting:
    """An hour with the owner, who called it; both accepted."""
    who = mailbox(number)
    return Meeting(
        uid=f"{token(number)}.{place}",
        recurrence_id="",
        start=start,
        end=start + timedelta(minutes=45),
        title=f"Coffee with {who.name}",
        place="Café Aurora",
        organizer=OWNER,
        attendees=tuple(Attendee(box, PartStat.ACCEPTED) for box in (OWNER, who)),
    )


def card(number: int) -> Card:
    """Somebody's card."""
    who = mailbox(number)
    return Card(uid=who.addr, name=who.name, addrs=(who.addr,))


def letters(number: int, count: int, seed: int = 1) -> Iterator[Message]:
    """So many mails, both directions, one in two an answer, oldest first."""
    chance = random.Random(f"{seed}.{number}")
    last = END - _YEARS * chance.random() ** 2 - timedelta(minutes=5 + number % 50)
    gap = timedelta(days=chance.choice((1, 4, 10, 30)), hours=chance.random())
    first = last - gap * (count - 1)
    for place in range(count):
        sent = chance.random() < 0.5 if place else chance.random() < 0.3
        answers = place - 1 if place and chance.random() < 0.5 else None
        yield mail(number, place, first + gap * place, sent=sent, answers=answers)
