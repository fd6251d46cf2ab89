"""A year with Ana, and rules that ask for everything there is to ask: to step and to jump through.

A `Story` says what is known at any moment. Its `happenings` are the moments at which the world
tells something new; whatever else changes a verdict is the passing of time, and has to be
announced by `next`, `next_anchor` or `valid_until`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from unit.relationships import stories

from rules.evaluate import Clock, evaluate, next_anchor
from rules.history import EVENTS, LOOPS, Event, Facts, History, Subject
from rules.load import load
from rules.memory import IMPLIED, MemoryHistory, Period
from rules.model import RuleSet, StrengthBelow
from rules.verdict import Verdict
from syncd.inference.model import Claim, ClaimKind, Direction, Mode, Real, SignalKind
from syncd.relationships import PersonHistory, Profile, relate
from syncd.relationships.birthdays import Birthday

CLOCK = Clock(ZoneInfo("Europe/Lisbon"), frozenset({0, 1, 3, 6}))
START = stories.START  # Monday 6 January 2025, 09:00 UTC
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)

DURATIONS = (
    "48h", "9d", "3w", "2m", "3 working days", "0 working days", "cadence", "cadence x 2",
    "rhythm", "rhythm x 1.5",
)  # fmt: skip
CONDITIONS = (
    "silent_for: {above: 9d, at_most: 20d}",
    "silent_for: {at_least: 6w, below: 2000h}",
    "silent_for: {above: rhythm x 1.5}",
    "silent_for: {at_least: 1m, below: cadence x 4}",
    "silent_for: {above: 3 working days, at_most: 2m}",
    "strength: {above: 0.2}",
    "strength: {below: 0.3, at_least: 0.1}",
    "strength: {at_most: 0.25}",
    "stage: dormant",
    "stage: [contact, connection]",
    "scheduled: true",
    "scheduled: false, wanted: true",
    "online_only: false, colleague: false, channel: mail",
    "tier: warm",
    "tier: none",
    "tags: [sailing], domain: example.org",
    "counts: {sent: {at_least: 2}, days: {below: 9}}",
    "any: [{silent_for: {above: 30d}}, {all: [{strength: {below: 0.35}}, {scheduled: false}]}]",
    "not: {any: [{silent_for: {below: 12d}}, {stage: dormant}]}",
)


def _rules() -> RuleSet:
    lines = ["version: 1", "tiers:"]
    lines.append("  - {name: warm, where: {strength: {above: 0.3}}, cadence: 12d}")
    lines.append("  - {name: cool, where: {strength: {above: 0.1}}, cadence: 1m}")
    lines.append("rules:")

    def rule(name: str, fields: str) -> None:
        lines.append(f"  - {{id: {name}, task: {{title: x}}, {fields}}}")

    for number, name in enumerate(sorted(EVENTS)):
        stops = ["resolved"] if name in LOOPS else []
        stops += (["interaction"], ["birthday_soon", "card_added"], ["task_done"])[number % 3]
        anchor = ", anchor: oldest_open" if number % 4 == 1 else ""
        fields = f"until: [{', '.join(stops)}], remind: 1d, due: 5d, expires: 30d{anchor}"
        rule(f"event-{name}", f"since: {name}, {fields}")
        rule(f"until-{name}", f"since: interaction, until: {name}, due: 9d")
    for number, span in enumerate(DURATIONS):
        rule(f"length-{number}", f"since: interaction, remind: 1h, due: {span}")
    for number, where in enumerate(CONDITIONS):
        pause = ", pause_while: scheduled" if number % 3 == 0 else ""
        rule(
            f"where-{number}",
            f"since: interaction, due: 40d, expires: 90d, where: {{{where}}}{pause}",
        )
    for number in (0, 5, 17):
        where = f"where: {{{CONDITIONS[number]}}}"
        rule(f"later-{number}", f"since: meeting, remind: 8d, due: 60d, expires: 70d, {where}")
    rule("hours", "since: meeting, until: message_sent, remind: 48h, due: 96h, expires: 960h")
    rule("decay", "since: {strength_below: 0.3}, until: interaction, due: 7d, expires: 20d")
    rule("deeper", "since: {strength_below: 0.15}, until: birthday_soon, remind: 2d, due: 7d")
    return load([("yearlong.yaml", "\n".join(lines) + "\n")])


def _until_strength(rules: RuleSet) -> RuleSet:
    """And rules that decay stops, undelivered and waiting."""
    plain = next(rule for rule in rules.rules if rule.id == "until-interaction")
    held = next(rule for rule in rules.rules if rule.id == "later-5")
    stop = (StrengthBelow(0.3), "task_done")
    more = (
        replace(plain, id="until-decay", until=stop),
        replace(held, id="until-decay-later", until=stop),
        replace(plain, id="decay-to-decay", since=StrengthBelow(0.35), until=stop),
    )
    return replace(rules, rules=rules.rules + more)


RULES = _until_strength(_rules())


@dataclass(frozen=True)
class Story:
    """What is known at a moment, and the moments at which something new becomes known."""

    tell: Callable[[datetime], History]
    happenings: tuple[datetime, ...]
    _told: dict[datetime, History] = field(default_factory=dict)

    def known(self, now: datetime) -> History:
        """What is known now. The same moment is told once, and few of them are kept."""
        if now not in self._told:
            if len(self._told) > 2_000:
                self._told.clear()
            self._told[now] = self.tell(now)
        return self._told[now]

    def verdicts(self, rules: RuleSet, now: datetime) -> tuple[Verdict, ...]:
        return tuple(bare(one) for one in evaluate(rules, self.known(now), now, CLOCK))


def bare(verdict: Verdict) -> Verdict:
    """A verdict without what is allowed to differ from moment to moment: when to look again."""
    return replace(verdict, next=None, anchor=replace(verdict.anchor, closed_at=None, closed_by=""))


# --- told by events and periods ---


def remembered(past: MemoryHistory) -> Story:
    """A history of which only what is over is known."""

    def known(now: datetime) -> MemoryHistory:
        events = tuple(
            replace(event, closed_at=None, closed_by="")
            if event.closed_at is not None and event.closed_at > now
            else event
            for event in past.events
            if event.end <= now
        )
        periods = tuple(period for period in past.periods if period.since <= now)
        return replace(past, events=events, periods=periods)

    moments = {event.end for event in past.events}
    moments |= {event.closed_at for event in past.events if event.closed_at is not None}
    moments |= {period.since for period in past.periods}
    return Story(known, tuple(sorted(moments)))


def every_event() -> MemoryHistory:
    """Every event there is, two or three times in the year, with facts that come and go."""
    events = []
    for number, kind in enumerate(sorted(EVENTS - {"first_contact", "first_meeting"})):
        for turn in range(2 + number % 2):
            begins = START + timedelta(days=3 + 7 * number + 101 * turn, minutes=37 * number)
            end = begins + timedelta(minutes=25 * (number % 3))
            closed = end + timedelta(days=4 + number) if kind in LOOPS and turn == 0 else None
            events.append(
                Event(
                    frozenset({kind, *IMPLIED.get(kind, ())}),
                    begins,
                    end,
                    f"{kind}:{turn}",
                    size=1 + (number + turn) % 6,
                    closed_at=closed,
                    closed_by="" if closed is None else "closing",
                )
            )
    days = timedelta(days=1)
    periods = [
        Period(START - days, Facts(tags=frozenset({"Sailing"}), domain=frozenset({"example.org"}))),
        Period(START + 20 * days, Facts(stage="acquaintance", strength=0.5), 15 * days),
        Period(START + 90 * days, Facts(stage="connection", wanted=True, strength=0.9), 30 * days),
        Period(START + 150 * days, Facts(scheduled=True, strength=0.4, rhythm=9 * days), 60 * days),
        Period(START + 171 * days, Facts(wanted=True, strength=0.35, rhythm=9 * days), 5 * days),
        Period(START + 240 * days, Facts(stage="dormant", strength=0.25)),
        Period(START + 300 * days, Facts(stage="connection", strength=0.7), 44 * days),
    ]
    subject = Subject("p1", "Ana Silva", ("ana@example.org",))
    return MemoryHistory(subject, tuple(events), tuple(periods))


# --- told by claims ---


def told(claims: Sequence[Claim], profile: Profile) -> Story:
    """A person as the daemon sees them: folded anew whenever they are looked at."""

    def known(now: datetime) -> PersonHistory:
        seen = [one for claim in claims if (one := _as_of(claim, now)) is not None]
        return relate(profile, seen, now, CLOCK.zone)

    moments = {claim.until if claim.seen_at is None else claim.seen_at for claim in claims}
    if profile.card_seen_at is not None:
        moments.add(profile.card_seen_at)
    return Story(known, tuple(sorted(moments)))


def _as_of(claim: Claim, now: datetime) -> Claim | None:
    """The claim as it stood; a meeting is pending until its end. None: nobody knew of it."""
    if claim.seen_at is not None and claim.seen_at > now:
        return None
    if claim.kind is not ClaimKind.MEETING or claim.until <= now:
        return claim
    return replace(
        claim,
        real=Real.PENDING,
        reasons=("meeting:not-over",),
        weight=0.0,
        scheduled=claim.at > now,
        changes_at=claim.until,
    )


def a_life() -> tuple[list[Claim], Profile]:
    """Mail both ways with loops, meetings foreseen and not, a card, a birthday, long silences."""
    sent, received, meeting = stories.sent, stories.received, stories.meeting
    # Whole minutes, as mail has whole seconds; one is due in the night the clocks change.
    claims = [
        sent(2, SignalKind.ASKS, key="message:1"),
        received(3.5, SignalKind.PROMISES, key="message:2"),
        meeting(5, Mode.IN_PERSON, seen=4, hours=1.5, key="meeting:1/"),
        sent(6, SignalKind.THANKS, SignalKind.PROMISES, key="message:3"),
        received(10, SignalKind.ASKS, key="message:4"),
        received(12, SignalKind.SHARES, SignalKind.OFFERS, key="message:5"),
        sent(19, SignalKind.INTRODUCES, key="message:6"),
        meeting(26, Mode.VIDEO, seen=20, key="meeting:2/"),
        received(33, SignalKind.PROPOSES_MEETING, key="message:7"),
        sent(41, key="message:8"),
        received(41.25, SignalKind.INTRODUCES, key="message:9"),
        sent(48, key="message:10"),
        meeting(82.75, Mode.PHONE, key="meeting:3/"),  # the clocks change in the night after
        stories.log(120, Direction.BOTH, Mode.IN_PERSON),
        stories.tick(121, Direction.BOTH, Mode.PHONE),
        meeting(200, seen=170, size=4, key="meeting:4/"),
        meeting(230, seen=199, size=7, key="meeting:5/"),
    ]
    profile = Profile(
        "p1",
        "Ana Silva",
        ("ana@example.org",),
        tags=frozenset({"Sailing"}),
        has_card=True,
        card_seen_at=stories.day(60.3),
        birthday=Birthday(3, 2, 1980, "home"),
    )
    return claims, profile


# --- two ways through time ---


def ahead(story: Story, rules: RuleSet, now: datetime) -> datetime | None:
    """The next moment at which anything may change, as the daemon would be told now."""
    history = story.known(now)
    moments = [verdict.next for verdict in evaluate(rules, history, now, CLOCK)]
    moments.append(next_anchor(rules, history, now))
    if isinstance(history, PersonHistory):
        moments.append(history.snapshot().valid_until)
    moments.append(next((moment for moment in story.happenings if moment > now), None))
    found = [moment for moment in moments if moment is not None]
    assert all(moment > now for moment in found)
    return min(found, default=None)


def jumps(story: Story, rules: RuleSet, begin: datetime, end: datetime) -> list[datetime]:
    """From `next` to `next`."""
    found = [begin]
    while (moment := ahead(story, rules, found[-1])) is not None and moment <= end:
        found.append(moment)
    return found


def differences(
    story: Story, rules: RuleSet, stops: Sequence[datetime], moments: Sequence[datetime]
) -> list[tuple[datetime, list[str]]]:
    """The moments (sorted) at which a verdict is not what it was at the last of `stops`."""
    found, place = [], 0
    expected = story.verdicts(rules, stops[0])
    for moment in moments:
        if place + 1 < len(stops) and stops[place + 1] <= moment:
            while place + 1 < len(stops) and stops[place + 1] <= moment:
                place += 1
            expected = story.verdicts(rules, stops[place])
        seen = story.verdicts(rules, moment)
        if seen != expected:
            theirs = {one.rule: one for one in expected}
            changed = [one.rule for one in seen if theirs.pop(one.rule, None) != one]
            found.append((moment, [*changed, *theirs]))
    return found


def grid(begin: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """Every `step` from begin to end."""
    return [begin + number * step for number in range((end - begin) // step + 1)]
