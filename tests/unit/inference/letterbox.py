"""Mails for the tests of mail inference: Ana is the owner, the claims are about Ben."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.records import Mailbox, Message
from syncd.inference.mail import judge_messages
from syncd.inference.model import (
    Claim,
    Dossier,
    Evidence,
    Owner,
    Sighted,
)

ANA, ANA_TOO = "ana@example.org", "ana@example.net"
BEN, BEN_TOO, CLEO = "ben@example.com", "ben.archer@example.net", "cleo@example.net"
OWNER = Owner(addresses=frozenset({ANA, ANA_TOO}), zone=ZoneInfo("Europe/Lisbon"))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = AT + timedelta(days=400)
EVIDENCE = (Evidence("home", "Maildir/1"),)
NEWSLETTER = (("list-unsubscribe", "<https://example.com/u>"), ("precedence", "bulk"))


def boxes(addrs: str | tuple[str, ...]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(addr) for addr in ((addrs,) if isinstance(addrs, str) else addrs))


def mail(
    author: str, to: str | tuple[str, ...], name: str = "m", days: float = 0, **more: Any
) -> Sighted[Message]:
    """A mail seen once; `name` is its Message-ID, `days` how long after the first."""
    record = Message(
        f"{name}@x",
        AT + timedelta(days=days),
        from_=boxes(author),
        to=boxes(to),
        cc=boxes(more.pop("cc", ())),
        bcc=boxes(more.pop("bcc", ())),
        subject=more.pop("subject", "Lunch"),
        in_reply_to=more.pop("answers", ""),
        traits=more.pop("traits", ()),
    )
    return Sighted(f"message:{name}@x", replace(record, **more), EVIDENCE, AT)


def judged(
    *mails: Sighted[Message], now: datetime = NOW, owner: Owner = OWNER, **more: Any
) -> list[Claim]:
    """The claims about Ben, in the order of the mails."""
    dossier = Dossier(more.pop("addresses", frozenset({BEN})), mails, **more)
    claims = {claim.key: claim for claim in judge_messages(dossier, owner, now)}
    return [claims[one.key] for one in mails]


LIST = (("list-post", "<mailto:talk@example.net>"), ("precedence", "list"))
SENT = mail(ANA, BEN, "sent", days=1)
