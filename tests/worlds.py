"""Small worlds to try the whole pipeline on: what happens out there, and a `Lab` that watches it.

Everybody is invented. Ana (ana@example.org, in Lisbon) is the owner; she knows Ben, Cleo and Dora.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.memory.account import MemoryAccount, MemoryContacts, MemoryDrafts
from connectors.memory.world import World
from connectors.records import Attendee, Card, Mailbox, Meeting, Message, PartStat
from rules import packs
from rules.evaluate import Clock
from rules.load import load
from rules.model import RuleSet
from syncd import wiring
from syncd.inference.hints import Myself
from syncd.inference.model import Owner
from syncd.intake import Ignore
from syncd.pipeline import Account, Workshop, once
from syncd.pipeline.decide import Decider
from syncd.pipeline.portrait import domains_of
from syncd.pipeline.report import Report
from syncd.planner import Policy
from syncd.store import aliases, facts
from syncd.store.database import Database, open_database
from syncd.views.explain import explain_all
from syncd.views.people import people_list
from syncd.views.tasks import tasks_list

LISBON = ZoneInfo("Europe/Lisbon")
ANA = Mailbox("ana@example.org", "Ana Silva")
BEN = Mailbox("ben@harbour.example.com", "Ben Archer")
CLEO = Mailbox("cleo@studio.example.net", "Cleo Marsh")
DORA = Mailbox("dora@mill.example.com", "Dora Lind")

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning
WEEKDAYS = frozenset(range(5))


def day(number: float) -> datetime:
    """`number` days after Monday morning."""
    return MONDAY + timedelta(days=number)


def mail(
    who: Mailbox,
    to: Mailbox | Sequence[Mailbox],
    at: datetime,
    subject: str = "Hello",
    *,
    name: str = "",
    answers: str = "",
    traits: Mapping[str, str] | None = None,
) -> Message:
    """A mail. `name` is its Message-ID (made from author, date and subject by default)."""
    boxes = (to,) if isinstance(to, Mailbox) else tuple(to)
    return Message(
        message_id=name or f"{at:%Y%m%d%H%M}.{subject.replace(' ', '-')}.{who.addr}",
        at=at,
        from_=(who,),
        to=boxes,
        subject=subject,
        in_reply_to=answers,
        traits=tuple((traits or {}).items()),
    )


def meeting(
    organizer: Mailbox | None,
    others: Mapping[Mailbox, PartStat],
    start: datetime,
    title: str = "Talk",
    *,
    name: str = "",
    hours: float = 1.0,
    place: str = "",
    **more: Any,
) -> Meeting:
    """A calendar entry; `others` are its attendees and their answers."""
    return Meeting(
        uid=name or f"{start:%Y%m%d%H%M}-{title}",
        recurrence_id="",
        start=start,
        end=start + timedelta(hours=hours),
        title=title,
        place=place,
        organizer=organizer,
        attendees=tuple(Attendee(box, answer) for box, answer in others.items()),
        **more,
    )


def coffee(start: datetime, who: Mailbox = BEN, **more: Any) -> Meeting:
    """An hour in a café that Ana called and both accepted."""
    yes = PartStat.ACCEPTED
    return meeting(ANA, {ANA: yes, who: yes}, start, "Coffee", place="Café Aurora", **more)


def card(who: Mailbox, *more: str) -> Card:
    """A contact card with one or several addresses."""
    return Card(uid=who.addr, name=who.name, addrs=(who.addr, *more))


@cache
def _ruleset(text: str) -> RuleSet:
    return load([("rules", text)])


@dataclass(slots=True)
class Lab:
    """Ana's syncd over memory accounts, with a database on disk."""

    folder: Path
    worlds: dict[str, World] = field(default_factory=lambda: {"home": World()})
    rules: str = ""  # YAML; the pack `real-networking` by default
    policy: Policy = field(default_factory=lambda: Policy(zone=LISBON, working_days=WEEKDAYS))
    creates_once: bool = True
    batch: int = 100
    ignore: Sequence[str] = ()
    addresses: frozenset[str] = frozenset({ANA.addr})
    not_mine: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()  # names of worlds that others use as well
    version: str = "1"  # of inference
    mail_group: int = 10
    errands: bool = False  # whether cards and drafts are taken

    @property
    def world(self) -> World:
        return self.worlds["home"]

    def open(self) -> Database:
        return open_database(f"sqlite:///{self.folder / 'syncd.db'}", ANA.addr, self.addresses)

    def shop(self, database: Database) -> Workshop:
        with database.read() as connection:
            found = frozenset(aliases.load(connection, database.owner))
        addresses, group = self.addresses | found, self.mail_group
        owner = Owner(addresses=addresses, zone=LISBON, mail_group=group, shared=self.shared)
        me = Myself(ANA.name, self.addresses, found)
        accounts = []
        for name, world in self.worlds.items():
            account = MemoryAccount(name, world, creates_once=self.creates_once, batch=self.batch)
            opened = Account(name, tuple(account.sources()), account.task_list())
            if self.errands:
                book, drawer = MemoryContacts(world), MemoryDrafts(world)
                opened = replace(opened, book=book, drafts=drawer)
            accounts.append(opened)
        text = self.rules or packs.text("real-networking")
        return Workshop(
            database=database,
            owner=owner,
            owner_domains=domains_of(owner.addresses),
            colleagues=frozenset(),
            tags={},
            lawyer=wiring.lawyer_of(owner),
            indexer=wiring.indexer_of(owner, me),
            ignore=Ignore.of(self.ignore),
            accounts=tuple(accounts),
            ruleset=_ruleset(text),
            clock=Clock(LISBON, WEEKDAYS),
            policy=self.policy,
            tasks_in={"default": "home"},
            prints={
                "inference": self.version,
                "index": str((self.version, sorted(self.addresses))),
                "people": str((self.version, sorted(self.addresses), sorted(self.shared), group)),
                "rules": text,
                "ignore": str(self.ignore),
            },
            myself=me,
            not_mine=self.not_mine,
            reowned=wiring.reowned,
        )

    def once(self, now: datetime) -> Report:
        database = self.open()
        try:
            return once(self.shop(database), now)
        finally:
            database.close()

    def forget_derivations(self) -> None:
        """Let the next run derive everything anew, as after an update of syncd."""
        database = self.open()
        with database.begin() as connection:
            for name in ("index", "people", "rules"):
                facts.put(connection, database.owner, f"print:{name}", "another")
        database.close()

    def view(self, now: datetime) -> dict[str, Any]:
        """Everything that is shown, as plain data: people, explanations, tasks of every kind."""
        database = self.open()
        try:
            shop = self.shop(database)
            with database.read() as connection:
                gallery = shop.gallery(connection)
                decider = Decider(
                    database, gallery, shop.ruleset, shop.clock, shop.policy, shop.tasks_in, now
                )
                found = {
                    "people": people_list(connection, gallery, shop.ruleset, now),
                    "explain": list(explain_all(connection, decider, shop.owner, now)),
                    "tasks": tasks_list(connection, decider, now, everything=True),
                }
        finally:
            database.close()
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str, sort_keys=True))
        return plain

    def person(self, who: Mailbox, now: datetime) -> dict[str, Any]:
        """The `people` entry of somebody."""
        found: list[dict[str, Any]] = self.view(now)["people"]
        return next(entry for entry in found if who.addr in entry["addresses"])

    def explained(self, who: Mailbox, now: datetime) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.view(now)["explain"]
        return next(
            one
            for one in found
            if (one["person"] and who.addr in one["person"]["addresses"])
            or one.get("address") == who.addr
        )

    def tasks(self, now: datetime, status: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.view(now)["tasks"]
        return [task for task in found if task["status"] == status]


def without_places(shown: dict[str, Any]) -> str:
    """The state without the places where things were found: those differ with the copies."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k != "evidence"}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return json.dumps(strip(shown), sort_keys=True)
