"""Delivery reports: the mail that came back was no interaction, and its address is suspended.

Each row is one mail server's way to say it; all rows are read by one run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from acceptance_letters import ANA_WHO, deliver, letter, multi, part
from acceptance_world import ANA, Home, Scene, at, scenes

DORA_WHO = "Dora Lind <dora@example.net>"
DAEMON = "Mail Delivery Subsystem <mailer-daemon@mx.example.net>"
REPORT = 'multipart/report; report-type=delivery-status; boundary="=_one"'


def returned(scene: Scene) -> bytes:
    """The header of the mail that came back."""
    return (
        f"From: {ANA_WHO}\r\nTo: {scene.who}\r\nSubject: About number\r\n"
        f"Message-ID: <{sent_name(scene)}>\r\n\r\n"
    ).encode()


def sent_name(scene: Scene) -> str:
    return f"sent-{scene.number}@example.org"


def status(addr: str, action: str, code: str, *, original: bool = False) -> str:
    """message/delivery-status (RFC 3464)."""
    lines = [f"Final-Recipient: rfc822; {addr}", f"Action: {action}", f"Status: {code}"]
    if original:
        lines.insert(0, f"Original-Recipient: rfc822;{addr}")
    lines.append("Diagnostic-Code: smtp; 550 5.1.1 User unknown")
    return "Reporting-MTA: dns; mx.example.net\r\n\r\n" + "\r\n".join(lines) + "\r\n"


def dsn(scene: Scene, action: str, code: str, words: str, last: str = "message/rfc822") -> Any:
    body = multi(
        part("text/plain; charset=us-ascii", words),
        part("message/delivery-status", status(scene.addr, action, code)),
        part(last, returned(scene)),
    )
    return {"kind": REPORT, "body": body}


def text(words: str) -> Any:
    return {"kind": "text/plain; charset=us-ascii", "body": words}


def postfix(scene: Scene) -> Any:
    words = (
        "This is the mail system at host mx.example.org.\r\n\r\nI'm sorry to have to inform you "
        "that your message could not\r\nbe delivered to one or more recipients.\r\n\r\n"
        f"<{scene.addr}>: host mx.example.net[192.0.2.7] said: 550 5.1.1 User unknown\r\n"
    )
    return dsn(scene, "failed", "5.1.1", words)


def headers_only(scene: Scene) -> Any:
    return dsn(scene, "failed", "5.2.1", "Not delivered.\r\n", "text/rfc822-headers")


def exchange(scene: Scene) -> Any:
    words = (
        f"Delivery has failed to these recipients or groups:\r\n\r\n{scene.name} ({scene.addr})\r\n"
        "The email address you entered couldn't be found.\r\n\r\nDiagnostic information for "
        "administrators:\r\n\r\nGenerating server: mx.example.org\r\n\r\n"
        f"{scene.addr}\r\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\r\n"
        f"\r\nOriginal message headers:\r\n\r\n{returned(scene).decode()}"
    )
    return text(words)


def exim(scene: Scene) -> Any:
    words = (
        "This message was created automatically by mail delivery software.\r\n\r\n"
        "A message that you sent could not be delivered to one or more of its\r\nrecipients. "
        "This is a permanent error. The following address(es) failed:\r\n\r\n"
        f"  {scene.addr}\r\n    host mx.example.net [192.0.2.7]\r\n"
        "    SMTP error from remote mail server after RCPT TO:<x>:\r\n    550 User unknown\r\n\r\n"
        "------ This is a copy of the message, including all the headers. ------\r\n\r\n"
        f"{returned(scene).decode()}"
    )
    return text(words) | {"more": {"X-Failed-Recipients": scene.addr}}


def qmail(scene: Scene) -> Any:
    words = (
        "Hi. This is the qmail-send program at mx.example.org.\r\nI'm afraid I wasn't able to "
        "deliver your message to the following addresses.\r\nThis is a permanent error; I've "
        f"given up. Sorry it didn't work out.\r\n\r\n<{scene.addr}>:\r\n192.0.2.7 does not like "
        "recipient.\r\nRemote host said: 550 sorry, no mailbox here by that name. (#5.1.1)\r\n"
        f"\r\n--- Below this line is a copy of the message.\r\n\r\n{returned(scene).decode()}"
    )
    return text(words)


def delayed(scene: Scene) -> Any:
    return dsn(scene, "delayed", "4.4.1", "Delayed; you need not send it again.\r\n")


def arrived(scene: Scene) -> Any:
    return dsn(scene, "delivered", "2.0.0", "It has been delivered.\r\n")


def relayed(scene: Scene) -> Any:
    return dsn(scene, "relayed", "2.0.0", "It has been relayed.\r\n")


def read_receipt(scene: Scene) -> Any:
    told = f"Final-Recipient: rfc822;{scene.addr}\r\nDisposition: manual-action; displayed\r\n"
    body = multi(
        part("text/plain", "Your message was displayed.\r\n"),
        part("message/disposition-notification", told),
    )
    return {"kind": REPORT.replace("delivery-status", "disposition-notification"), "body": body}


class Case(NamedTuple):
    """A report, and whether it says that the address failed for good."""

    truth: str
    build: Any
    hard: bool


CASES = (
    Case("Postfix, RFC 3464", postfix, True),
    Case("RFC 3464 with headers alone", headers_only, True),
    Case("Exchange in words", exchange, True),
    Case("Exim in words", exim, True),
    Case("qmail in words", qmail, True),
    Case("a delay", delayed, False),
    Case("delivered", arrived, False),
    Case("relayed", relayed, False),
    Case("a receipt", read_receipt, False),
)


def bounce(scene: Scene, build: Any, day: float = 0.01, author: str = DAEMON) -> None:
    """The report about the scene's first mail."""
    traits = build(scene)
    more = {"Return-Path": "<>", "Auto-Submitted": "auto-replied", **traits.get("more", {})}
    name = f"b{scene.home.next_number()}@mx.example.net"
    mail = letter(
        author,
        ANA,
        scene.day(day),
        traits["body"],
        name=name,
        subject="Undelivered Mail Returned to Sender",
        kind=traits["kind"],
        more=more,
    )
    deliver(scene.home, mail)


World = dict[str, tuple[Scene, dict[str, Any]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    """What `explain` says of the one to whom the mail went, by the truth of the case."""
    home = Home(tmp_path_factory.mktemp("bounces"))
    built = scenes(home, len(CASES), first="2026-03-02T09:00", days=7)
    for scene, case in zip(built, CASES, strict=True):
        scene.sent(0, name=sent_name(scene))
        bounce(scene, case.build)
    home.once()
    assert home.status()["set_aside"] == []
    found = home.everything()
    return {
        case.truth: (scene, found[scene.addr]) for case, scene in zip(CASES, built, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=[case.truth for case in CASES])
def test_a_mail_that_came_back(case: Case, judged: World) -> None:
    """A hard bounce takes back the mail that it returns; a soft one, or a receipt, does nothing."""
    _, found = judged[case.truth]
    (sent,) = [one for one in found["interactions"] if one["direction"] == "sent"]
    assert sent["real"] == ("no" if case.hard else "yes"), sent
    assert [one["real"] for one in found["interactions"]].count("yes") == (not case.hard)


def mails(scene: Scene, who: str = "") -> list[str]:
    """What became of the mails, oldest first; the reports are left out."""
    found = scene.home.interactions(who or scene.addr)
    return [one["real"] for one in found if not one["title"].startswith("Undelivered")]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return scenes(Home(tmp_path), 1, first="2026-05-04T09:00")[0]


def test_only_the_recipient_that_failed(scene: Scene) -> None:
    """Of a mail to two, one of whom does not exist, it stays an interaction with the other."""
    scene.sent(0, name=sent_name(scene), to=[scene.who, "Dora <dora@example.net>"])
    bounce(scene, postfix)
    scene.home.once()
    assert mails(scene) == ["no"]
    assert mails(scene, "dora@example.net") == ["yes"]


def test_suspended_until_they_write(scene: Scene) -> None:
    """What is written to a suspended address does not count, until mail comes from it."""
    scene.sent(0, name=sent_name(scene))
    bounce(scene, postfix)
    scene.sent(3)
    scene.home.once()
    first, second = mails(scene)
    assert first == "no"
    assert second != "yes"
    scene.received(5)
    scene.sent(6)
    scene.home.once()
    assert mails(scene)[-1] == "yes"


def test_what_was_before_stands(scene: Scene) -> None:
    """A bounce says nothing about years in which the address worked."""
    scene.sent(-200)
    scene.received(-199)
    scene.sent(0, name=sent_name(scene))
    bounce(scene, postfix)
    scene.home.once()
    assert mails(scene) == ["yes", "yes", "no"]


def test_a_bounce_that_is_read_later(scene: Scene) -> None:
    """A mail that was real yesterday is none as soon as its bounce is read."""
    scene.sent(0, name=sent_name(scene))
    scene.home.once()
    assert mails(scene) == ["yes"]
    bounce(scene, postfix)
    scene.home.once()
    assert mails(scene) == ["no"]


def test_words_of_a_human_bounce_nothing(scene: Scene) -> None:
    """Somebody who quotes a bounce, or forwards one, suspends nobody."""
    scene.sent(0, name=sent_name(scene))
    words = qmail(scene)["body"]
    quoted = "This came back, what now?\r\n\r\n" + words
    deliver(scene.home, letter(DORA_WHO, ANA, scene.day(1), quoted, name="q@example.com"))
    scene.home.mail(ANA_WHO, DORA_WHO, at("2026-05-01T09:00"))
    scene.home.once()
    assert mails(scene) == ["yes"]


def test_the_reporter_is_nobody(scene: Scene) -> None:
    """The server that reports is no person, and its mail is no interaction with anybody."""
    scene.sent(0, name=sent_name(scene))
    bounce(scene, postfix)
    scene.home.once()
    daemon = scene.home.explain("mailer-daemon@mx.example.net")
    assert daemon["person"] is None
    assert {one["real"] for one in daemon["interactions"]} <= {"no"}


def test_a_bounce_of_what_the_owner_never_wrote(scene: Scene) -> None:
    """Backscatter, the bounce of a mail somebody else sent in the owner's name, is about nobody."""
    scene.sent(-5)
    scene.received(-4)
    bounce(scene, postfix)
    scene.home.once()
    assert mails(scene) == ["yes", "yes"]
