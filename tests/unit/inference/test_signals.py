"""What a text does: asks, promises, proposes, thanks, and what it tells about meetings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.model import Signal, SignalKind
from syncd.inference.signals import read_signals, sentences

LISBON = ZoneInfo("Europe/Lisbon")
WEDNESDAY = datetime(2026, 3, 4, 10, tzinfo=UTC)

ASKS, PROMISES = SignalKind.ASKS, SignalKind.PROMISES
PROPOSES, THANKS = SignalKind.PROPOSES_MEETING, SignalKind.THANKS
CONFIRMS, MISSED = SignalKind.CONFIRMS_MEETING, SignalKind.MISSED_MEETING
CANCELS = SignalKind.CANCELS_MEETING


def read(text: str, language: str | None = None) -> tuple[Signal, ...]:
    return read_signals(text, at=WEDNESDAY, zone=LISBON, language=language)


def kinds(text: str) -> set[SignalKind]:
    return {signal.kind for signal in read(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Could you send me the slides?",
        "Can you please introduce me to Cleo?",
        "Please let me know by Friday whether you can make it.",
        "Let me know what you think.",
        "Would you mind having a look at the draft?",
        "I was wondering if you could help me with the translation.",
        "What time does the train leave?",
        "Any news on the contract?",
        "I'd appreciate your feedback on the draft.",
        "Do you know a good lawyer in Lisbon?",
        "Hi Ana, please forward this to Cleo.",
        "Have you heard back from the bank?",
        "Ana, could you do me a favour?",
        "Did you get my last mail?",
        "If you have a minute, could you check the numbers?",
        "Don't forget to bring the keys.",
        "I need your signature on the form.",
    ],
)
def test_who_wants_something_asks(text: str) -> None:
    """Requests, questions, and wishes that only the reader can fulfil."""
    assert kinds(text) == {ASKS}


@pytest.mark.parametrize(
    "text",
    [
        "How are you?",
        "Hi Ana, how are you doing?",
        "How's it going?",
        "How was your weekend?",
        "I hope you are well.",
        "Let me know if you have any questions.",
        "Please let me know if you have any questions or concerns.",
        "Please don't hesitate to contact me.",
        "Feel free to call me any time.",
        "If you have any questions, please call me.",
        "Please note that the office is closed on Monday.",
        "Let me know if I can help.",
        "Who would have thought?",
        "Can you believe it?",
        "He asked if you could come.",
        "Cleo asked me whether I could help.",
        '"Can you help me?" she said.',
        "They have to let us know tomorrow.",
    ],
)
def test_a_courtesy_asks_nothing(text: str) -> None:
    """Greetings, rhetoric, set phrases, and what somebody else asked."""
    assert kinds(text) == set()


@pytest.mark.parametrize("text", ["I would like you to meet Ben.", "Can I help with the boxes?"])
def test_who_gives_something_asks_nothing(text: str) -> None:
    """An introduction and an offer, though worded like a wish and a question."""
    assert ASKS not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'll send you the slides tomorrow.",
        "I will get back to you by Friday.",
        "Will do!",
        "I'll introduce you to Cleo next week.",
        "I'm going to call the bank on Monday.",
        "I'll let you know as soon as I hear from them.",
        "Let me check with Ben and get back to you.",
        "I promise to return the book.",
        "You'll have the contract by tomorrow evening.",
        "We'll send the invoice next week.",
        "When I get back I'll call you.",
    ],
)
def test_who_says_what_they_will_do_promises(text: str) -> None:
    """A deed of the author, for the reader, ahead."""
    assert kinds(text) == {PROMISES}


@pytest.mark.parametrize(
    "text",
    [
        "I'll be happy to help if you need anything.",
        "I'll be in Lisbon next week.",
        "I will not send it.",
        "I won't forget.",
        "I don't think I'll send it.",
        "If you send me the file, I'll have a look.",
        "He'll send it tomorrow.",
        "Maybe I'll call them.",
        '"We will pay for it," Dora said.',
    ],
)
def test_a_condition_or_a_courtesy_promises_nothing(text: str) -> None:
    """Negations, conditions, plans of others and where somebody will be."""
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "We should have coffee some day.",
        "Let's have lunch next week.",
        "Coffee on Thursday?",
        "We should catch up soon.",
        "It would be great to meet up when you are in town.",
        "Shall we meet on Friday at 10?",
        "Are you free for a call tomorrow?",
        "Would you like to join us for dinner on Saturday?",
        "How about a beer after work?",
        "We must get together some time.",
        "Would love to grab a coffee with you.",
        "Does Tuesday work for you?",
        "Do you have time for a quick chat this week?",
        "Why don't we meet for a drink?",
        "Want to grab lunch?",
    ],
)
def test_a_meeting_is_proposed_also_vaguely(text: str) -> None:
    """ "Some day" is a proposal, too; a proposal may also be a question."""
    assert PROPOSES in kinds(text)
    assert kinds(text) <= {PROPOSES, ASKS}


@pytest.mark.parametrize(
    "text",
    [
        "We should have met last week.",
        "We need to meet the deadline.",
        "The board should meet more often.",
        "They will meet next week.",
        "We met last year in Berlin.",
        "Looking forward to meeting you.",
        "See you tomorrow!",
        "Let's see what happens.",
        "Let's hope so.",
        "I want to meet with Frank about the budget.",
    ],
)
def test_talk_about_meetings_proposes_none(text: str) -> None:
    """What was, what others do, and deadlines."""
    assert PROPOSES not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much for the introduction!",
        "Thanks for sending the book.",
        "I really appreciate your help.",
        "I can't thank you enough.",
        "I'm so grateful for your support.",
    ],
)
def test_who_is_thankful_says_for_what(text: str) -> None:
    """Thanks for something that was done."""
    assert kinds(text) == {THANKS}


@pytest.mark.parametrize(
    "text",
    [
        "Thanks in advance.",
        "No thanks.",
        "Thanks to Ben we found it.",
        "Thank you for your interest in our product.",
        "Thank God it's Friday.",
        "See you.\n\nThanks,\nBen",
    ],
)
def test_a_formula_thanks_nobody(text: str) -> None:
    """In advance, refusals, closings and what firms write."""
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "It was great to see you yesterday.",
        "Great seeing you at the conference.",
        "Thanks for lunch yesterday!",
        "Thank you for meeting with me today.",
        "I really enjoyed our conversation.",
        "As we discussed yesterday, here is the plan.",
        "Nice meeting you this morning.",
        "Good talking to you.",
        "Lovely to catch up with you last night.",
    ],
)
def test_a_meeting_that_took_place_is_remembered(text: str) -> None:
    """Such mail overrides two acceptances, so it has to say that it happened."""
    assert CONFIRMS in kinds(text)
    assert kinds(text) <= {CONFIRMS, THANKS}


@pytest.mark.parametrize(
    "text",
    [
        "It would be great to see you.",
        "It will be nice to see you tomorrow.",
        "Great to hear from you!",
        "I hope to see you soon.",
        "Looking forward to our meeting.",
        "Thanks for your message.",
    ],
)
def test_a_hope_confirms_nothing(text: str) -> None:
    """What is ahead did not happen."""
    assert CONFIRMS not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sorry I missed you yesterday.",
        "Sorry I couldn't make it.",
        "I'm so sorry for missing our call.",
        "We missed you at lunch.",
        "I waited for you for an hour.",
        "Sorry you couldn't make it last night.",
        "I completely forgot about our lunch.",
    ],
)
def test_a_missed_meeting_is_regretted(text: str) -> None:
    """By either side."""
    assert kinds(text) == {MISSED}


@pytest.mark.parametrize(
    "text",
    [
        "Sorry I missed your email.",
        "Sorry I missed your call.",
        "Don't miss the deadline.",
        "I miss you!",
    ],
)
def test_missing_something_else_is_no_missed_meeting(text: str) -> None:
    """Mails, calls out of the blue, deadlines."""
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "I have to cancel tomorrow.",
        "I'm afraid I have to cancel our lunch.",
        "I can't make it tomorrow.",
        "Something came up and I won't be able to join.",
        "Can we reschedule?",
        "I need to reschedule our call.",
        "Can I take a rain check?",
    ],
)
def test_a_meeting_is_called_off(text: str) -> None:
    """By the author, for a meeting ahead."""
    assert CANCELS in kinds(text)
    assert kinds(text) <= {CANCELS, ASKS}


@pytest.mark.parametrize(
    "text",
    [
        "If you have to cancel, let me know.",
        "I had to cancel my subscription.",
        "I don't have to cancel.",
        "You can cancel at any time.",
        "Sorry to hear that you can't make it.",
    ],
)
def test_other_cancellations_call_nothing_off(text: str) -> None:
    """Conditions, contracts, and what the reader does."""
    assert CANCELS not in kinds(text)


def test_a_day_is_read_in_the_owners_zone() -> None:
    """Just before midnight UTC it is tomorrow already in Lisbon's summer."""
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    (signal,) = read_signals("I'll send it today.", at=late, zone=LISBON)
    assert signal.due == date(2026, 7, 2)


def test_one_signal_a_kind_and_day() -> None:
    """Two promises for two days are two; a request with a date needs none without."""
    assert [(s.kind, s.due) for s in read("I'll send it on Friday. I'll call you on Monday.")] == [
        (PROMISES, date(2026, 3, 6)),
        (PROMISES, date(2026, 3, 9)),
    ]
    assert [(s.kind, s.due) for s in read("Can you check it? Please send it by Friday.")] == [
        (ASKS, date(2026, 3, 6))
    ]


def test_only_deeds_are_due() -> None:
    """Thanks for yesterday, or for next week, have no day."""
    assert [s.due for s in read("Thanks for inviting me to the party next week!")] == [None]


def test_only_the_new_text_is_read() -> None:
    """Quotes and signatures never make a signal."""
    text = "Fine.\n\n-- \nBen. Could you call me?\n\nOn 3 March Ana wrote:\n> Can you send it?\n"
    assert read(text) == ()


def test_wrapped_lines_are_one_sentence() -> None:
    """Mailers break lines anywhere; blank lines and bullets end a sentence."""
    text = (
        "I was wondering whether you could perhaps send\nme the slides of Monday\n\n- and call Ben"
    )
    assert sentences(text) == [
        "I was wondering whether you could perhaps send me the slides of Monday",
        "and call Ben",
    ]


def test_an_abbreviation_ends_no_sentence() -> None:
    """ "Mr. Lang at 10 a.m. on Friday" is one."""
    assert len(sentences("Could you ask Mr. Lang at 10 a.m. on Friday? Thanks.")) == 2


def test_other_languages_are_not_guessed_at() -> None:
    """Unknown is a legal answer: no English rule reads German."""
    assert read("Could you send it?", "de") == ()
    assert read("Could you send it?", "en-GB") != ()
    assert kinds("Wie geht es dir? Was machst du morgen? Ich schicke es dir.") == set()
    assert kinds("Vous êtes libre demain ? On se voit bientôt.") == set()


@given(st.text(max_size=200))
def test_any_text_can_be_read(plain: str) -> None:
    """Nothing raises; signals are ordered, certain enough, and never due before writing."""
    found = read(plain)
    assert list(found) == sorted(found, key=lambda s: (s.kind.value, s.due or date.min))
    assert all(0.5 <= s.confidence <= 1 for s in found)
    assert all(s.due is None or s.due >= WEDNESDAY.date() for s in found)


SPOKEN = st.sampled_from(
    [
        "Could you send it by Friday?",
        "I'll call you tomorrow.",
        "Thanks for the book!",
        "Let's have lunch.",
        "Great seeing you yesterday.",
        "Can you help?",
        "Hello.",
        "I have to cancel tomorrow.",
    ]
)


@given(st.lists(SPOKEN, max_size=6), st.data())
def test_the_order_of_paragraphs_changes_nothing(said: list[str], data: st.DataObject) -> None:
    """A mail does the same whatever it says first."""
    shuffled = data.draw(st.permutations(said))
    assert read("\n\n".join(said)) == read("\n\n".join(shuffled))
