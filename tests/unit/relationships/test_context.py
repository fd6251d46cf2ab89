"""What a task says about the person, in the owner's words and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
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

from rules.durations import Clock
from rules.variables import variables
from syncd.inference.model import Claim, Direction, Mode, SignalKind
from syncd.relationships import Profile, relate
from syncd.relationships.words import quoted


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
    """What they asked is a chance to give; what was asked, either way, may be asked again."""
    theirs = replace(received(10, SignalKind.ASKS, title="Re: Grant  budget\n"), link="mid:1@x")
    mine = sent(11, SignalKind.ASKS)
    told = "Ana asked you on 16 January (Grant budget) <mid:1@x>"
    assert said(10.5, theirs) == {"gives": told, "asks": told}
    assert said(11, mine) == {"asks": "You asked Ana on 17 January"}


def test_promises_are_said_on_their_side_and_together() -> None:
    """A promise carries the day it named; the owner's is something to give, theirs to ask for."""
    mine = sent(11, SignalKind.PROMISES, due=date(2025, 1, 31), title="Slides")
    theirs = received(10, SignalKind.PROMISES)
    found = said(12, mine, theirs)
    assert found["gives"] == "You promised Ana something on 17 January (Slides), due 31 January"
    assert found["asks"] == "Ana promised you something on 16 January"
    assert found["promises"] == f"{found['gives']}\n{found['asks']}"


def test_loops_are_said_newest_first_and_five_at_most() -> None:
    """Of all kinds together, whatever order they come in."""
    asked = [received(2 * n, SignalKind.ASKS, title=f"a{n}") for n in range(4)]
    offered = [sent(0.5, SignalKind.OFFERS, title="o")]
    lines = str(said(7, *offered, *asked)["gives"]).splitlines()
    assert [line.partition("(")[2] for line in lines] == ["a3)", "a2)", "a1)", "o)"]
    many = [received(n, SignalKind.ASKS, title=f"a{n}") for n in range(9)]
    lines = str(said(9, *many)["gives"]).splitlines()
    assert [line[-3:] for line in lines] == ["a8)", "a7)", "a6)", "a5)", "a4)"]


def test_closed_and_expired_loops_are_not_said() -> None:
    """An answered question, and one of last season, are no matter for a task."""
    question = received(0, SignalKind.ASKS)
    assert said(5, question, sent(1)) == {}
    assert said(95, question) == {}


def test_offers_last_a_year() -> None:
    """What they offered is what the owner may ask for."""
    offer = received(0, SignalKind.OFFERS, title="Catering")
    assert said(5, offer)["asks"] == "Ana offered you help on 6 January (Catering)"
    assert said(363, offer)["asks"] == "Ana offered you help on 6 January 2025 (Catering)"
    assert "asks" not in said(365, offer)


def test_notes_come_first() -> None:
    """The owner's own lines lead: needs before what was asked, offers before what was offered."""
    profile = replace(ANA, notes=("needs: a lawyer", "Offers: catering", "about: jazz"))
    found = said(2, received(1, SignalKind.ASKS), profile=profile)
    assert found["gives"] == "needs: a lawyer\nAna asked you on 7 January"
    assert found["asks"] == "Offers: catering\nAna asked you on 7 January"
    listed = said(2, profile=replace(ANA, notes=("- NEEDS : sails", "no needs: none")))
    assert listed == {"gives": "- NEEDS : sails", "notes": "- NEEDS : sails\nno needs: none"}
    assert found["notes"] == "needs: a lawyer\nOffers: catering\nabout: jazz"


def test_what_the_task_is_about_comes_first() -> None:
    """Before newer questions and the owner's own lines, however many there are; of one mail the
    sentence that started the clock."""
    both = received(1, SignalKind.ASKS, SignalKind.PROMISES, title="Sails", key="m1")
    many = [received(n, SignalKind.ASKS, title=f"a{n}") for n in range(2, 9)]
    profile = replace(ANA, notes=("Offers: catering",))
    history = after(9, both, *many, profile=profile)
    lines = str(history.context_at(day(9), "m1#asked")["asks"]).splitlines()
    assert lines[:2] == ["Ana asked you on 7 January (Sails)", "Offers: catering"]
    assert [line[-3:] for line in lines[2:]] == ["a8)", "a7)", "a6)", "a5)"]
    history = after(9, both, sent(2, SignalKind.ASKS), profile=profile)
    lines = str(history.context_at(day(9), "m1#promised")["asks"]).splitlines()
    promised = "Ana promised you something on 7 January (Sails)"
    assert lines == [promised, "Offers: catering", "You asked Ana on 8 January"]


def test_introductions_stay_said_when_they_are_closed() -> None:
    """Whom one was brought together with does not expire."""
    claims = [sent(0, SignalKind.INTRODUCES, title="Ana, meet Bo"), received(1)]
    assert said(300, *claims) == {"mutual": "You introduced Ana on 6 January (Ana, meet Bo)"}


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


def test_what_a_task_is_about_is_always_evidence() -> None:
    """Where and when they met stands behind the last three; once where it is one of them."""
    coffee = replace(meeting(0, title="Coffee", key="m0"), link="https://example.org/a b")
    claims = [coffee, *(sent(n, title=f"t{n}") for n in range(1, 5))]
    history = after(9, *claims)
    lines = str(history.context_at(day(9), "m0#proposed")["evidence"]).splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        *("t4", "t3", "t2", "Coffee <https://example.org/a%20b>")
    ]
    assert len(str(history.context_at(day(2), "m0")["evidence"]).splitlines()) == 3
    assert len(str(history.context_at(day(9), "card:2025")["evidence"]).splitlines()) == 3


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


def test_a_link_that_is_no_use_is_left_out() -> None:
    """Half a link opens nothing."""
    claim = replace(sent(1, title="x"), link="https://example.org/" + "y" * 600)
    assert after(2, claim).context_at(day(2))["evidence"] == "2025-01-07 message sent: x"


def test_somebody_without_a_name_is_called_by_their_address() -> None:
    """There is nothing better to call them."""
    profile = replace(ANA, name="ana@example.org")
    found = said(2, received(1, SignalKind.ASKS), profile=profile)
    assert found["asks"] == "ana@example.org asked you on 7 January"


def test_every_quote_of_a_title_can_be_found_again() -> None:
    """What a task prints of a title is known to whoever has to take it out."""
    title = "Re: " + "Lunch with Bob " * 9
    claim = received(1, SignalKind.ASKS, title=title)
    history = after(2, claim)
    (event,) = [event for event in history.events if "asked_me" in event.kinds]
    values = variables(event, history, day(2), Clock(UTC))
    texts = [
        *(str(values[name]) for name in ("asks", "evidence", "connection_note")),
        str(values["since"]),
    ]
    assert all(any(quote in text for quote in quoted(title)) for text in texts)
