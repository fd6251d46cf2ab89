"""Mail that came back: which of the owner's mails did not arrive, and which addresses are no use.

    delivery report --names--> address that failed for good, and the mail that came back
    that mail       never reached the address, so it is no contact
    that address    is suspended until mail comes from it: what is sent there meanwhile is unknown
                    (not where the report only speaks of this mail: too large, refused as spam)

Only reports of mail systems count (RFC 3464), about mail that the owner did send: a report about
anything else answers mail that somebody forged. Everything is found among the mail of one person,
so nothing depends on what came first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connectors.records import Message
from syncd.inference.authors import author_of, authors_of
from syncd.inference.machine import machine_reasons
from syncd.inference.model import Dossier, Owner, Sighted
from syncd.inference.sharing import is_written_by_owner, only_shared
from syncd.people import normalise

# A report that names no mail is about the last one: servers try for up to five days (RFC 5321
# section 4.5.4.1). Clocks of two hosts differ a little.
_TRIED: Final = timedelta(days=5)
_SKEW: Final = timedelta(minutes=10)
# What a mail system's own mail looks like; anybody can write the rest.
_SYSTEM: Final = frozenset(("auto:bounce", "auto:report", "auto:null-sender", "sender:robot"))


@dataclass(frozen=True, slots=True)
class Bounces:
    """What the delivery reports in a dossier say."""

    failed: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by key: not reached
    spans: Mapping[str, Sequence[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()  # Message-IDs that somebody answered: they arrived

    def suspended(self, addr: str, at: datetime) -> bool:
        """Whether mail to the address was known to be lost at that moment."""
        spans = self.spans.get(addr, ())
        return any(start < at and (end is None or at < end) for start, end in spans)


_NONE: Final = Bounces()
_LASTING: Final = "failed-recipient"  # the address is no use any more
# What a delivery report says of an address; the other one concerns the mail alone.
FAILURES: Final = frozenset((_LASTING, "undelivered-recipient"))


def failed_addresses(message: Message, kinds: frozenset[str] = FAILURES) -> tuple[str, ...]:
    """The normalised addresses that a mail did not reach, as a delivery report says."""
    told = [value for name, value in message.traits if name in kinds]
    if not told:
        return ()
    found = (normalise(value.partition(" ")[0]) for value in told)
    return tuple(dict.fromkeys(addr for addr in found if addr))


def bounces_of(dossier: Dossier, owner: Owner, now: datetime) -> Bounces:
    """What came back of the owner's mail to the person, up to `now`."""
    # Nearly all mail is written by one of the two, and a look at its author is the cheapest.
    people = dossier.addresses | owner.addresses
    reports = [
        s
        for s in dossier.messages
        if author_of(s.record) not in people and s.record.at <= now and may_be_report(s.record)
    ]
    if not reports:
        return _NONE
    sent = [s for s in dossier.messages if s.record.at <= now and _is_sent(s, owner)]
    heard = [
        s.record
        for s in dossier.messages
        if s.record.at <= now and not _authors(s.record).isdisjoint(dossier.addresses)
    ]
    answered = frozenset(m.in_reply_to for m in heard if m.in_reply_to)
    failed: dict[str, set[str]] = defaultdict(set)
    since: dict[str, set[datetime]] = defaultdict(set)
    for report in reports:
        if _SYSTEM.isdisjoint(machine_reasons(report.record)):
            continue
        lasting = failed_addresses(report.record, frozenset((_LASTING,)))
        for addr in failed_addresses(report.record):
            if addr not in dossier.addresses:
                continue
            for mail in _came_back(report.record, addr, sent):
                if mail.record.message_id not in answered:
                    failed[mail.key].add(addr)
                    if addr in lasting:
                        since[addr].add(report.record.at)
    spans = {addr: _spans(addr, starts, heard) for addr, starts in since.items()}
    return Bounces({key: frozenset(a) for key, a in failed.items()}, spans, answered)


def suspended_addresses(dossier: Dossier, owner: Owner, now: datetime) -> tuple[str, ...]:
    """The person's addresses that mail does not reach now, sorted."""
    bounces = bounces_of(dossier, owner, now)
    spans = bounces.spans.items()
    return tuple(sorted(addr for addr, found in spans if any(end is None for _, end in found)))


def may_be_report(message: Message) -> bool:
    """Whether a mail says that another one did not arrive."""
    return any(name in FAILURES for name, _ in message.traits)


def _is_sent(sighted: Sighted[Message], owner: Owner) -> bool:
    shared = only_shared(sighted, owner)
    return is_written_by_owner(sighted.record, owner.addresses, shared)


def _authors(message: Message) -> frozenset[str]:
    return frozenset(normalise(box.addr) for box in authors_of(message))


def _came_back(
    report: Message, addr: str, sent: Sequence[Sighted[Message]]
) -> Sequence[Sighted[Message]]:
    """The mails to `addr` that the report is about."""
    tried = [s for s in sent if s.record.at <= report.at + _SKEW and _went_to(s.record, addr)]
    named = {value for name, value in report.traits if name == "failed-message-id"}
    named = named or {report.in_reply_to, *report.references} - {""}
    if named:
        found = [s for s in tried if s.record.message_id in named]
        # A copy in the sent folder may lack the Message-ID that a server added later.
        tried = [s for s in tried if s.record.message_id.startswith("none:")]
        if found:
            return found
    recent = [s for s in tried if report.at - s.record.at <= _TRIED]
    newest = max(recent, key=lambda s: (s.record.at, s.key), default=None)
    return [] if newest is None else [newest]


def _went_to(message: Message, addr: str) -> bool:
    boxes = (*message.to, *message.cc, *message.bcc)
    return any(normalise(box.addr) == addr for box in boxes)


def _spans(
    addr: str, starts: Iterable[datetime], heard: Sequence[Message]
) -> Sequence[tuple[datetime, datetime | None]]:
    """From each report to the next mail from the address: that shows it is in use again."""
    signs = sorted(m.at for m in heard if addr in _authors(m))
    return [(start, next((at for at in signs if at > start), None)) for start in sorted(starts)]
