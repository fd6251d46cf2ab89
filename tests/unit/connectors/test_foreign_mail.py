"""Mails as nobody should write them: only BadItem, within bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import one_mail, one_text

FIELDS = (
    "From", "To", "Cc", "Sender", "Reply-To", "Date", "Received", "Subject", "Message-ID",
    "In-Reply-To", "References", "Content-Type", "Content-Transfer-Encoding", "Return-Path",
    "Content-Disposition", "X-Failed-Recipients", "Delivered-To", "X-Campaign", "From ", "",
)  # fmt: skip
VALUES = (
    "a@example.org", "Ana <a@example.org>", '"never closed <a@example.org>', "<>", "(((", "a:b;c",
    "=?utf-8?q?=C3?=", "=?x?b?w4l", "\x00\x85\u2028", "\ud800", "<a@b> <c@d>", "<", ">", '"\\',
    "Mon, 2 Mar 2026 09:00:00 +0000", "Mon, 31 Feb 102 24:00:00 +9900", "by x; 1 Jan 0001 00:00",
    "multipart/mixed; boundary=b", "multipart/report; boundary=b",
    "multipart/encrypted; boundary=b", "a\nb", "5.1.1",
    "text/calendar; method=REQUEST; charset=punycode", "text/vcard; charset=utf-16", "text/plain",
    "message/rfc822", "message/delivery-status", "application/pkcs7-mime", "text/html; charset=hz",
    "text/plain; format=flowed; delsp=yes", "application/octet-stream; name*0*=x''%; name*1=.ics",
    "base64", "quoted-printable", "x-uuencode", "attachment; filename=a.vcf", "MAILER-DAEMON@x.org",
)  # fmt: skip
BODIES = (
    "", "--b", "--b--", "BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", "UID:x", "END:VEVENT",
    "DTSTART:20260302T090000Z", "END:VCALENDAR", "BEGIN:VCARD", "FN:Bea", "END:VCARD",
    "RRULE:FREQ=DAILY", "Action: failed", "Final-Recipient: rfc822; bob@example.com",
    "Status: 5.1.1", "<bob@example.com>:",
    "This is a permanent error.", "-----BEGIN PGP SIGNED MESSAGE-----", "begin 644 x", "> quoted ",
    "<blockquote><table><p hidden>", "=C3=A9=", "QkVHSU46VkNBTEVOREFS", "\x1b$B", "-- ", "\udcff",
)  # fmt: skip
HEADS = st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(VALUES)), max_size=12)
LINES = st.lists(
    st.one_of(
        st.sampled_from(BODIES),
        st.builds("{}: {}".format, st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    ),
    max_size=30,
)


@settings(max_examples=300)
@given(HEADS, LINES, st.sampled_from(("\n", "\r\n", "\r")))
def test_mails_of_broken_lines(head: list[tuple[str, str]], body: list[str], line_end: str) -> None:
    """Any fields over any body."""
    lines = [f"{name}: {value}" for name, value in head]
    data = line_end.join((*lines, "", *body)).encode("utf-8", "surrogatepass")
    one_mail(data)
    one_text(data)


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    """A mail, or none."""
    one_mail(data)
    one_text(data)


HEAD = b"Date: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: a@example.org\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
N = 100_000


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"X-A: b\n" * N,
        HEAD + b"Delivered-To: b@example.org\n" * N,
        HEAD + b"To: " + b"b@example.org, " * N,
        HEAD + b"To: " + b'"\\' * N,
        HEAD + b"To: " + b'<"a' * N,
        HEAD + b"To: " + b"(" * N,
        HEAD + b"To:" + b" " * N + b"x",
        HEAD + b"To: " + b" @ . " * N,
        HEAD + b"References: <" + b" " * N,
        HEAD + b"References: " + b"<a@b> " * N,
        HEAD + b"In-Reply-To: " + b"<" * N,
        HEAD + b"Subject: " + b"=?a?q?" * N,
        HEAD + b"Subject: " + b"=?utf-8?b?w4l?= " * N,
        HEAD + b"Subject: \xff" + b"\xe9\x20" * N,
        HEAD + b"Received: " + b"; 1 Jan " * N,
        HEAD + b"Content-Type: text/plain" + b";a=" * N + b"\n\nx",
        HEAD + MIXED + b"--b\nContent-Type: text/calendar\n\nx\n" * N,
        HEAD + MIXED + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * (N // 2),
        HEAD + MIXED + b"\n--b\nContent-Type: text/vcard\nContent-Transfer-Encoding: base64\n\n"
        + b"QUFB\n" * N * 4,
        HEAD + b"\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n" * N,
        HEAD + b"\n" + b"begin 644 x\nM" * N,
        HEAD + b"Return-Path: <>\n\nThis is a permanent error.\n" + b" <a@b.org>:\n" * N,
        HEAD + b"Return-Path: <>\n\nThis is a permanent error.\na@b.org" + b" " * N + b"x",
        HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * N * 5,
        HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * N * 5,
        HEAD + b"Content-Type: text/html\n\n" + b"<div>" * N * 2,
    ],
)  # fmt: skip
def test_bombs(data: bytes) -> None:
    """What is made to be slow is as quick as its size allows."""
    begun = time.process_time()
    one_mail(data)
    one_text(data)
    assert time.process_time() - begun < 5
