"""What the mail around a meeting decides: "great to see you", "sorry I missed you", "cancel"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Attendee, Mailbox, Meeting, Message, PartStat
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import (
    Claim,
    Dossier,
    Mode,
    Owner,
    Reading,
    Real,
    Sighted,
    Signal,
    SignalKind,
)

OWNER, ANA = "me@example.org", "ana@example.com"
ME = Owner(addresses=frozenset({OWNER}), zone=ZoneInfo("Europe/Lisbon"))
START = datetime(2026, 3, 10, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
NOW = END + timedelta(days=20)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIRMS, MISSED, CANCELS = (
    SignalKind.CONFIRMS_MEETING,
    SignalKind.MISSED_MEETING,
    SignalKind.CANCELS_MEETING,
)
YES, SILENT = PartStat.ACCEPTED, PartStat.UNKNOWN

Said = tuple[SignalKind, datetime]


def meeting(
    uid: str = "a",
    start: datetime = START,
    mine: PartStat = YES,
    theirs: PartStat = YES,
    **changes: Any,
) -> Meeting:
    """A 1:1 of an hour to which the owner invited Ana."""
    entry = Meeting(
        uid=uid,
        recurrence_id="",
        start=start,
        end=start + HOUR,
        title=f"Talks {uid}",
        organizer=Mailbox(OWNER),
        attendees=(Attendee(Mailbox(OWNER), mine), Attendee(Mailbox(ANA), theirs)),
    )
    return replace(entry, **changes)


def judged(
    *meetings: Meeting,
    said: tuple[Said, ...],
    now: datetime = NOW,
    sent: bool = False,
    sure: float = 0.9,
    due: date | None = None,
    **more: Any,
) -> dict[str, Claim]:
    """The claims about Ana by UID; `said` are her mails (or the owner's, with `sent`)."""
    author, reader = (OWNER, ANA) if sent else (ANA, OWNER)
    messages, readings = [], {}
    for number, (kind, at) in enumerate(said):
        mail = Message(str(number), at, from_=(Mailbox(author),), to=(Mailbox(reader),))
        messages.append(Sighted(f"message:{number}", mail, (), at))
        readings[f"message:{number}"] = Reading((Signal(kind, sure, due),))
    dossier = Dossier(
        addresses=frozenset({ANA}),
        messages=tuple(messages),
        meetings=tuple(Sighted(f"meeting:{m.uid}/", m, (), START) for m in meetings),
        readings=readings,
        **more,
    )
    return {claim.key[8:-1]: claim for claim in judge_meetings(dossier, ME, now)}


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize(
    "doubtful",
    [
        meeting(theirs=SILENT),
        meeting(theirs=PartStat.TENTATIVE),
        meeting(status="tentative"),
        meeting(title="Hold: Ana"),
    ],
)
def test_a_confirming_mail_decides_a_doubt(doubtful: Meeting, sent: bool) -> None:
    """ "Great to see you", from either side, makes an unknown meeting real."""
    claim = judged(doubtful, said=((CONFIRMS, END + DAY),), sent=sent)["a"]
    assert (claim.real, claim.weight) == (Real.YES, 1.0)
    assert claim.reasons[0] == "meeting:mail-confirms"


def test_a_confirming_mail_decides_a_clash() -> None:
    """Of two accepted at once both are unknown unless mail decides."""
    clashes = {"meeting:a/": "meeting:double-booked"}
    assert judged(meeting(), said=(), clashes=clashes)["a"].real is Real.UNKNOWN
    said = ((CONFIRMS, END + HOUR),)
    assert judged(meeting(), said=said, clashes=clashes)["a"].real is Real.YES


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((MISSED, END + DAY), "meeting:mail-missed"),
        ((MISSED, START + HOUR / 4), "meeting:mail-missed"),
        ((CANCELS, START - DAY), "meeting:mail-cancels"),
        ((CANCELS, START + HOUR / 2), "meeting:mail-cancels"),
    ],
)
def test_mail_overrides_two_acceptances(said: Said, reason: str) -> None:
    """ "Sorry I missed you" and "I have to cancel" weigh more than what the calendar says."""
    claim = judged(meeting(), said=(said,))["a"]
    assert (claim.real, claim.reasons, claim.weight) == (Real.NO, (reason,), 0.0)


@pytest.mark.parametrize(
    ("kind", "at", "heard"),
    [
        (CONFIRMS, START + HOUR * 0.75, True),
        (CONFIRMS, START + HOUR / 4, False),
        (CONFIRMS, END + 4 * DAY, True),
        (CONFIRMS, END + 4 * DAY + HOUR, False),
        (MISSED, END + 4 * DAY, True),
        (MISSED, END + 5 * DAY, False),
        (MISSED, START - HOUR, False),
        (CANCELS, START - 4 * DAY, True),
        (CANCELS, START - 5 * DAY, False),
        (CANCELS, START + HOUR, True),
        (CANCELS, START + 2 * HOUR, False),
    ],
)
def test_mail_is_about_meetings_within_four_days(
    kind: SignalKind, at: datetime, heard: bool
) -> None:
    """Later it is a memory, earlier a plan; who cancels does so at latest within the hour."""
    claim = judged(meeting(theirs=SILENT), said=((kind, at),))["a"]
    assert (claim.real is not Real.UNKNOWN) is heard


def test_looking_back_is_about_the_last_meeting() -> None:
    """Of several the closest one before the mail."""
    early, late = meeting("a", theirs=SILENT), meeting("b", START + DAY, theirs=SILENT)
    claims = judged(early, late, said=((CONFIRMS, END + DAY + HOUR),))
    assert [claims[uid].real for uid in "ab"] == [Real.UNKNOWN, Real.YES]
    claims = judged(early, late, said=((MISSED, END + HOUR),))
    assert [claims[uid].real for uid in "ab"] == [Real.NO, Real.UNKNOWN]


def test_cancelling_is_about_the_next_meeting() -> None:
    """Of several the closest one after the mail."""
    claims = judged(meeting("a"), meeting("b", START + DAY), said=((CANCELS, START - HOUR),))
    assert [claims[uid].real for uid in "ab"] == [Real.NO, Real.YES]


def test_cancelling_a_named_day_is_about_that_day() -> None:
    """ "I cannot make it on Wednesday" leaves Tuesday alone."""
    pair = (meeting("a"), meeting("b", START + DAY))
    claims = judged(*pair, said=((CANCELS, START - HOUR),), due=date(2026, 3, 11))
    assert [claims[uid].real for uid in "ab"] == [Real.YES, Real.NO]
    claims = judged(*pair, said=((CANCELS, START - HOUR),), due=date(2026, 3, 20))
    assert [claims[uid].real for uid in "ab"] == [Real.NO, Real.YES]


@pytest.mark.parametrize("kind", [CANCELS, MISSED])
def test_a_mail_about_a_cancelled_meeting_spares_the_other(kind: SignalKind) -> None:
    """The calendar knows already what the mail is about."""
    off = meeting("b", START + (3 * HOUR if kind is MISSED else -HOUR * 2), status="cancelled")
    at = START + 5 * HOUR if kind is MISSED else START - HOUR * 3
    claims = judged(meeting("a"), off, said=((kind, at),))
    assert [claims[uid].real for uid in "ab"] == [Real.YES, Real.NO]


def test_a_confirming_mail_is_never_about_what_was_called_off() -> None:
    """ "Great to see you" means the meeting before the cancelled one."""
    off = meeting("b", START + 3 * HOUR, status="cancelled")
    claims = judged(meeting("a", theirs=SILENT), off, said=((CONFIRMS, START + DAY),))
    assert [claims[uid].real for uid in "ab"] == [Real.YES, Real.NO]


def test_a_meeting_arranged_anew_survives_the_mail_that_moved_it() -> None:
    """ "Have to cancel, how about Tuesday?": the calendar was changed after the mail."""
    moved = meeting(sequence=1, modified=START - 20 * HOUR)
    assert judged(moved, said=((CANCELS, START - DAY),))["a"].real is Real.YES
    assert judged(moved, said=((CANCELS, START - HOUR),))["a"].real is Real.NO


@pytest.mark.parametrize(
    ("said", "real"),
    [
        (((CANCELS, START - HOUR), (CONFIRMS, END + HOUR)), Real.YES),
        (((MISSED, END + HOUR), (CONFIRMS, END + HOUR)), Real.UNKNOWN),
        (((CANCELS, START - HOUR), (MISSED, END + HOUR)), Real.NO),
    ],
)
def test_of_contradicting_mails_the_one_that_looks_back_knows(
    said: tuple[Said, ...], real: Real
) -> None:
    """Seen and missed at once is unknown."""
    assert judged(meeting(), said=said)["a"].real is real
    assert judged(meeting(), said=said[::-1])["a"].real is real


@pytest.mark.parametrize(
    "excluded",
    [
        meeting(status="cancelled"),
        meeting(all_day=True),
        meeting(theirs=PartStat.DECLINED),
        meeting(mine=PartStat.DECLINED),
        meeting(title="Flight to Lisbon"),
        meeting(attendees=(Attendee(Mailbox(ANA), YES),), organizer=Mailbox(ANA)),
    ],
)
def test_mail_does_not_undo_an_exclusion(excluded: Meeting) -> None:
    """They met somewhere, yet this entry was not it."""
    assert judged(excluded, said=((CONFIRMS, END + HOUR),))["a"].real is not Real.YES


@pytest.mark.parametrize("title", ["Call Ana", "Gift for Ana", "Ana", "Coffee with Ana"])
def test_a_reminder_counts_when_mail_confirms_it(title: str) -> None:
    """Unknown unless mail confirms it; half the weight stays."""
    entry = meeting(title=title, organizer=None, attendees=())
    said = ((CONFIRMS, END + HOUR),)
    claim = judged(entry, said=said, named=frozenset({"meeting:a/"}))["a"]
    assert (claim.real, claim.weight) == (Real.YES, 0.5)
    assert claim.mode is {"Call Ana": Mode.PHONE, "Coffee with Ana": Mode.IN_PERSON}.get(
        title, Mode.UNKNOWN
    )


def test_a_faint_signal_decides_nothing() -> None:
    """Better unknown than false."""
    assert judged(meeting(), said=((MISSED, END + HOUR),), sure=0.4)["a"].real is Real.YES


def test_mail_that_is_not_there_yet_decides_nothing() -> None:
    """A replay of the past does not know what was written later."""
    said = ((MISSED, END + DAY),)
    assert judged(meeting(), said=said, now=END + HOUR)["a"].real is Real.YES


def test_a_mail_that_cancels_unschedules() -> None:
    """What is called off by mail is nothing to look forward to, though only its end decides."""
    claim = judged(meeting(), said=((CANCELS, START - HOUR * 2),), now=START - HOUR)["a"]
    assert (claim.real, claim.scheduled) == (Real.PENDING, False)
    assert "meeting:mail-cancels" in claim.reasons
