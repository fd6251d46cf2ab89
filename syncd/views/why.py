"""Why a rule does, or does not, ask for a task about one person: its evaluation, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rules.anchors import GROUP, current_anchor, find_anchor, next_anchor
from rules.describe import clause
from rules.describe_facts import Check, checks
from rules.evaluate import judge
from rules.history import Event, History
from rules.model import Rule, RuleSet, StrengthBelow
from rules.stops import FIRST
from rules.times import times_of
from rules.verdict import State, Verdict
from syncd.inference.model import ClaimKind, Real
from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Portrait
from syncd.planner import Tracked, next_draw
from syncd.store import ledger
from syncd.views.explain import interaction_of, person_of
from syncd.views.tasks import entry
from syncd.views.waits import BUDGET, reasons_of

_NO_PERSON = {
    "silent": "nothing that counts has passed between you so far",
    "machine": "this is no person to syncd: `syncd explain` says why",
}
_NEEDED = 5  # gaps between days of contact, before a rhythm is known


def why(
    connection: Connection, decider: Decider, rule: Rule, person: str, now: datetime
) -> dict[str, Any]:
    """The object of `rules why RULE PERSON --json`."""
    portrait = decider.gallery.look(connection, [person], now)[0]
    history = portrait.history
    found: dict[str, Any] = {
        "rule": rule.id,
        "person": person_of(portrait),
        "now": now,
        "anchor": None,
        "no_anchor": None,
        "clock": None,
        "where": [],
        "scheduled": None,
        "stopped": None,
        "verdict": None,
        "task": None,
        "next_draw": None,
        "next": None,
    }
    if portrait.row.kind != "person":
        found["no_anchor"] = _NO_PERSON[portrait.row.kind]
        return found
    anchor = current_anchor(rule, history, now, decider.clock, decider.ruleset.tiers)
    rows = ledger.load(connection, decider.gallery.owner_id, [person]).get(person, ())
    row = _row(decider, portrait, rows, rule, anchor)
    if row is not None and row.live:  # its task goes on speaking of what it began with
        anchor = find_anchor(rule, row.anchor, history) or anchor
    if row is not None:
        reasons = reasons_of(connection, decider, portrait, row)
        found["verdict"] = {
            "state": str(row.state),
            "reasons": list(reasons),
            "found": row.found_at,
        }
        found["next"] = row.next
        if BUDGET in reasons:
            found["next_draw"] = next_draw(now, decider.policy, now)
        if row.task is not None:
            listed = entry(connection, decider, portrait, row)
            found["task"] = {
                key: listed[key] for key in ("key", "title", "due", "status", "closed_why")
            }
    if anchor is None:
        found["no_anchor"] = _no_anchor(rule, portrait, history, now)
        if row is None:
            alone = RuleSet((rule,), decider.ruleset.tiers)
            found["next"] = next_anchor(alone, history, now)
        return found
    found["anchor"] = _anchor(anchor, portrait)
    times = times_of(rule, anchor, history, decider.clock, decider.ruleset.tiers)
    if times is None:
        found["no_anchor"] = _no_length(rule, history, anchor, decider)
        return found
    verdict = judge(rule, anchor, history, now, decider.clock, tiers=decider.ruleset.tiers)
    facts = history.facts_at(now)
    found["clock"] = {
        "remind": times.remind,
        # The owner may have moved the date of a task, and its end along with it.
        "due": verdict.due if row is None or row.task is None else row.task.theirs.due,
        "expires": times.expires if row is None else row.expires,
        "tier": times.terms.tier,
    }
    found["where"] = [_plain(check) for check in checks(rule.where, facts, times.terms)]
    found["scheduled"] = facts.scheduled
    found["stopped"] = _stopped(verdict, portrait)
    if row is None:
        found["verdict"] = {
            "state": str(verdict.state),
            "reasons": list(verdict.reasons),
            "found": None,
        }
        found["next"] = verdict.next
    return found


def _row(
    decider: Decider,
    portrait: Portrait,
    rows: tuple[Tracked, ...],
    rule: Rule,
    anchor: Event | None,
) -> Tracked | None:
    """The row that speaks for the rule: with a live task, else that of the current anchor."""
    ours = [row for row in decider.stand(portrait, rows).tracked if row.rule == rule.id]
    live = [row for row in ours if row.live]
    about = [row for row in ours if anchor is not None and row.anchor == anchor.evidence]
    return next(iter([*live, *about]), None)


def _anchor(anchor: Event, portrait: Portrait) -> dict[str, Any]:
    claim = portrait.claim_by_key.get(anchor.evidence.partition("#")[0])
    return {
        "at": anchor.at,
        "end": anchor.end,
        "title": anchor.title,
        "kinds": sorted(anchor.kinds),
        "size": anchor.size,
        "settled": anchor.settled,
        "evidence": anchor.evidence,
        "interaction": None if claim is None else interaction_of(claim),
    }


def _stopped(verdict: Verdict, portrait: Portrait) -> dict[str, Any] | None:
    if verdict.state is not State.SATISFIED:
        return None
    claim = portrait.claim_by_key.get(verdict.satisfied_by.partition("#")[0])
    return {
        "at": verdict.closed_at,
        "event": verdict.reasons[0].partition(":")[2],
        "evidence": verdict.satisfied_by,
        "interaction": None if claim is None else interaction_of(claim),
    }


def _plain(check: Check) -> dict[str, Any]:
    return {
        "condition": check.condition,
        "value": check.value,
        "holds": check.holds,
        "parts": [_plain(part) for part in check.parts],
    }


def _no_anchor(rule: Rule, portrait: Portrait, history: History, now: datetime) -> str:
    """Why the rule has nothing to start at."""
    since = rule.since
    if isinstance(since, StrengthBelow):
        return _no_fall(since, history, now)
    base = FIRST.get(since, since)
    happened = [e for e in history.events if base in e.kinds and e.end <= now]
    if not happened:
        return _not_happened(base, portrait, now)
    if since in FIRST and not history.first_known:
        return "which one was the first is not known yet: an account is still reading its history"
    if since in FIRST and history.first_after and happened[0].end < history.first_after:
        return (
            f"the first one that is known ({happened[0].end:%Y-%m-%d}) lies within 180 days of "
            "where `history:` cuts, so an earlier one may be missing"
        )
    most = happened[0] if since in FIRST else max(happened, key=lambda event: event.end)
    count = "it" if len(happened) == 1 or since in FIRST else f"all {len(happened)} times it"
    return (
        f"{count} happened in a group of more than {GROUP}, such as on {most.end:%Y-%m-%d} with "
        f"{most.size} people"
    )


def _not_happened(kind: str, portrait: Portrait, now: datetime) -> str:
    ahead = [
        claim
        for claim in portrait.claims
        if claim.kind is ClaimKind.MEETING and claim.real is Real.PENDING and claim.until > now
    ]
    text = f"it has not happened so far that {clause(kind)}"
    if ahead and "meeting" in kind:
        first = min(ahead, key=lambda claim: claim.at)
        text += f"; a meeting is on the calendar for {first.at:%Y-%m-%d}, and counts after its end"
    doubtful = sum(claim.real in (Real.UNKNOWN, Real.PENDING) for claim in portrait.claims)
    if doubtful and not ahead:
        text += f" ({doubtful} interactions are unknown or pending: `syncd explain` lists them)"
    return text


def _no_fall(since: StrengthBelow, history: History, now: datetime) -> str:
    facts = history.facts_at(now)
    if facts.channel == "elsewhere":
        return "the channel is elsewhere: silence here says nothing about the tie"
    if facts.strength >= since.level:
        return f"the strength is {facts.strength:.3g}, and not below {since.level:g}"
    return f"the strength never was as high as {since.level:g}: it is {facts.strength:.3g}"


def _no_length(rule: Rule, history: History, anchor: Event, decider: Decider) -> str:
    """Why the rule has no times here."""
    units = {span.unit for span in (rule.remind, rule.due, rule.expires) if span}
    if "rhythm" in units and history.facts_at(anchor.end).rhythm is None:
        return (
            f"the rule uses your rhythm, which was unknown then: it takes {_NEEDED} gaps between "
            "days of contact"
        )
    if not decider.ruleset.tiers:
        return "the rule uses cadence, and no tiers are defined"
    return "the rule uses cadence, and they were in no tier that has one"
