"""What a task says about the person, in the owner's words and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from unit.relationships.stories import (
    ANA,
    after,
    day,
    log,
    meeting,
    planned,
    received,
    sent,
    tick,
)

from syncd.inference.model import Claim, Direction, Mode, SignalKind
from syncd.relationships import Profile, relate


def said(now: float, *claims: Claim, profile: Profile = ANA) -> dict[str, object]:
    """The variables that are not empty."""
    context = after(now, *claims, profile=profile).context_at(day(now))
    return {name: text for name, text in context.items() if text and name != "evidence"}


def test_nothing_is_said_about_nothing() -> None:
    """Every variable is there, and empty."""
    context = after(1).context_at(day(1))
    assert set(context) == {
        *("gives", "asks", "promises", "notes", "mutual", "next_meeting", "evidence"),
    }
    assert set(context.values()) == {""}


def test_open_loops_are_said_with_their_day_and_subject() -> None:
    """What they asked is a chance to give; what was asked of them may be asked again."""
    theirs = received(10, SignalKind.ASKS, title="Grant  budget\n")
    mine = sent(11, SignalKind.ASKS)
    assert said(10.5, theirs) == {"gives": "They asked on 16 January (Grant budget)"}
    assert said(11, mine) == {"asks": "You asked on 17 January"}


def test_promises_are_said_on_their_side_and_together() -> None:
    """A promise carries the day it named; the owner's is something to give, theirs to ask for."""
    mine = sent(11, SignalKind.PROMISES, due=date(2025, 1, 31), title="Slides")
    theirs = received(10, SignalKind.PROMISES)
    found = said(12, mine, theirs)
    assert found["gives"] == "You promised on 17 January, due 31 January (Slides)"
    assert found["asks"] == "They promised on 16 January"
    assert found["promises"] == f"{found['gives']}\n{found['asks']}"


def test_closed_and_expired_loops_are_not_said() -> None:
    """An answered question, and one of last season, are no matter for a task."""
    question = received(0, SignalKind.ASKS)
    assert said(5, question, sent(1)) == {}
    assert said(95, question) == {}


def test_offers_last_a_year() -> None:
    """What they offered is what the owner may ask for."""
    offer = received(0, SignalKind.OFFERS, title="Catering")
    assert said(5, offer)["asks"] == "They offered help on 6 January (Catering)"
    assert said(363, offer)["asks"] == "They offered help on 6 January 2025 (Catering)"
    assert "asks" not in said(365, offer)


def test_notes_come_first() -> None:
    """The owner's own lines lead: needs before what was asked, offers before what was offered."""
    profile = replace(ANA, notes=("needs: a lawyer", "Offers: catering", "about: jazz"))
    found = said(2, received(1, SignalKind.ASKS), profile=profile)
    assert found["gives"] == "needs: a lawyer\nThey asked on 7 January"
    assert found["asks"] == "Offers: catering"
    assert found["notes"] == "needs: a lawyer\nOffers: catering\nabout: jazz"


def test_introductions_stay_said_when_they_are_closed() -> None:
    """Whom one was brought together with does not expire."""
    claims = [sent(0, SignalKind.INTRODUCES, title="Ana, meet Bo"), received(1)]
    assert said(300, *claims) == {"mutual": "You introduced them on 6 January (Ana, meet Bo)"}


def test_evidence_is_the_last_three_newest_first() -> None:
    """One line each: the day, what it was, its title and place."""
    claims = [
        sent(0, title="Hello"),
        received(1, title="Re: Hello"),
        meeting(2, Mode.IN_PERSON, title="Coffee", place="Café Aurora"),
        tick(3, Direction.BOTH, Mode.PHONE),
        log(4, Direction.BOTH),
    ]
    history = after(9, *claims)
    assert history.context_at(day(9))["evidence"] == (
        "2025-01-10 meeting (logged)\n"
        "2025-01-09 call (task ticked)\n"
        "2025-01-08 meeting, in person: Coffee (Café Aurora)"
    )
    assert history.context_at(day(1))["evidence"] == (
        "2025-01-07 message received: Re: Hello\n2025-01-06 message sent: Hello"
    )


def test_the_next_meeting_is_in_the_owners_time() -> None:
    """Nine in London is ten in Madrid."""
    claim = replace(planned(20, seen=1), title="Lunch", place="Plaza")
    history = relate(ANA, [claim], day(5), ZoneInfo("Europe/Madrid"))
    assert history.context_at(day(5))["next_meeting"] == "26 January at 10:00: Lunch (Plaza)"
    assert history.context_at(day(20))["next_meeting"] == ""


def test_long_titles_are_cut() -> None:
    """A subject that never ends does."""
    (line,) = str(after(2, sent(1, title="x" * 400)).context_at(day(2))["evidence"]).splitlines()
    assert len(line) < 140
    assert line.endswith("…")
