"""Mail that came back: what it was about, and how long its address is no use."""

from __future__ import annotations

from typing import Any

import pytest
from unit.inference.letterbox import ANA, BEN, BEN_TOO, CLEO, NOW, OWNER, judged, mail

from connectors.records import Message
from syncd.inference.bounces import failed_addresses, suspended_addresses
from syncd.inference.humans import kind_of
from syncd.inference.model import Dossier, Real, Sighted

DAEMON = "mailer-daemon@mx.example.net"


def report(
    days: float, failed: str = BEN, came_back: str = "", name: str = "r", **more: Any
) -> Sighted[Message]:
    """A delivery report. `came_back` is the Message-ID it names."""
    kind = more.pop("kind", "failed-recipient")
    traits = [(kind, f"{failed} 5.1.1"), ("return-path", "<>")]
    if came_back:
        traits.append(("failed-message-id", came_back))
    author = more.pop("author", DAEMON)
    return mail(author, ANA, name, days, subject="Undelivered Mail", traits=tuple(traits), **more)


def reasons(*mails: Sighted[Message], **more: Any) -> list[tuple[str, ...]]:
    return [claim.reasons for claim in judged(*mails, **more)]


def test_a_refused_mail_suspends_nobody() -> None:
    """It did not arrive; the address may be fine, so the next mail counts."""
    refused = report(1, came_back="a@x", kind="undelivered-recipient")
    found = judged(mail(ANA, BEN, "a"), refused, mail(ANA, BEN, "b", 2))
    assert [claim.real for claim in found] == [Real.NO, Real.NO, Real.YES]


def test_what_came_back_is_no_contact() -> None:
    """The report names the mail; what was sent before it arrived."""
    found = judged(mail(ANA, BEN, "a"), mail(ANA, BEN, "b", 1), report(2, came_back="b@x"))
    assert [claim.real for claim in found] == [Real.YES, Real.NO, Real.NO]
    assert [c.reasons for c in found[1:]] == [("mail:bounced",), ("mail:delivery-report",)]
    assert not found[1].wants_text


@pytest.mark.parametrize("header", [{"answers": "b@x"}, {"references": ("z@x", "b@x")}])
def test_the_report_may_answer_the_mail(header: dict[str, Any]) -> None:
    """Its own threading names the mail, where nothing else does."""
    found = reasons(mail(ANA, BEN, "b"), mail(ANA, BEN, "c", 0.1), report(0.2, **header))
    assert found[:2] == [("mail:bounced",), ("mail:sent",)]


@pytest.mark.parametrize(("days", "code"), [(0.01, "mail:bounced"), (6, "mail:sent")])
def test_a_report_that_names_no_mail_is_about_the_last(days: float, code: str) -> None:
    """Servers try for five days."""
    found = reasons(mail(ANA, BEN, "a", -1), mail(ANA, BEN, "b"), report(days))
    assert found[:2] == [("mail:sent",), (code,)]


def test_a_report_about_mail_that_nobody_sent() -> None:
    """Somebody forged it: it says nothing of what the owner sent."""
    assert reasons(mail(ANA, BEN, "b"), report(0.1, came_back="forged@x"))[0] == ("mail:sent",)


def test_a_report_from_a_human_is_none() -> None:
    """Anybody can write one."""
    forged = mail(CLEO, ANA, "r", 1, traits=(("failed-recipient", f"{BEN} 5.1.1"),))
    assert reasons(mail(ANA, BEN, "b"), forged)[0] == ("mail:sent",)


def test_only_the_failed_address_failed() -> None:
    """What went to two addresses of one person reached the other one."""
    both = frozenset({BEN, BEN_TOO})
    sent = mail(ANA, (BEN, BEN_TOO), "b")
    assert reasons(sent, report(1, came_back="b@x"), addresses=both)[0] == ("mail:sent",)
    assert reasons(sent, report(1, CLEO, "b@x"))[0] == ("mail:sent",)


def test_what_was_answered_arrived() -> None:
    """One copy came back, another was read."""
    answer = mail(BEN, ANA, "c", 3, answers="b@x")
    found = reasons(mail(ANA, BEN, "b"), report(1, came_back="b@x"), answer)
    assert found[0] == ("mail:sent",)


def test_mail_to_a_suspended_address_is_unknown() -> None:
    """Until mail comes from it."""
    found = judged(
        mail(ANA, BEN, "a"),
        report(1, came_back="a@x"),
        mail(ANA, BEN, "b", 2),
        mail(BEN, ANA, "c", 3),
        mail(ANA, BEN, "d", 4),
    )
    assert [(c.real, c.reasons) for c in found[2:]] == [
        (Real.UNKNOWN, ("mail:address-suspended",)),
        (Real.YES, ("mail:two-way",)),
        (Real.YES, ("mail:sent",)),
    ]


def test_a_bounce_makes_nobody_two_way() -> None:
    """What never arrived answers nothing: the pitch stays cold."""
    found = judged(mail(BEN, ANA, "p"), mail(ANA, BEN, "b", 1), report(2, came_back="b@x"))
    assert found[0].real is Real.PENDING


def test_which_addresses_are_suspended() -> None:
    """As of now."""
    mails = mail(ANA, BEN, "a"), report(1, came_back="a@x")
    dossier = Dossier(frozenset({BEN, BEN_TOO}), mails)
    assert suspended_addresses(dossier, OWNER, NOW) == (BEN,)
    again = Dossier(frozenset({BEN}), (*mails, mail(BEN, ANA, "b", 2)))
    assert suspended_addresses(again, OWNER, NOW) == ()


def test_nobody_is_known_by_mail_that_came_back() -> None:
    """An address that never took a mail is no person to the owner."""
    mails = mail(ANA, BEN, "a"), report(1, came_back="a@x"), mail(ANA, BEN, "b", 2)
    dossier = Dossier(frozenset({BEN}), mails)
    assert kind_of(dossier, judged(*mails)) == ("silent", ("address:no-contact",))


def test_what_a_report_names() -> None:
    """Each address once, in its one spelling."""
    traits = (
        ("failed-recipient", "Ben+x@Example.com 5.1.1"),
        ("failed-recipient", f"{BEN} 5.0.0"),
        ("failed-recipient", "nonsense 5.0.0"),
    )
    assert failed_addresses(mail(DAEMON, ANA, traits=traits).record) == (BEN,)
