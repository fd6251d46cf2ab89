"""The same letter sent one by one to more than a few people within an hour is one letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Mailbox, Message
from syncd.inference.letters import letters, topic

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
Copy = tuple[str, datetime, str, frozenset[str]]


def copies(count: int, every: timedelta, about: str = "news") -> list[Copy]:
    """`count` mails to one person each, the first at AT."""
    return [
        (f"message:{n}", AT + n * every, about, frozenset({f"guest{n}@example.com"}))
        for n in range(count)
    ]


def mail(subject: str, to: str = "bob@example.com", name: str = "Bob Archer") -> Message:
    return Message("m@x", AT, to=(Mailbox(to, name),), subject=subject)


def test_more_than_the_limit_within_an_hour_is_a_letter() -> None:
    """Eleven copies to eleven people are one letter, all of them."""
    sent = copies(11, timedelta(minutes=6))
    assert letters(sent, 10) == {key for key, *_ in sent}


def test_as_many_as_the_limit_are_personal_mails() -> None:
    """Ten are a few: the limit is inclusive."""
    assert letters(copies(10, timedelta(minutes=1)), 10) == frozenset()


def test_slower_than_that_they_are_written_one_by_one() -> None:
    """Eleven in more than an hour: no hour holds more than ten."""
    assert letters(copies(11, timedelta(minutes=6, seconds=1)), 10) == frozenset()


def test_any_hour_counts_and_takes_all_its_mails() -> None:
    """A late copy belongs to the letter while some hour holds it and enough others."""
    sent = copies(11, timedelta(minutes=1))
    near = ("near", AT + timedelta(minutes=60), "news", frozenset({"x@example.com"}))
    far = ("far", AT + timedelta(minutes=90), "news", frozenset({"y@example.com"}))
    assert letters([*sent, near, far], 10) == {key for key, *_ in sent} | {"near"}


def test_the_same_person_many_times_is_no_crowd() -> None:
    """Different people are counted, not mails."""
    sent = [(str(n), AT, "hello", frozenset({"bob@example.com"})) for n in range(30)]
    assert letters(sent, 10) == frozenset()


def test_different_topics_are_different_letters() -> None:
    """A busy hour of personal mails is no mailing."""
    sent = [(str(n), AT, f"topic {n}", frozenset({f"g{n}@example.com"})) for n in range(30)]
    assert letters(sent, 10) == frozenset()


def test_what_has_no_topic_is_no_letter() -> None:
    """Answers to thirty people are thirty answers."""
    assert (
        letters([(k, at, "", to) for k, at, _, to in copies(30, timedelta(0))], 10) == frozenset()
    )


def test_one_mail_to_many_is_not_the_letters_business() -> None:
    """It is one mail, judged by its own size."""
    crowd = frozenset(f"g{n}@example.com" for n in range(30))
    assert letters([("one", AT, "news", crowd)], 10) == frozenset()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 130),
            st.sampled_from(["a", "b", ""]),
            st.sets(st.integers(0, 5), max_size=3),
        ),
        max_size=14,
    ),
    st.integers(1, 4),
    st.data(),
)
def test_letters_are_what_some_hour_says(
    drawn: list[tuple[int, str, set[int]]], limit: int, data: st.DataObject
) -> None:
    """The fast answer equals trying every hour that begins with a mail, in any order of arrival."""
    sent: list[Copy] = [
        (str(n), AT + timedelta(minutes=minute), about, frozenset(f"g{x}@example.com" for x in to))
        for n, (minute, about, to) in enumerate(drawn)
    ]
    expected: set[str] = set()
    for _, begin, about, _ in sent:
        hour = [
            c for c in sent if c[2] == about and timedelta(0) <= c[1] - begin <= timedelta(hours=1)
        ]
        people = frozenset[str]().union(*(c[3] for c in hour))
        if about and len(hour) > 1 and len(people) > limit:
            expected |= {c[0] for c in hour}
    assert letters(data.draw(st.permutations(sent)), limit) == expected


@pytest.mark.parametrize(
    "subject", ["Re: News", "AW: News", "Fwd: News", "WG: x", "RV: x", "[dev] Re: x"]
)
def test_answers_and_forwards_have_no_topic(subject: str) -> None:
    """Nobody sends answers as a mailing."""
    assert topic(mail(subject)) == ""


def test_a_mail_in_a_thread_has_no_topic() -> None:
    """Whatever its subject says."""
    assert topic(Message("m@x", AT, subject="News", in_reply_to="p@x")) == ""
    assert topic(Message("m@x", AT, subject="News", references=("p@x",))) == ""


def test_the_recipients_name_does_not_make_another_topic() -> None:
    """A mail merge that greets everybody by name is still one letter."""
    ana = mail("Ana, quick question", "ana.silva@example.org", "")
    bob = mail("Bob Archer, quick  QUESTION!")
    assert topic(ana) == topic(bob) != topic(mail("Quick answer"))
