"""The reference connector keeps the contract, and shows its trouble as planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from contract.ledger import NOW, Ledger
from contract.source_contract import SourceContract, TextContract
from contract.tasks_contract import CREATED, TaskListContract, draft
from contract.waiting_contract import WaitingContract

from connectors.contract import Source, TaskList
from connectors.errors import Ambiguous, CursorExpired, Unavailable
from connectors.memory.account import MemoryAccount, MemoryContacts, MemoryDrafts
from connectors.memory.source import MemoryMail, MemorySource
from connectors.memory.tasks import MemoryTasks
from connectors.memory.world import World
from connectors.records import Card, Facet, Mailbox, Meeting, Message, Task


class MemoryStage:
    """A world, staged one facet at a time."""

    facet = Facet.MAIL

    def __init__(self) -> None:
        self.world = World()

    def source(self) -> Source:
        if self.facet is Facet.MAIL:
            return MemoryMail(self.world, batch=3)
        return MemorySource(self.world, self.facet, batch=3)

    def add(self, number: int) -> str:
        name = f"item-{number}"
        at = NOW + timedelta(days=number)
        world = self.world
        if self.facet is Facet.MAIL:
            message = Message(name, at, (Mailbox("ana@example.org", "Ana"),))
            world.deliver(message, f"Olá, this is number {number}.")
        elif self.facet is Facet.CALENDAR:
            world.put_event(Meeting(name, "", at, at + timedelta(hours=1), title="Coffee"))
        elif self.facet is Facet.CONTACTS:
            world.put_card(Card(name, "Ana Silva"))
        else:
            world.add_task(Task("", "Water the plants"), name)
        return f"memory//{name}"

    def edit(self, ref: str) -> bool:
        name = ref.removeprefix("memory//")
        if self.facet is Facet.MAIL:
            return False
        if self.facet is Facet.CALENDAR:
            self.world.put_event(
                Meeting(name, "", NOW, NOW + timedelta(hours=2), title="Lunch"), ref=name
            )
        elif self.facet is Facet.CONTACTS:
            self.world.put_card(Card(name, "Ana Costa"))
        else:
            self.world.edit_task(name, title="Water the cactus")
        return True

    def remove(self, ref: str) -> None:
        self.world.delete(self.facet, ref.removeprefix("memory//"))

    def spoil(self, ref: str) -> None:
        self.world.spoil(self.facet, ref.removeprefix("memory//"))

    def mend(self, ref: str) -> None:
        self.world.mend(self.facet, ref.removeprefix("memory//"))

    def vanish_when_fetched(self, ref: str) -> None:
        self.world.vanish_when_fetched(self.facet, ref.removeprefix("memory//"))


class TestMail(SourceContract, TextContract, WaitingContract):
    """Mail in memory."""

    @pytest.fixture
    def stage(self) -> MemoryStage:
        return MemoryStage()


class TestCalendar(SourceContract, WaitingContract):
    """Events in memory."""

    @pytest.fixture
    def stage(self) -> MemoryStage:
        stage = MemoryStage()
        stage.facet = Facet.CALENDAR
        return stage


class TestContacts(SourceContract, WaitingContract):
    """Cards in memory."""

    @pytest.fixture
    def stage(self) -> MemoryStage:
        stage = MemoryStage()
        stage.facet = Facet.CONTACTS
        return stage


class TestTasksAsSource(SourceContract, WaitingContract):
    """Tasks in memory, read."""

    @pytest.fixture
    def stage(self) -> MemoryStage:
        stage = MemoryStage()
        stage.facet = Facet.TASKS
        return stage


class TestTasks(TaskListContract):
    """Tasks in memory, written with and without a creation key."""

    @pytest.fixture(params=[True, False], ids=["creates once", "may create twice"])
    def tasks(self, request: pytest.FixtureRequest) -> TaskList:
        return MemoryTasks(World(), creates_once=request.param)


def test_without_a_creation_key_a_repeated_create_makes_twins() -> None:
    """The provider without a creation key is modelled as it is: the core has to look first."""
    tasks = MemoryTasks(World(), creates_once=False)
    tasks.create(draft())
    tasks.create(replace(draft(), created=CREATED - timedelta(days=1)))
    oldest, newest = tasks.find("k-1")
    assert oldest.task.created is not None
    assert newest.task.created is not None
    assert oldest.task.created < newest.task.created


@pytest.mark.parametrize("happened", [True, False])
def test_a_write_that_times_out_is_ambiguous(happened: bool) -> None:
    """After a lost answer the task is there or not; the core is told that it must look."""
    world = World()
    tasks = MemoryTasks(world)
    world.time_out_next_write(happened=happened)
    with pytest.raises(Ambiguous):
        tasks.create(draft())
    assert len(tasks.find("k-1")) == int(happened)
    assert tasks.create(draft()).task.key == "k-1"
    assert len(tasks.find("k-1")) == 1


def test_deleted_tasks_are_found() -> None:
    """`find` knows deleted tasks too, so that an ambiguous create is not repeated after them."""
    world = World()
    tasks = MemoryTasks(world, creates_once=False)
    remote = tasks.create(draft())
    world.delete_task(remote.ref.removeprefix("memory//"))
    assert [found.task.key for found in tasks.find("k-1")] == ["k-1"]


def test_planned_failures_come_once() -> None:
    """A planned failure is raised by the next call and by no other."""
    world = World()
    source = MemoryMail(world)
    world.fail_next(Unavailable("the server is restarting", wait=5))
    ledger = Ledger()
    with pytest.raises(Unavailable):
        ledger.read(source)
    assert ledger.read(source) == []


def test_all_cursors_expire_at_once() -> None:
    """Expired cursors ask for a full resync, which reconciles what was deleted meanwhile."""
    world = World()
    source = MemoryMail(world)
    ref = world.deliver(Message("a@example.org", NOW))
    ledger = Ledger()
    ledger.read(source)
    world.remove_mail(ref)
    world.expire_all_cursors()
    with pytest.raises(CursorExpired):
        ledger.read(source)
    ledger.cursor = None
    ledger.read(source)
    assert ledger.stamps == {}


def test_the_owner_ticks_and_unticks() -> None:
    """What the owner does to a task arrives as a change of it."""
    world = World()
    tasks = MemoryTasks(world)
    ref = tasks.create(draft()).ref.removeprefix("memory//")
    at = datetime(2026, 3, 4, tzinfo=UTC)
    world.tick(ref, at)
    assert world.task(ref).completed_at == at
    world.untick(ref)
    world.edit_task(ref, due=date(2026, 5, 1), notes="mine")
    assert (world.task(ref).completed, world.task(ref).due) == (False, date(2026, 5, 1))


def test_cards_and_drafts_are_added_once() -> None:
    """A card by its uid and a draft by its Message-ID are there once, however often they come."""
    world = World()
    book, drafts = MemoryContacts(world), MemoryDrafts(world)
    assert book.add_card(Card("u", "Ana")) == book.add_card(Card("u", "Another Ana"))
    assert world.alive(Facet.CONTACTS)["u"].observations == (Card("u", "Ana"),)
    assert drafts.add_draft(b"one", "m") == drafts.add_draft(b"two", "m")
    assert world.drafts == {"m": b"one"}


def test_an_account_has_every_facet() -> None:
    """The account offers one source a facet, and its task list is one of them."""
    account = MemoryAccount("m", World())
    assert [source.facet for source in account.sources()] == list(Facet)
    assert account.task_list() in account.sources()
