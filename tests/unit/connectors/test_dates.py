"""Dates of mail headers: every spelling of them, and what contradicts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.dates import mail_date
from connectors.formats.mime import read_message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("Mon,2 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("2 Mar 26 09:00 UT", "2026-03-02T09:00:00"),
        ("Tue, 5 Mar 96 09:00:00 GMT", "1996-03-05T09:00:00"),
        ("Tue, 05 Mar 102 09:00:00 GMT", "2002-03-05T09:00:00"),
        ("Mon, 2 Mar 2026 04:00:00 EST", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 10:00:00 CET", "2026-03-02T09:00:00"),
        ("Mon, 6 Jul 2026 11:00:00 MESZ", "2026-07-06T09:00:00"),
        ("Mon, 2 Mar 2026 18:00:00 JST", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 09:00:00 XYZ", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 09:00:00 +2400", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 09:00:00 -9999", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 10:00:00 +01:00", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 04:00:00 +-0500", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 10:00:00 +0100 (MEZ)", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 24:00:00 +0000", "2026-03-03T00:00:00"),
        ("Mon, 2 Mar 2026 09:00:60 +0000", "2026-03-02T09:00:59"),
        ("Mon Mar  2 09:00:00 2026", "2026-03-02T09:00:00"),
        ("Mon Mar  2 10:00:00 CET 2026", "2026-03-02T09:00:00"),
        ("Mon, 02 Mar 2026 02:05:00 PM GMT", "2026-03-02T14:05:00"),
        ("Mon, 02 Mar 2026 12:05:00 AM GMT", "2026-03-02T00:05:00"),
        ("Mon, 2 Mar 2026 09:00:00.123 +0000", "2026-03-02T09:00:00"),
        ("Mon, 2-Mar-2026 09:00:00 GMT", "2026-03-02T09:00:00"),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00"),
        ("2026-03-02 09:00:00", "2026-03-02T09:00:00"),
        ("Mo, 2 Mrz 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("Mo, 2 Mär 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("mar., 30 juil. 2002 10:00:00 +0200", "2002-07-30T08:00:00"),
        ("lun, 11 ago 2003 10:00:00 +0200", "2003-08-11T08:00:00"),
        ("Seg, 2 de março de 2026 09:00:00 +0000", "2026-03-02T09:00:00"),
        ("wo, 8 okt 2003 10:00:00 +0200", "2003-10-08T08:00:00"),
        ("Вт, 3 дек 2002 10:00:00 +0300", "2002-12-03T07:00:00"),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    """The moment that was meant, in UTC."""
    assert mail_date(text.encode()) == datetime.fromisoformat(expected + "+00:00")


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Mon, 31 Feb 2026 09:00:00", "Mon, 2 Mar 2026", "2 2026 09:00", "25:00:00",
     "Mon, 2 Mar 2026 25:00:00 +0000", "Mon, 2 Mar 2026 09:61 +0000", "02/03/2026 09:00"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    """Nothing is guessed: which number is the month, or what the day was."""
    assert mail_date(text.encode()) is None


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
    st.integers(-12 * 60, 14 * 60),
)
def test_what_others_write_is_read(local: datetime, minutes: int) -> None:
    """The standard library's own dates come back, to the second."""
    at = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert mail_date(format_datetime(at).encode()) == at
    assert mail_date(at.isoformat(sep=" ").encode()) == at
    assert mail_date(at.strftime("%d %b %y %H:%M:%S %z").encode()) == at or at.year not in range(
        1950, 2050
    )


@given(st.one_of(st.binary(max_size=80), st.text(max_size=60).map(str.encode)))
def test_any_bytes(data: bytes) -> None:
    """A moment in UTC or nothing, never an exception."""
    at = mail_date(data)
    assert at is None or at.tzinfo is UTC


WORDS = ("Mon,", "02", "2026", "2", "Mar", "10:00", "09:00:00", "+0100", "24", "CET", "PM", "de")


@given(st.lists(st.sampled_from(WORDS)))
def test_shuffled_words(words: list[str]) -> None:
    """Half a date, or one and a half, never fail."""
    at = mail_date(" ".join(words).encode())
    assert at is None or at.tzinfo is UTC


DAY = "Mon, 2 Mar 2026 09:00:00 +0000"
NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(*lines: str, envelope: str = "", fallback: datetime | None = None) -> datetime:
    """When the mail with these header lines was written."""
    text = envelope + "\n".join((*lines, "From: a@example.org")) + "\n\nbody"
    return read_message(text.encode(), fallback).at


def hop(date: str) -> str:
    """A line that a server put on top."""
    return f"Received: from x by y with ESMTP id 1;\n {date}"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Written, and underway for days: the date is right.
        ([hop("Sat, 7 Mar 2026 09:00:00 +0000"), f"Date: {DAY}"], "2026-03-02"),
        # The clock of the sender stood at 1998.
        ([hop(DAY), hop(DAY), "Date: Thu, 1 Jan 1998 00:00:00 +0000"], "2026-03-02"),
        # Fetched years later: the first server is the witness.
        ([hop("Fri, 2 Mar 2029 09:00:00 +0000"), hop(DAY), f"Date: {DAY}"], "2026-03-02"),
        ([hop("Fri, 2 Mar 2029 09:00:00 +0000"), hop(DAY), "Date: 1 Jan 1998 00:00"], "2026-03-02"),
        # Sent on by its recipient years later.
        ([hop("Fri, 2 Mar 2029 09:00:00 +0000"), "Resent-Date: Fri, 2 Mar 2029 09:00:00 +0000",
          f"Date: {DAY}"], "2026-03-02"),
        # From the future, as its arrival says.
        ([hop(DAY), "Date: Sat, 2 Mar 2036 09:00:00 +0000"], "2026-03-02"),
        ([hop("no date"), hop(DAY), "Date: Sat, 2 Mar 2036 09:00:00 +0000"], "2026-03-02"),
        # From the future, and nobody contradicts.
        (["Date: Sat, 2 Mar 2036 09:00:00 +0000"], "2036-03-02"),
        # A first hop that is younger than the last one lies itself.
        ([hop("Tue, 10 Mar 2026 09:00:00 +0000"), hop("Sat, 2 Mar 2036 09:00:00 +0000"),
          "Date: Sun, 1 Mar 2026 09:00:00 +0000"], "2026-03-01"),
        ([hop(DAY), "Date: nonsense"], "2026-03-02"),
        (["Date: nonsense", f"Delivery-Date: {DAY}"], "2026-03-02"),
        (["Date: nonsense", f"Date: {DAY}", f"Delivery-Date: {DAY}"], "2026-03-02"),
    ],
)  # fmt: skip
def test_dates_that_lie(lines: list[str], expected: str) -> None:
    """Date is believed unless the servers that the mail passed contradict it."""
    assert read(*lines).date().isoformat() == expected


def test_the_last_resorts() -> None:
    """The separator of an mbox, then what the store says."""
    envelope = "From ana@example.org Mon Mar  2 09:00:00 2026\n"
    later = NOON + timedelta(days=1)
    assert read("Subject: x", envelope=envelope, fallback=later) == NOON
    assert read("Subject: x", fallback=later) == later
    assert read(f"Date: {DAY}", envelope=envelope.replace("2026", "2024")) == NOON


def test_a_mail_that_was_sent_on_keeps_its_author() -> None:
    """Resent-From, -To and -Date never overwrite what the author wrote."""
    data = (
        f"Resent-From: rui@example.com\nResent-To: bea@example.net\nResent-Date: {DAY}\n"
        "From: ana@example.org\nTo: rui@example.com\nDate: Sun, 1 Mar 2026 09:00:00 +0000\n\n"
    )
    message = read_message(data.encode())
    assert [box.addr for box in (*message.from_, *message.to)] == [
        "ana@example.org",
        "rui@example.com",
    ]
    assert message.at == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Mon, 2 Mar 20²6 09:00:00 +0000", "², ³ ¹", "² Mar 2026 09:00"])
def test_superscripts_are_no_digits(date: str) -> None:
    """What looks like a digit and is none spoils the date, and nothing else."""
    for written in (date.encode(), date.encode("latin-1")):
        mail_date(written)
