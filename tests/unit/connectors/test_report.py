"""Delivery reports: which addresses failed for good, in the words of many mail systems."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from connectors.formats.mail import read_mail
from connectors.formats.report import is_lasting
from connectors.records import Message

DAEMON = "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>\n"
DATED = "Date: Mon, 2 Mar 2026 09:00:00 +0000\nTo: ana@example.org\n"
RETURNED = "Content-Type: message/rfc822\n\nMessage-ID:\n <lost@example.org>\nSubject: x\n\nHi\n"
ENCODED = (
    "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n"
    "TWVzc2FnZS1JRDogPGxvc3RAZXhhbXBsZS5vcmc+Cg==\n"
)


def told(data: str, *names: str) -> list[str]:
    """The values of these traits."""
    message = read_mail(data.encode(), data.encode, ZoneInfo("UTC"))[0]
    assert isinstance(message, Message)
    return [value for name, value in message.traits if name in names]


def traits(data: str) -> list[str]:
    """The addresses that are no use any more, and the mail that came back of them."""
    if not (failed := told(data, "failed-recipient")):
        return []
    return failed + told(data, "failed-message-id")


def report(*recipients: str, returned: str = RETURNED) -> str:
    """An RFC 3464 report about these recipients."""
    blocks = "\n\n".join(recipients)
    return (
        f"{DAEMON}{DATED}Subject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example.com\nArrival-Date: x\n\n{blocks}\n\n"
        f"--b\n{returned}\n--b--\n"
    )


def block(status: str, action: str = "failed", diagnosis: str = "", original: str = "") -> str:
    """The fields of one recipient."""
    lines = [f"Final-Recipient: rfc822; bob@example.com\nAction: {action}\nStatus: {status}"]
    if diagnosis:
        lines.append(f"Diagnostic-Code: smtp;\n {diagnosis}")
    if original:
        lines.insert(0, f"Original-Recipient: rfc822;{original}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (block("5.1.1"), "bob@example.com 5.1.1"),
        (block("5.1.1 (bad destination mailbox)"), "bob@example.com 5.1.1"),
        (block("5.1.1", original="robert@example.com"), "robert@example.com 5.1.1"),
        (block("5.0.0", diagnosis="550 5.1.1 no such user"), "bob@example.com 5.1.1"),
        (block("5.3.0", diagnosis="553 5.3.0 <bob>... User unknown"), "bob@example.com 5.1.1"),
        (block("5.7.1", diagnosis="550 5.7.1 recipient unknown"), "bob@example.com 5.1.1"),
        (block("", diagnosis="550 no mailbox"), "bob@example.com 5.0.0"),
        (block("5.1.1", action="delayed"), None),
        (block("2.0.0", action="relayed"), None),
        (block("2.1.5", action="delivered"), None),
        (block("4.4.7", diagnosis="timed out"), None),
        (block("5.2.2", diagnosis="552 mailbox full"), None),
        (block("5.0.0", diagnosis="552 over quota"), None),
        (block("5.7.1", diagnosis="554 looks like spam"), None),
        (block("5.0.0", diagnosis="550 blocked by policy"), None),
        (block("5.3.4"), None),
        (block("", diagnosis="450 try again later"), None),
        ("Final-Recipient: x400; /S=bob/\nAction: failed\nStatus: 5.1.1", None),
        ("Final-Recipient: rfc822; nobody\nAction: failed\nStatus: 5.1.1", None),
    ],
)
def test_which_failures_are_for_good(recipient: str, expected: str | None) -> None:
    """The address is no use any more; a full mailbox, spam or a delay say nothing about it."""
    assert traits(report(recipient)) == ([expected, "lost@example.org"] if expected else [])


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (block("5.2.2", diagnosis="552 mailbox full"), "bob@example.com 5.2.2"),
        (block("5.7.1", diagnosis="554 looks like spam"), "bob@example.com 5.7.1"),
        (block("5.3.4"), "bob@example.com 5.3.4"),
        (block("4.4.7", diagnosis="timed out"), ""),
        (block("5.7.1", action="delayed"), ""),
    ],
)
def test_a_mail_that_did_not_arrive(recipient: str, expected: str) -> None:
    """Refused for good, though the address may be fine: that is told apart."""
    names = ("failed-recipient", "undelivered-recipient", "failed-message-id")
    assert told(report(recipient), *names) == ([expected, "lost@example.org"] if expected else [])


def test_every_recipient_of_a_report() -> None:
    """Each failed address is named once, whatever stands between them; line ends aside."""
    other = "Final-Recipient: RFC822;<eve@example.net>\nAction: Failed\nStatus: 5.1.10"
    data = report(block("5.1.1"), block("5.1.1"), other, block("4.2.2"))
    expected = ["bob@example.com 5.1.1", "eve@example.net 5.1.10", "lost@example.org"]
    assert traits(data) == traits(data.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    "returned",
    [
        RETURNED,
        "Content-Type: text/rfc822-headers\n\nSubject: x\nMessage-Id: <lost@example.org>\n",
        ENCODED,
    ],
)
def test_which_mail_came_back(returned: str) -> None:
    """The Message-ID out of the returned mail or its header."""
    assert traits(report(block("5.1.1"), returned=returned))[1:] == ["lost@example.org"]


QMAIL = """Hi. This is the qmail-send program at example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@example.com>:
Sorry, no mailbox here by that name. (#5.1.1)

<eve@example.net>:
Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
I'm not going to try again; this message has been in the queue too long.

--- Below this line is a copy of the message.

Return-Path: <ana@example.org>
Message-ID: <lost@example.org>
Subject: about <carl@example.com>:
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@example.com
    SMTP error from remote mail server after RCPT TO:<bob@example.com>:
    host mx.example.com [192.0.2.1]: 550 unknown user

------ This is a copy of the message, including all the headers. ------

Message-ID: <lost@example.org>
"""
POSTFIX = """This is the Postfix program at host mx.example.com.

I'm sorry to have to inform you that your message could not be
delivered to one or more recipients. The message returned below could not be delivered to:

<bob@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 <bob@example.com>:
    Recipient address rejected: User unknown (in reply to RCPT TO command)
"""
SENDMAIL = """   ----- The following addresses had permanent fatal errors -----
<bob@example.com>
    (reason: 550 5.1.1 <bob@example.com>... User unknown)

   ----- Transcript of session follows -----
"""
EXCHANGE = """Your message

  To:      Bob
  Subject: Coffee

did not reach the following recipient(s):

bob@example.com on Mon, 2 Mar 2026 10:00:00 +0100
    The e-mail account does not exist at the organization this message
was sent to.
    <mx.example.com #5.1.1>
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (QMAIL, ["bob@example.com 5.1.1", "lost@example.org"]),
        (EXIM, ["bob@example.com 5.1.1", "lost@example.org"]),
        (POSTFIX, ["bob@example.com 5.1.1"]),
        (SENDMAIL, ["bob@example.com 5.1.1"]),
        (EXCHANGE, ["bob@example.com 5.1.1"]),
        (EXIM.replace("550 unknown user", "retry timeout exceeded"), []),
        (EXIM.replace("550 unknown user", "552 mailbox is full"), []),
        ("Your message is delayed. THIS IS A WARNING MESSAGE ONLY.\n" + EXIM, []),
        ("Nothing that we know.\n\n<bob@example.com>:\n550 no such user\n", []),
    ],
)
def test_reports_in_plain_words(text: str, expected: list[str]) -> None:
    """Mail systems that follow no standard are understood in their own words."""
    assert traits(f"{DAEMON}{DATED}Subject: failure notice\n\n{text}") == expected
    # An empty envelope says the same as the name of a daemon; a human may quote a report.
    bounce = f"Return-Path: <>\nFrom: x@example.com\n{DATED}Subject: failure notice\n\n{text}"
    assert traits(bounce) == expected
    assert traits(f"From: Rui <rui@example.com>\n{DATED}Subject: Fwd\n\n{text}") == []


def test_failed_recipients_of_the_header() -> None:
    """X-Failed-Recipients (Exim, Google) names them where the words do not."""
    head = f"{DAEMON}X-Failed-Recipients: bob@example.com,\n eve@example.net\n{DATED}"
    assert traits(f"{head}Subject: Mail delivery failed\n\nIt failed.\n") == [
        "bob@example.com 5.0.0",
        "eve@example.net 5.0.0",
    ]
    assert traits(f"{head}Subject: Message has been delayed\n\nPatience.\n") == []
    assert traits(f"{head}Subject: failed\n\neve@example.net: quota exceeded\n") == [
        "bob@example.com 5.0.0"
    ]


@pytest.mark.parametrize(
    ("status", "lasting"),
    [("5.1.1", True), ("5.2.1", True), ("5.4.1", True), ("5.0.0", True), ("5.2.2", False),
     ("5.7.1", False), ("4.1.1", False), ("2.0.0", False), ("", False), ("5", True)],
)  # fmt: skip
def test_lasting_codes(status: str, lasting: bool) -> None:
    """RFC 3463 codes that speak of the address."""
    assert is_lasting(status) is lasting
