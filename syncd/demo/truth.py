"""What really happened, for whoever wants to compare it with what the pipeline concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.demo.cast import OWNER, Cast, Person
from syncd.demo.robots import LIST, NEWSLETTERS, ROBOTS


@dataclass(frozen=True, slots=True)
class Truth:
    """Who is whom. A person has `name`, `address` and perhaps `second`; machines are addresses."""

    owner: Person

    # Everyday life
    colleagues: tuple[Person, ...]
    clients: tuple[Person, ...]  # met in person within the last 60 days, again and again
    friends: tuple[Person, ...]  # likewise
    house: tuple[Person, ...]  # only ever in the all-hands, and in Cc of mail to everybody
    weekly_partner: Person  # a weekly series: one instance moved, two and the holiday's dropped

    # First meetings and what the owner did since
    met_yesterday: Person  # in person, on the owner's invitation; nothing since
    met_by_video: Person  # 5 days ago, thanked the same evening
    met_in_group: tuple[Person, ...]  # 3 days ago among four, invited by a client; never written to
    met_and_thanked: Person  # 9 days ago, thanked and card saved; not called
    met_and_done: Person  # 16 days ago; thanked, called and met again: nothing is left to do
    met_too_long_ago: Person  # 19 days ago and thanked: a call task would be older than catch_up
    met_once: tuple[Person, ...]  # 66 to 70 days ago, called since, not met again
    met_once_scheduled: Person  # the same, and lunch is in the diary for next week
    met_once_too_long_ago: Person  # 86 days ago: that reminder is older than catch_up
    future_only: Person  # two mails, and a first meeting that is still to come

    # Meetings that were none
    ghosted: Person  # both accepted; "sorry I missed our meeting" came from the other
    stood_up: Person  # both accepted; the owner wrote it
    declined: Person  # the owner declined
    declined_owner: Person  # the other declined
    cancelled: tuple[Person, ...]  # by prefix and status; by prefix alone
    double_booked: tuple[Person, ...]  # at the same hour, and nothing tells which took place
    double_booked_missed: Person  # of two at the same hour, the one the owner excused
    met_while_away: Person  # both accepted, but the owner was out of office
    assistant: Person  # organised a meeting without taking part; wrote one mail about it
    reminder_call: Person  # "Call Ben" is a reminder, not a call
    reminder_gift: Person  # "Gift for Mia" likewise

    # Meetings nobody can be sure of
    never_answered: Person  # invited by the owner, without an answer
    never_answered_by_owner: Person  # invited the owner, who did not answer

    # Meetings that were real after all
    unanswered_but_met: Person  # no answer, but "it was great to see you"
    double_booked_met: Person  # of two at the same hour, the one that took place
    free_but_met: Person  # a 1:1 that both accepted, marked as free time
    met_through_assistant: Person
    reminder_confirmed: Person  # "Call Otto", and a mail about the call
    coffee: Person  # "Coffee with Lena": entries without attendees

    # Open loops and closed ones
    coffee_forgotten: Person  # "we should have coffee", 12 days ago, and no meeting since
    coffee_kept: Person
    promise_open: Person  # the owner owes slides
    promise_kept: Person
    their_promise_open: Person  # owes the owner a programme
    question_to_answer: Person  # asked the owner 6 days ago
    question_waiting: Person  # was asked by the owner 8 days ago
    questions_answered: Person  # both ways
    introducer: Person
    introduced: Person  # by the introducer, a week ago; the owner has not reacted
    introduced_pair: tuple[Person, ...]  # by the owner, 17 days ago, without an echo
    introduced_with_echo: tuple[Person, ...]

    # Ties of their own kind
    online_friend: Person  # mail and video for a year, never met in person
    dormant: Person  # close for five months, silent for seven
    inner_overdue: Person  # in the tier `inner`, silent for longer than its cadence
    two_addresses: Person  # writes from both; a card joins them
    pitch_answered: Person  # a cold pitch that the owner answered four months later
    answered_with_bulk_headers: Person  # a human answer under bulk headers
    list_answered: Person  # answered the owner's question to the list, in person
    card_only: Person  # in the address book and nowhere else

    # No contact at all
    cold_pitchers: tuple[Person, ...]  # human-looking mail, never answered
    list_posters: tuple[Person, ...]
    bounced: Person  # the only mail to them came back
    out_of_office: Person  # only an automatic answer came
    newsletter_senders: tuple[str, ...]
    robots: tuple[str, ...]
    mailing_list: str

    tasks: Mapping[str, tuple[Person, ...]]
    """The verdicts that are open at the end, by rule id, before limits hold some of them back."""


def truth_of(cast: Cast) -> Truth:
    """The roles of the cast; fields and roles share their names wherever one person plays."""
    one, several = cast.one, cast.all
    return Truth(
        owner=OWNER,
        colleagues=several("colleague"),
        clients=several("client"),
        friends=several("friend"),
        house=several("house"),
        weekly_partner=one("weekly_partner"),
        met_yesterday=one("met_yesterday"),
        met_by_video=one("met_by_video"),
        met_in_group=several("met_in_group"),
        met_and_thanked=one("met_and_thanked"),
        met_and_done=one("met_and_done"),
        met_too_long_ago=one("met_too_long_ago"),
        met_once=several("met_once"),
        met_once_scheduled=one("met_once_scheduled"),
        met_once_too_long_ago=one("met_once_too_long_ago"),
        future_only=one("future_only"),
        ghosted=one("ghosted"),
        stood_up=one("stood_up"),
        declined=one("declined"),
        declined_owner=one("declined_owner"),
        cancelled=several("cancelled"),
        double_booked=several("double_booked"),
        double_booked_missed=one("double_booked_missed"),
        met_while_away=one("met_while_away"),
        assistant=one("assistant"),
        reminder_call=one("reminder_call"),
        reminder_gift=one("reminder_gift"),
        never_answered=one("never_answered"),
        never_answered_by_owner=one("never_answered_by_owner"),
        unanswered_but_met=one("unanswered_but_met"),
        double_booked_met=one("double_booked_met"),
        free_but_met=one("free_but_met"),
        met_through_assistant=one("met_through_assistant"),
        reminder_confirmed=one("reminder_confirmed"),
        coffee=one("coffee"),
        coffee_forgotten=one("coffee_forgotten"),
        coffee_kept=one("coffee_kept"),
        promise_open=one("promise_open"),
        promise_kept=one("promise_kept"),
        their_promise_open=one("their_promise_open"),
        question_to_answer=one("question_to_answer"),
        question_waiting=one("question_waiting"),
        questions_answered=one("questions_answered"),
        introducer=one("introducer"),
        introduced=one("introduced"),
        introduced_pair=several("introduced_pair"),
        introduced_with_echo=several("introduced_with_echo"),
        online_friend=one("online_friend"),
        dormant=one("dormant"),
        inner_overdue=one("inner_overdue"),
        two_addresses=one("two_addresses"),
        pitch_answered=one("pitch_answered"),
        answered_with_bulk_headers=one("answered_with_bulk_headers"),
        list_answered=one("list_answered"),
        card_only=one("card_only"),
        cold_pitchers=several("cold_pitcher"),
        list_posters=several("list_poster"),
        bounced=one("bounced"),
        out_of_office=one("out_of_office"),
        newsletter_senders=tuple(one.address for one in NEWSLETTERS),
        robots=tuple(one.address for one in ROBOTS),
        mailing_list=LIST.address,
        tasks=_tasks(cast),
    )


def _tasks(cast: Cast) -> Mapping[str, tuple[Person, ...]]:
    one, several = cast.one, cast.all
    return {
        "thank-within-48-hours": (one("met_yesterday"), *several("met_in_group")),
        "call-in-30-days": (one("met_yesterday"), one("met_by_video"), one("met_and_thanked")),
        "meet-within-90-days": several("met_once"),
        "answer-question": several("question_to_answer"),
        "keep-promise": several("promise_open"),
        "ask-again": several("question_waiting"),
        "promised-coffee": several("coffee_forgotten"),
        "inner-circle": several("inner_overdue"),
    }
