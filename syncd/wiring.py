"""The only place that knows concrete classes: configuration in, a working `Workshop` out.

Connectors are imported when an account of their kind is opened, never before.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from connectors.records import Meeting, Message
from rules import packs
from rules.evaluate import Clock
from rules.load import RuleErrors, load
from rules.model import RuleSet
from syncd.config import ConfigErrors, Document, Mistake, NoText, Settings, text_of
from syncd.inference.clashes import clashes
from syncd.inference.hints import Myself
from syncd.inference.letters import letters
from syncd.inference.meetings import merge_meetings
from syncd.inference.merge import merge_messages
from syncd.inference.model import INFERENCE_VERSION, Owner, Sighted
from syncd.intake import Clerk, Ignore
from syncd.people import domain_of, normalise
from syncd.pipeline import Account, Workshop
from syncd.pipeline.portrait import domains_of
from syncd.planner import Policy
from syncd.secrets import STATE_PASSWORD, SecretWrong, secret
from syncd.store import aliases, tombstones
from syncd.store.database import Database, open_database
from syncd.store.dossiers import Lawyer
from syncd.store.folder import state_folder
from syncd.store.observations import Indexer
from syncd.store.portions import Record

if TYPE_CHECKING:
    from syncd.telemetry import Pulse, Telemetry


@dataclass(frozen=True, slots=True)
class Assembly:
    """Configuration and rules, read and found right; nothing is open yet."""

    document: Document
    settings: Settings
    ruleset: RuleSet
    sources: tuple[tuple[str, str], ...]  # the rule files: name and text

    @property
    def path(self) -> Path:
        return self.document.path

    @property
    def rules_text(self) -> str:
        """All rule files together, for the fingerprint."""
        return "\0".join(text for _, text in self.sources)

    @property
    def base(self) -> Path:
        """What relative paths are relative to."""
        return self.path.resolve().parent


def assemble(path: Path) -> Assembly:
    """Read configuration and rules. Raises `ConfigErrors` with every mistake of both."""
    document = Document(path)
    mistakes: list[Mistake] = []
    settings: Settings | None = None
    entries = document.rules()
    try:
        settings = document.settings()
        entries = entries or [(entry, ("rules",)) for entry in settings.rules]
    except ConfigErrors as error:
        mistakes += error.mistakes
    sources: list[tuple[str, str]] = []
    for entry, loc in entries:
        try:
            source = rule_file(entry, path)
            if source in sources:
                mistakes.append(document.mistake(loc, f"{entry!r} is listed twice: remove one"))
                continue
            sources.append(source)
        except OSError as error:
            message = f"{entry!r} cannot be read: {error.strerror}"
            mistakes.append(document.mistake(loc, message))
        except ValueError as error:
            mistakes.append(document.mistake(loc, str(error)))
    ruleset = RuleSet(rules=(), tiers=())
    try:
        ruleset = load(sources)
    except RuleErrors as error:
        mistakes += [Mistake(p.file, p.line, p.column, p.message) for p in error.problems]
    if mistakes or settings is None:
        raise ConfigErrors(mistakes)
    return Assembly(document, settings, ruleset, tuple(sources))


def rule_file(entry: str, config: Path) -> tuple[str, str]:
    """Name and text of a pack, or of a file beside the configuration. Raises ValueError and
    OSError."""
    if entry in packs.names():
        return f"pack {entry}", packs.text(entry)
    path = config.resolve().parent / entry
    if not path.exists():
        near = difflib.get_close_matches(entry, packs.names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"packs: {', '.join(packs.names())}"
        raise ValueError(f"{entry!r} is neither a pack nor a file beside this one; {hint}")
    try:
        return str(path), text_of(path)
    except NoText as error:
        raise ValueError(f"{entry!r} {error}") from None


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


def state_url(assembly: Assembly) -> str:
    """Where the state lives; a relative SQLite path is relative to the configuration file."""
    given = assembly.settings.state
    if given is None:
        return f"sqlite:///{state_folder()}/syncd.db"
    prefix = "sqlite:///"
    if given.startswith(prefix) and not given.startswith(prefix + "/"):
        return prefix + str(assembly.base / given.removeprefix(prefix))
    return given


def open_state(assembly: Assembly) -> Database:
    first = normalise(assembly.settings.owner.addresses[0])
    try:
        if make_url(state_url(assembly)).get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("only SQLite and PostgreSQL can hold it")
        return open_database(_signed_in(assembly), first, assembly.settings.addresses)
    except SecretWrong as error:
        raise ConfigErrors([assembly.document.mistake(("state",), f"state: {error}")]) from error
    except ImportError as error:
        message = "state: this kind of database needs an extra: pip install 'syncd[postgres]'"
        raise ConfigErrors([assembly.document.mistake(("state",), message)]) from error
    except (ValueError, ArgumentError) as error:
        message = f"state: {error}; write it like sqlite:///syncd.db"
        raise ConfigErrors([assembly.document.mistake(("state",), message)]) from error


def _signed_in(assembly: Assembly) -> str:
    """Where the state lives, with the password that the configuration leaves out. Never shown."""
    url = state_url(assembly)
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql" or parsed.password is not None:
        return url
    password = secret(STATE_PASSWORD, assembly.base)
    if password is None:
        return url
    return parsed.set(password=password.get_secret_value()).render_as_string(hide_password=False)


def open_workshop(assembly: Assembly, database: Database, *, writing: bool = True) -> Workshop:
    """Everything a run needs. With `writing=False` no task list is even constructed."""
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
        accounts=tuple(open_accounts(assembly, writing=writing)),
        ruleset=assembly.ruleset,
        clock=Clock(settings.owner.zone, settings.weekdays),
        policy=policy_of(settings),
        tasks_in=settings.task_accounts(),
        prints=_prints(assembly),
        myself=me,
        not_mine=frozenset(normalise(addr) for addr in settings.owner.not_mine),
        reowned=reowned,
    )


def open_telemetry(
    assembly: Assembly, database: Database, pulse: Pulse, now: Callable[[], datetime]
) -> Telemetry | None:
    """What counts and tells how the daemon fares; None where `metrics:` asks for nothing."""
    settings = assembly.settings
    wanted = settings.metrics
    if wanted is None:
        return None
    from syncd.telemetry import Telemetry

    textfile = None if wanted.textfile is None else Path(wanted.textfile).expanduser()
    return Telemetry(
        pulse,
        database,
        [account.name for account in settings.accounts],
        now,
        listen=wanted.listen,
        textfile=None if textfile is None else assembly.base / textfile,
    )


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


def open_accounts(assembly: Assembly, *, writing: bool = False) -> Sequence[Account]:
    from connectors.local.account import LocalAccount

    opened = []
    for entry in assembly.settings.accounts:
        account = LocalAccount(
            entry.name,
            assembly.base,
            mail=[Path(p) for p in entry.mail],
            calendar=[Path(p) for p in entry.calendar],
            contacts=[Path(p) for p in entry.contacts],
            tasks=Path(entry.tasks) if entry.tasks else None,
            zone=assembly.settings.owner.zone,
            history=entry.history,
        )
        task_list = account.task_list() if writing else None
        since = None
        if entry.history is not None:
            since = datetime.combine(entry.history, time(), assembly.settings.owner.zone)
        opened.append(Account(entry.name, tuple(account.sources()), task_list, since))
    return opened


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
