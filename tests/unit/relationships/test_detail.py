"""Both directions of everything, side by side."""

from __future__ import annotations

from unit.relationships.stories import after, day, meeting, planned, received, sent

from syncd.inference.model import Mode, SignalKind


def test_firsts_lasts_and_counts() -> None:
    """By kind, and by the distinct days of each kind."""
    history = after(
        40, sent(0), sent(0.1), received(3), meeting(5, Mode.IN_PERSON), meeting(9, Mode.VIDEO)
    )
    facts = history.facts_json(day(40))
    assert (facts["first_contact"], facts["last_contact"]) == (day(0), day(9))
    assert (facts["first_sent"], facts["last_sent"]) == (day(0), day(0.1))
    assert (facts["first_meeting"], facts["first_call"]) == (day(5), day(9))
    assert facts["last_in_person"] == day(5)
    assert facts["counts"] == {
        "interactions": 5,
        "meetings": 2,
        "in_person": 1,
        "calls": 1,
        "sent": 2,
        "received": 1,
    }
    assert facts["counts_by_day"] == {
        "interactions": 4,
        "meetings": 2,
        "in_person": 1,
        "calls": 1,
        "sent": 1,
        "received": 1,
    }


def test_who_starts() -> None:
    """Mail that answers nothing, and meetings by their convener."""
    claims = [
        sent(0, key="message:a"),
        received(1, answers="message:a"),
        received(2, title="Re: something older"),
        received(3, title="Reading list"),
        meeting(4, organised=True),
    ]
    assert after(9, *claims).facts_json(day(9))["starting"] == {"mine": 2, "theirs": 1}


def test_how_fast_each_answers() -> None:
    """The median of this pair's own delays, in hours."""
    claims = [
        received(0, key="message:a"),
        sent(1, key="message:b", answers="message:a"),
        received(1.5, key="message:c", answers="message:b"),
        sent(4.5, answers="message:c"),
        sent(5, answers="message:unknown"),
    ]
    assert after(9, *claims).facts_json(day(9))["answering"] == {
        "mine": {"answers": 2, "median_hours": 48.0, "last_hours": 72.0},
        "theirs": {"answers": 1, "median_hours": 12.0, "last_hours": 12.0},
    }


def test_giving_asking_and_promises() -> None:
    """Shown side by side; no score is made of them."""
    claims = [
        sent(0, SignalKind.ASKS, SignalKind.OFFERS),
        received(1, SignalKind.PROMISES, SignalKind.SHARES),
        received(2),
        sent(200, SignalKind.PROMISES, title="Slides"),
    ]
    facts = after(210, *claims).facts_json(day(210))
    assert facts["asking"] == {"mine": 1, "theirs": 0}
    assert facts["offering"] == {"mine": 1, "theirs": 0}
    assert facts["sharing"] == {"mine": 0, "theirs": 1}
    assert facts["promises"] == {
        "mine": {"made": 1, "kept": 0, "open": 1, "lapsed": 0},
        "theirs": {"made": 1, "kept": 1, "open": 0, "lapsed": 0},
    }
    assert facts["open_loops"] == {
        "mine": [
            {
                "kind": "i_promised",
                "at": day(200),
                "due": None,
                "title": "Slides",
                "evidence": claims[3].key + "#promised",
            }
        ],
        "theirs": [],
    }


def test_the_present_stands_beside_the_past() -> None:
    """Strength, stage and the next meeting are facts like any other."""
    facts = after(12, meeting(2, hours=0), planned(20, seen=1)).facts_json(day(12))
    assert (facts["stage"], facts["scheduled"], facts["next_meeting"]) == (
        "connection",
        True,
        day(20),
    )
    assert (facts["silent_days"], facts["rhythm_days"], facts["wanted"]) == (10.0, None, False)
