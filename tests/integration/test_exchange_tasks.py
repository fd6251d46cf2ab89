"""What the owner does with tasks in Outlook comes back; what it says wins; what we write is what
Outlook shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from exchange_tasks_desk import KEY, LIST, NOTES, Desk, desk_of, drafted, gone, key_in, told
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import Clock

from connectors.contract import Remote
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Refused,
    Unavailable,
    Vanished,
)
from connectors.records import Gone

__all__ = ["clock", "exchange"]

OTHER = "syncd-" + "1" * 24
LINK = "https://mail.example.org/m/1"


@pytest.fixture
def desk(exchange: FakeExchange) -> Iterator[Desk]:
    with desk_of(exchange) as desk:
        yield desk


def test_what_outlook_shows(desk: Desk) -> None:
    """Plain text however it looks, days, a reminder at nine where the owner is, our category, an
    importance, and a link that the notes do not have."""
    notes = "You <b>met</b> & ate.\n\nCall?"
    remote = desk.create(notes=notes, link=LINK, priority=80)
    item = desk.item()
    assert item.subject == "Call Bob"
    assert item.props["Body"].get("BodyType") == "Text"
    assert (item.text("Body") or "").replace("\r\n", "\n") == f"{notes}\n\nSee {LINK}"
    assert (item.text("StartDate"), item.text("DueDate")) == ("2026-11-02", "2026-12-02")
    assert (item.text("ReminderIsSet"), item.text("ReminderDueBy")) == (
        "true",
        "2026-12-02T14:00:00Z",
    )
    assert [one.text for one in item.props["Categories"]] == ["syncd"]
    assert item.text("Importance") == "High"
    assert (key_in(item), remote.task.notes) == (KEY, notes)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Europe/Lisbon"])
def test_a_day_is_a_day_everywhere(exchange: FakeExchange, zone: str) -> None:
    """Also where it begins the day before, or the day after, in UTC."""
    with desk_of(exchange, zone=ZoneInfo(zone)) as desk:
        remote = desk.create()
        assert remote.task.due == date(2026, 12, 2)
        assert desk.tasks.update(remote, due=date(2026, 7, 6)).task.due == date(2026, 7, 6)
        at = datetime.fromisoformat(desk.item().text("ReminderDueBy"))
        assert at == datetime(2026, 7, 6, 9, tzinfo=ZoneInfo(zone))


def test_what_the_owner_set_stays(desk: Desk) -> None:
    """A reminder of theirs, whatever becomes of the due date; the start never follows it."""
    remote = desk.create()
    own = "2026-11-30T07:00:00Z"
    desk.ana.tasks.edit(desk.item(), ReminderDueBy=own, Categories=["syncd", "Important"])
    (remote,) = desk.tasks.find(KEY)
    moved = desk.tasks.update(remote, due=date(2026, 10, 30), title="Call Ben")
    item = desk.item()
    assert item.text("ReminderDueBy") == own
    assert (item.text("StartDate"), item.text("DueDate")) == ("2026-10-30", "2026-10-30")
    assert [one.text for one in item.props["Categories"]] == ["syncd", "Important"]
    assert (moved.task.title, moved.task.notes) == ("Call Ben", NOTES)


def test_the_owner_ticks_edits_and_deletes(desk: Desk, clock: Clock) -> None:
    """Each is told once, by the next reading."""
    remote = desk.create()
    assert [one.key for one in told(desk.read())] == [KEY]
    item = desk.item()
    body = f"{item.text('Body')}\r\nAsk her\r\n"
    desk.ana.tasks.edit(item, DueDate=date(2026, 12, 9), Body=body)
    (edited,) = told(desk.read())
    assert (edited.key, edited.due, edited.notes) == (
        KEY,
        date(2026, 12, 9),
        f"{NOTES}\nAsk her",
    )
    desk.ana.tasks.tick(item)
    (ticked,) = told(desk.read())
    assert ticked.completed
    assert ticked.completed_at is not None
    assert ticked.completed_at.date() == clock().date()
    desk.ana.tasks.untick(item)
    (opened,) = told(desk.read())
    assert (opened.completed, opened.completed_at) == (False, None)
    desk.ana.tasks.delete(item)
    assert desk.read() == [Gone(remote.ref)]
    assert desk.read() == []
    (found,) = desk.tasks.find(KEY)
    assert (found.deleted, found.task.key) == (True, KEY)


def test_a_tick_of_ours_and_one_of_theirs(desk: Desk, clock: Clock) -> None:
    """Exchange keeps the day alone: of ours the moment is known until they tick it anew."""
    at = datetime(2026, 10, 30, 18, tzinfo=UTC)
    done = desk.tasks.complete(desk.create(), at)
    assert done.task.completed_at == at
    item = desk.item()
    desk.ana.tasks.untick(item)
    clock.advance(days=5)
    desk.ana.tasks.tick(item)
    (found,) = desk.tasks.find(KEY)
    assert found.task.completed_at is not None
    assert found.task.completed_at.date() == clock().date()


def test_html_is_read_as_it_looks(desk: Desk) -> None:
    """Outlook may write any body anew."""
    remote = desk.create(link=LINK)
    html = NOTES.replace("\n\n", "<br><br>")
    body = f"<html><body>{html}<br><br>See {LINK}</body></html>"
    desk.ana.tasks.edit(desk.item(), Body=body)
    (found,) = desk.tasks.find(KEY)
    assert found.stamp != remote.stamp
    assert [line.strip() for line in found.task.notes.split("\n")] == NOTES.split("\n")


def test_a_task_that_was_moved_is_followed(desk: Desk) -> None:
    """To another list, and on from there; into the deleted items it is deleted."""
    remote = desk.create()
    desk.create(OTHER)
    desk.read()
    desk.ana.tasks.make_list("Later")
    (item,) = (one for one in desk.all() if key_in(one) == KEY)
    moved = desk.ana.tasks.move_to(item, "Tasks/Later")
    desk.ana.tasks.add("Mine", folder="Tasks/Later")
    items = desk.read()
    assert gone(items) == {remote.ref}
    assert [one.key for one in told(items)] == [KEY]
    desk.restart()
    assert desk.read() == []
    assert {one.ref for one in desk.tasks.census()} == set(desk.ledger.stamps)
    desk.ana.tasks.tick(moved)
    assert [(one.key, one.completed) for one in told(desk.read())] == [(KEY, True)]
    (found,) = desk.tasks.find(KEY)
    opened = desk.tasks.update(found, completed=False)
    assert [one.key for one in told(desk.read())] == [KEY]
    back = desk.ana.tasks.move_to(moved, f"Tasks/{LIST}")
    items = desk.read()
    assert gone(items) == {opened.ref}
    assert [one.key for one in told(items)] == [KEY]
    desk.ana.tasks.delete(back)
    assert len(gone(desk.read())) == 1
    assert [one.deleted for one in desk.tasks.find(KEY)] == [True]


def test_a_list_that_was_renamed_is_known(desk: Desk) -> None:
    """By its id, which the cursor has, or by what it holds; not by its name, which another may
    have now."""
    remote = desk.create()
    desk.read()
    desk.ana.mailbox.rename_folder(desk.folder(), "People")
    desk.ana.tasks.make_list(LIST)
    desk.restart()
    assert desk.read() == []
    desk.ledger.cursor = None
    desk.restart()
    assert [task.key for task in told(desk.read())] == [KEY]
    desk.create(OTHER)
    assert len(desk.all("Tasks/People")) == 2
    assert remote.ref in desk.ledger.stamps


@pytest.mark.parametrize("hard", [False, True])
def test_a_list_that_vanished(desk: Desk, hard: bool) -> None:
    """Nothing of it was deleted one by one, though it lies among the deleted items; nothing is
    written either. Put back, it is what it was."""
    remote = desk.create()
    desk.read()
    folder = desk.folder()
    desk.ana.mailbox.delete_folder(folder, hard=hard)
    for act in (desk.read, lambda: desk.tasks.create(drafted(OTHER)), desk.read):
        with pytest.raises(Vanished, match="has vanished from the mailbox"):
            act()
    with pytest.raises(Conflict):
        desk.tasks.update(remote, title="Call Ben")
    if not hard:
        desk.ana.mailbox.move_folder(folder, "tasks")
        assert desk.read() == []


def test_a_lost_state_is_no_loss(desk: Desk) -> None:
    """The list is read anew and compared."""
    first, second = desk.create(), desk.create(OTHER)
    desk.read()
    desk.ana.tasks.delete(next(one for one in desk.all() if key_in(one) == KEY), "hard")
    desk.ana.states.forget()
    assert desk.read() == [Gone(first.ref)]
    assert list(desk.ledger.stamps) == [second.ref]


def test_a_reading_costs_two_calls(desk: Desk) -> None:
    """However many tasks there are; and it writes nothing, as long as nothing changes."""
    desk.ana.tasks.make_list(LIST)
    for number in range(20):
        desk.ana.tasks.add(f"Mine {number}", folder=f"Tasks/{LIST}")
    desk.read()
    cursor, before = desk.ledger.cursor, len(desk.exchange.log)
    assert desk.read() == []
    assert (desk.ledger.cursor, len(desk.exchange.log) - before) == (cursor, 2)


def test_nothing_is_made_for_a_reading(desk: Desk) -> None:
    """Nor where it may not be written to."""
    desk.tasks.writable = False
    assert desk.read() == []
    with pytest.raises(Refused, match="make it in Outlook"):
        desk.tasks.create(drafted(KEY))
    assert not any(one.name == LIST for one in desk.ana.store.folders.values())


def test_a_mail_among_the_tasks_is_left_alone(desk: Desk) -> None:
    """Whatever was dropped there."""
    desk.create()
    desk.ana.mailbox.deliver(b"Subject: Hello\r\n\r\nHello\r\n", f"Tasks/{LIST}")
    assert [one.key for one in told(desk.read())] == [KEY]


ACTS: dict[str, Callable[[Desk, Remote], object]] = {
    "CreateItem": lambda desk, remote: desk.tasks.create(drafted(OTHER)),
    "UpdateItem": lambda desk, remote: desk.tasks.complete(remote, desk.exchange.now()),
    "DeleteItem": lambda desk, remote: desk.tasks.remove(remote),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_write_without_an_answer_may_have_happened(desk: Desk, act: str) -> None:
    """Whether it did or not; one that was refused did not."""
    for fault in ("cut_before", "cut_after", "html", "nonsense"):
        (remote,) = desk.tasks.find(KEY) or [desk.create()]
        getattr(desk.exchange.faults, fault)(act)
        with pytest.raises(Ambiguous):
            ACTS[act](desk, remote)
        if act == "CreateItem":
            for item in [one for one in desk.all() if key_in(one) == OTHER]:
                desk.ana.tasks.delete(item, "hard")
    for fault in ("busy", "moving"):
        (remote,) = desk.tasks.find(KEY) or [desk.create()]
        getattr(desk.exchange.faults, fault)(act)
        with pytest.raises(Unavailable):
            ACTS[act](desk, remote)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ErrorPropertyValidationFailure", BadItem),
        ("ErrorMessageSizeExceeded", BadItem),
        ("ErrorQuotaExceeded", Refused),
        ("ErrorAccessDenied", Refused),
        ("ErrorFolderNotFound", Vanished),
    ],
)
def test_a_task_that_is_not_taken(desk: Desk, code: str, expected: type[ConnectorError]) -> None:
    """For what it is: set aside; for what the mailbox is: told."""
    desk.create()
    desk.exchange.faults.trouble("CreateItem", code)
    with pytest.raises(expected):
        desk.tasks.create(drafted(OTHER))
