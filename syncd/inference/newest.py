"""The newest message of a person, judged without the older ones.

    Past     what the older messages come to, for this     past_of(dossier, claims)
    newest   the claim of one more message                 None: only all of them together can tell

It is told only where the new message leaves every older claim as it is, and where nothing in the
older ones but the `Past` decides about it. What that takes, by what one message can do to others:

    answers an older one, by its subject alone     both are needed: not told
    names older ones in References only            the same
    is what an older one answers                   it is not the newest, or `references` says so;
                                                   In-Reply-To is the store's to look up
    makes the pair two-way                         older mail turns real: not told
    is a delivery report, or there is one          what was sent did not arrive: not told
    is one letter to many                          the store's to look up
    its text says something of a meeting           nobody has read it yet
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from connectors.records import Message
from rules.values import value
from syncd.inference.bounces import may_be_report
from syncd.inference.mail import judge_messages
from syncd.inference.model import Claim, ClaimKind, Direction, Dossier, Owner, Real, Sighted
from syncd.inference.sharing import is_personal
from syncd.inference.threads import base_subject


@value
class Past:
    """What the messages of a person come to, as far as it concerns the next one."""

    newest: datetime | None = None  # the latest date of any
    two_way: bool = False  # the owner wrote to them in mail that counts
    reports: bool = False  # there are delivery reports among them
    # Checksums of the Message-IDs that messages refer to by References alone, sorted: were one of
    # them to come in, it would be an answered one.
    references: tuple[int, ...] = ()

    def with_newest(self, message: Message, claim: Claim) -> Past:
        """The same with a message for which `newest` had an answer."""
        newest = message.at if self.newest is None else max(self.newest, message.at)
        return Past(newest, self.two_way or _is_sent(claim), self.reports, self.references)


def past_of(dossier: Dossier, claims: Sequence[Claim]) -> Past:
    """What the dossier's messages come to; `claims` are those of `infer`."""
    records = [sighted.record for sighted in dossier.messages]
    there = {record.message_id for record in records}
    waiting = {
        crc32(reference.encode())
        for record in records
        if record.references and record.in_reply_to not in dossier.parents
        for reference in record.references
        if reference not in there
    }
    return Past(
        max((record.at for record in records), default=None),
        any(_is_sent(claim) for claim in claims if claim.kind is ClaimKind.MESSAGE),
        any(may_be_report(record) for record in records),
        tuple(sorted(waiting)),
    )


def newest(
    sighted: Sighted[Message],
    past: Past,
    addresses: frozenset[str],
    parents: dict[str, str],
    owner: Owner,
    now: datetime,
) -> Claim | None:
    """The claim about the person with these addresses; `parents` as in a dossier.

    None where older claims may change, or decide. The caller sees to it that no message answers
    this one by In-Reply-To, that it is no letter sent one by one, that nobody in it is a list or a
    room, and that it was seen in one place.
    """
    m = sighted.record
    if m.at > now or past.reports or may_be_report(m):
        return None
    if past.newest is not None and m.at < past.newest:
        return None
    if crc32(m.message_id.encode()) in past.references:
        return None
    if m.in_reply_to not in parents and (m.in_reply_to or m.references):
        return None
    author = parents.get(m.in_reply_to, "")
    if author in owner.addresses and not is_personal(author):
        return None  # who wrote it behind a shared address is for that mail itself to say
    if not m.in_reply_to and (":" in m.subject or "\uff1a" in m.subject):
        base, answer = base_subject(m.subject)
        if base and answer:
            return None
    dossier = Dossier(addresses, messages=(sighted,), parents=parents)
    claims = judge_messages(dossier, owner, now, two_way=past.two_way)
    claim = claims[0] if claims else None
    if claim is None or claim.real not in (Real.YES, Real.NO) or claim.changes_at is not None:
        return None
    if _is_sent(claim) and not past.two_way:
        return None
    # Somebody else's mail that introduces is told by its text.
    return None if claim.real is Real.NO and claim.signals else claim


def _is_sent(claim: Claim) -> bool:
    return claim.direction is Direction.SENT and claim.real is Real.YES
