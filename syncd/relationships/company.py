"""Whom the owner and a person both know: who was with them, and who introduced whom.

    dossier, claims, loops  --company_of-->  addresses, in gatherings and introductions
    these and who they are  --mutual-->      "You both know Bob Lee (2 meetings)."

Only small company counts: among more than five others nobody gets to know anybody. Whose an
address is only the store can say, so it is asked for between the two steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from connectors.records import Meeting, Message, PartStat
from rules.phrases import in_words
from syncd.inference.authors import authors_of
from syncd.inference.invitations import roster
from syncd.inference.model import Claim, Dossier, Real
from syncd.people import normalise
from syncd.relationships.loops import INTRODUCED, Loop
from syncd.relationships.timeline import nature_of
from syncd.relationships.words import bracketed, clean, day_of, title_of

FEW = 5  # people besides the owner
_MOST = 5  # names, and introductions
MADE = "introduction_made"
_LOOPS = frozenset({MADE, "introduction_received", INTRODUCED})


class Known(NamedTuple):
    """Somebody behind an address: a human who is neither the owner nor forgotten."""

    id: str
    name: str
    colleague: bool = False
    contact: bool = True  # the owner has to do with them


class Gathering(NamedTuple):
    """One mail, meeting or call of the owner, the person and others."""

    until: datetime
    talk: bool  # a meeting or a call
    others: frozenset[str]


class Introduction(NamedTuple):
    """A mail that brought people together."""

    loop: Loop
    author: frozenset[str]
    others: frozenset[str]  # who stood beside the owner and the person


@dataclass(frozen=True, slots=True)
class Company:
    """All addresses are normalised; none is the owner's or the person's."""

    gatherings: tuple[Gathering, ...] = ()
    introductions: tuple[Introduction, ...] = ()

    @property
    def addresses(self) -> frozenset[str]:
        """Everybody who is to be looked up."""
        groups = [one.others for one in self.gatherings]
        groups += [one.others | one.author for one in self.introductions]
        return frozenset().union(*groups)


def company_of(
    dossier: Dossier, claims: Iterable[Claim], loops: Iterable[Loop], owned: frozenset[str]
) -> Company:
    """Who took part in what really happened between the owner (`owned`) and the person."""
    ours = owned | dossier.addresses
    mails = {one.key: one.record for one in dossier.messages}
    meetings = {one.key: one.record for one in dossier.meetings}
    logs = {log.key: log.addrs for log in dossier.logs}
    gatherings = []
    for claim in claims:
        if claim.real is not Real.YES:
            continue
        others: frozenset[str] = logs.get(claim.key, frozenset())
        if claim.key in mails:
            others = _of_mail(mails[claim.key], dossier)
        elif claim.key in meetings:
            others = _of_meeting(meetings[claim.key], dossier, owned)
        others -= ours
        if others:
            nature = nature_of(claim)
            gatherings.append(Gathering(claim.until, nature.meeting or nature.call, others))
    introductions = []
    for loop in loops:
        mail = mails.get(loop.claim.key)
        if mail is not None and loop.kind in _LOOPS:
            author = frozenset(normalise(box.addr) for box in authors_of(mail))
            beside = _visible(mail) - author - ours
            introductions.append(Introduction(loop, author - ours, beside))
    return Company(tuple(gatherings), tuple(introductions))


def _of_mail(mail: Message, dossier: Dossier) -> frozenset[str]:
    """Everybody whom everybody in the mail can see; nobody where the person is hidden, or a list
    is among the recipients."""
    seen = _visible(mail)
    if seen.isdisjoint(dossier.addresses) or not seen.isdisjoint(dossier.lists):
        return frozenset()
    return seen


def _visible(mail: Message) -> frozenset[str]:
    boxes = (*authors_of(mail), *mail.to, *mail.cc)
    return frozenset(normalise(box.addr) for box in boxes) - {""}


def _of_meeting(meeting: Meeting, dossier: Dossier, owned: frozenset[str]) -> frozenset[str]:
    """Who came as surely as the person did: they accepted, or answered as the person did."""
    found = roster(meeting, dossier.lists)
    if found.crowd:
        return frozenset()
    theirs = found.answer(dossier.addresses)
    came = {addr for addr, answer in found.answers.items() if answer in (PartStat.ACCEPTED, theirs)}
    convener = frozenset({found.organizer} if found.organizer else ())
    if not found.only_arranges(owned) and found.answer(convener) is PartStat.ACCEPTED:
        came |= convener
    return frozenset(came)


def mutual(
    company: Company,
    whose: Mapping[str, Known],
    called: str,
    moment: datetime,
    zone: tzinfo,
) -> str:
    """Text lines: whom both know, best first, then who introduced whom, newest first.

    `whose` are the people behind `company.addresses`; an address that is nobody's is left out.
    `called` is what the person is called in a sentence.
    """
    lines = [*_both_know(company.gatherings, whose, moment)]
    begun = [one for one in company.introductions if one.loop.claim.until <= moment]
    begun.sort(key=lambda one: (one.loop.claim.until, one.loop.evidence), reverse=True)
    lines += (_introduced(one, whose, called, moment, zone) for one in begun[:_MOST])
    return "\n".join(dict.fromkeys(lines))


def _both_know(
    gatherings: Iterable[Gathering], whose: Mapping[str, Known], moment: datetime
) -> list[str]:
    talks: dict[str, int] = {}
    mails: dict[str, int] = {}
    newest: dict[str, datetime] = {}
    met: dict[str, Known] = {}
    for one in gatherings:
        if one.until > moment:
            continue
        # Somebody there under two addresses is there once.
        there = {whose[addr].id if addr in whose else addr for addr in one.others}
        if len(there) + 1 > FEW:
            continue
        for known in {whose[addr] for addr in one.others if addr in whose}:
            if not known.contact:
                continue
            met[known.id] = known
            counts = talks if one.talk else mails
            counts[known.id] = counts.get(known.id, 0) + 1
            newest[known.id] = max(newest.get(known.id, one.until), one.until)

    def rank(known: Known) -> tuple[bool, bool, int, int, float, str, str]:
        often, wrote = talks.get(known.id, 0), mails.get(known.id, 0)
        last = -newest[known.id].timestamp()
        return (
            known.colleague, not often, -often, -wrote, last, known.name.casefold(), known.id
        )  # fmt: skip

    names = [
        f"{known.name} ({_counted(talks.get(known.id, 0), mails.get(known.id, 0))})"
        for known in sorted(met.values(), key=rank)[:_MOST]
    ]
    return [f"You both know {_listed(names)}."] if names else []


def _introduced(
    one: Introduction, whose: Mapping[str, Known], called: str, moment: datetime, zone: tzinfo
) -> str:
    claim = one.loop.claim
    day = in_words(day_of(claim.until, zone), day_of(moment, zone))
    others = _names(one.others, whose)
    to = f" to {others}" if others else ""
    if one.loop.kind == MADE:
        text = f"You introduced {called}{to}"
    elif one.loop.kind == INTRODUCED:
        author = _names(one.author, whose)
        told = f"{author} introduced you" if author else "You were introduced"
        text = f"{told} to {called}"
    else:
        text = f"{called} introduced you{to}"
    return f"{text} on {day}{bracketed(clean(title_of(claim)))}."


def _names(addrs: Iterable[str], whose: Mapping[str, Known]) -> str:
    found = {whose[addr].id: whose[addr].name for addr in addrs if addr in whose}
    return _listed(sorted(found.values(), key=str.casefold)[:_MOST])


def _counted(talks: int, mails: int) -> str:
    parts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((talks, "meeting"), (mails, "mail"))
        if number
    ]
    return ", ".join(parts)


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
