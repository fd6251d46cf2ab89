"""The only place that knows concrete classes: configuration in, a working `Workshop` out.

Connectors are imported when an account of their kind is opened, never before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from connectors.records import Meeting, Message
from rules.evaluate import Clock
from syncd.assembly import Assembly, assemble, open_state, rule_file, state_url
from syncd.config import Settings
from syncd.inference.clashes import clashes
from syncd.inference.hints import Myself
from syncd.inference.letters import letters
from syncd.inference.meetings import merge_meetings
from syncd.inference.merge import merge_messages
from syncd.inference.model import INFERENCE_VERSION, Owner, Sighted
from syncd.intake import Clerk, Ignore
from syncd.people import domain_of, normalise
from syncd.pipeline import Workshop
from syncd.pipeline.portrait import domains_of
from syncd.planner import Policy
from syncd.store import aliases, tombstones
from syncd.store.database import Database
from syncd.store.dossiers import Lawyer
from syncd.store.observations import Indexer
from syncd.store.portions import Record
from syncd.wiring.accounts import key_of, lacks, open_accounts, survey

if TYPE_CHECKING:
    from syncd.telemetry import Pulse, Telemetry

__all__ = [
    "Assembly",
    "assemble",
    "indexer_of",
    "key_of",
    "lacks",
    "lawyer_of",
    "merge",
    "open_accounts",
    "open_state",
    "open_telemetry",
    "open_workshop",
    "owner_of",
    "policy_of",
    "reowned",
    "rule_file",
    "state_url",
    "survey",
]


def owner_of(settings: Settings, found: frozenset[str] = frozenset()) -> Owner:
    """The owner as configured, with the addresses that were found to be theirs."""
    return Owner(
        addresses=settings.addresses | found,
        zone=settings.owner.zone,
        mail_group=settings.groups.mail,
        meeting_group=settings.groups.meeting,
        shared=frozenset(a.name for a in settings.accounts if a.role != "own"),
    )


def policy_of(settings: Settings) -> Policy:
    return Policy(
        zone=settings.owner.zone,
        per_day=settings.limits.per_day,
        open_limit=settings.limits.open,
        at=settings.limits.at,
        catch_up=settings.catch_up,
        working_days=settings.weekdays,
        preview=settings.mode == "preview",
    )


def open_workshop(
    assembly: Assembly,
    database: Database,
    *,
    writing: bool = True,
    now: Callable[[], datetime] | None = None,
) -> Workshop:
    """Everything a run needs. With `writing=False` no task list is even constructed. `now` is the
    clock that a run goes by, else the machine's."""
    settings = assembly.settings
    with database.read() as connection:
        found = frozenset(aliases.load(connection, database.owner))
    owner = owner_of(settings, found)
    me = Myself(settings.owner.name, settings.addresses, found)
    return Workshop(
        database=database,
        owner=owner,
        owner_domains=domains_of(owner.addresses),
        colleagues=frozenset(normalise(c) or domain_of(f"x@{c}") for c in settings.colleagues),
        tags=_tags(settings),
        elsewhere=frozenset(normalise(e) or domain_of(f"x@{e}") for e in settings.elsewhere),
        lawyer=lawyer_of(owner),
        indexer=indexer_of(owner, me),
        ignore=replace(
            Ignore.of(settings.ignore),
            forgotten=tombstones.load(database),
            owned=owner.addresses,
        ),
        accounts=tuple(open_accounts(assembly, writing=writing, database=database, now=now)),
        ruleset=assembly.ruleset,
        clock=Clock(settings.owner.zone, settings.weekdays),
        policy=policy_of(settings),
        tasks_in=settings.task_accounts(),
        prints=_prints(assembly),
        myself=me,
        not_mine=frozenset(normalise(addr) for addr in settings.owner.not_mine),
        reowned=reowned,
        writes=writing,
    )


def open_telemetry(
    assembly: Assembly,
    database: Database,
    pulse: Pulse,
    now: Callable[[], datetime],
    before: Telemetry | None = None,
) -> Telemetry | None:
    """What counts and tells how the daemon fares, which `before` did until now; None where
    `metrics:` asks for nothing."""
    settings = assembly.settings
    wanted = settings.metrics
    if wanted is None:
        if before is not None:
            before.close()
        return None
    names = [account.name for account in settings.accounts]
    textfile = None if wanted.textfile is None else Path(wanted.textfile).expanduser()
    file = None if textfile is None else assembly.base / textfile
    if before is not None:
        before.follow(names, listen=wanted.listen, textfile=file)
        return before
    from syncd.telemetry import Telemetry

    return Telemetry(pulse, database, names, now, listen=wanted.listen, textfile=file)


def reowned(shop: Workshop, found: frozenset[str]) -> Workshop:
    """The same workshop for an owner to whom these addresses were found to belong as well."""
    me = replace(shop.myself, found=found)
    owner = replace(shop.owner, addresses=me.addresses | found)
    return replace(
        shop,
        owner=owner,
        myself=me,
        owner_domains=domains_of(owner.addresses),
        lawyer=lawyer_of(owner),
        indexer=indexer_of(owner, me),
        ignore=replace(shop.ignore, owned=owner.addresses),
    )


def _tags(settings: Settings) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for tag, addrs in settings.tags.items():
        for addr in addrs:
            found.setdefault(normalise(addr), set()).add(tag)
    return {addr: frozenset(tags) for addr, tags in found.items()}


def _prints(assembly: Assembly) -> Mapping[str, str]:
    """Fingerprints of what the stored state was derived with; what differs is derived anew."""
    settings = assembly.settings

    def mark(*parts: object) -> str:
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    tags = sorted((tag, sorted(addrs)) for tag, addrs in settings.tags.items())
    return {
        "index": mark(INFERENCE_VERSION, sorted(settings.addresses), settings.owner.name),
        "people": mark(
            INFERENCE_VERSION,
            sorted(settings.addresses),
            settings.owner.timezone,
            settings.groups,
            sorted(a.name for a in settings.accounts if a.role != "own"),
            sorted(settings.colleagues),
            sorted(settings.elsewhere),
            tags,
        ),
        # Only told apart, to show what a newer version changed.
        "inference": mark(INFERENCE_VERSION),
        # Mail to somebody forgotten with a copy to oneself is ignored as well.
        "ignore": mark(sorted(settings.ignore), sorted(settings.addresses)),
        "history": mark(sorted((a.name, str(a.history)) for a in settings.accounts)),
        "rules": mark(
            # The texts, not the parsed rules: sets print differently in every process.
            assembly.rules_text,
            settings.catch_up,
            sorted(settings.weekdays),
            settings.task_accounts(),
        ),
    }


def merge(records: Sequence[tuple[Record, bool]], owned: frozenset[str] = frozenset()) -> Record:
    """One record for all sightings of one observation, whatever order they are in. `owned` are the
    owner's normalised addresses."""
    first = records[0][0]
    if isinstance(first, Message):
        return merge_messages(cast("list[tuple[Message, bool]]", list(records)))
    if isinstance(first, Meeting):
        return merge_meetings(cast("list[tuple[Meeting, bool]]", list(records)), owned)
    # Copies of one card: the one that is still there, and of several any, but always the same.
    there = [record for record, gone in records if not gone] or [record for record, _ in records]
    return min(there, key=repr)


def indexer_of(owner: Owner, me: Myself | None = None) -> Indexer:
    """How records become rows; `me` is the owner as configured, to find further addresses by."""
    return Indexer(
        row=Clerk(owner.addresses, me or Myself()),
        merge=lambda records: merge(records, owner.addresses),
    )


def lawyer_of(owner: Owner) -> Lawyer:
    def clashing(meetings: Sequence[Sighted[Any]], named: frozenset[str]) -> Mapping[str, str]:
        return clashes(meetings, owner, named)

    return Lawyer(
        merge=lambda records: merge(records, owner.addresses),
        letters=lambda sent: letters(sent, owner.mail_group),
        clashes=clashing,
    )
