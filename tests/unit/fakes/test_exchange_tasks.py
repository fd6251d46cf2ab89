"""Tasks and writing as the fake of Exchange has them, by the real client library."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from exchangelib import EWSDate, EWSTimeZone, ExtendedProperty, Q, Task
from exchangelib.errors import ErrorIrresolvableConflict, ErrorItemNotFound, ErrorQuotaExceeded
from exchangelib.folders import Tasks
from fakes.exchange.clients import ask, client, codes
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import Clock

__all__ = ["clock", "exchange"]


class Key(ExtendedProperty):  # type: ignore[misc]  # untyped
    property_set_id = "c11ff724-aa03-4555-9952-8fa248a11c3e"
    property_name = "key of the fake's tests"
    property_type = "String"


@pytest.fixture
def keyed() -> Any:
    """Tasks have a key, as long as this test lasts."""
    Task.register("own_key", Key)
    yield
    Task.deregister("own_key")


def written(ana: Any, **more: Any) -> Task:
    """A task of a client's."""
    made = Task(account=ana, folder=ana.tasks, subject="Call Bob", **more)
    made.save()
    return made


@pytest.mark.usefixtures("keyed")
def test_found_again_by_an_extended_property(exchange: FakeExchange) -> None:
    """Alone, one of several, whether there is one; in Deleted Items as well, by another id."""
    with client(exchange) as ana:
        one, other, _ = (written(ana, own_key=key) for key in ("k1", "k2", None))
        assert [task.own_key for task in ana.tasks.filter(own_key="k1").only("own_key")] == ["k1"]
        either = Q(own_key="k1") | Q(own_key="k2")
        assert ana.tasks.filter(either).count() == ana.tasks.filter(own_key__exists=True).count()
        before = one.id
        one.move_to_trash()
        assert ana.tasks.filter(either).get().id == other.id
        assert ana.trash.filter(own_key="k1").get().id not in {before, other.id}
        with pytest.raises(ErrorItemNotFound):
            ana.tasks.get(id=before, changekey=None)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
def test_days_belong_to_no_zone(exchange: FakeExchange, name: str) -> None:
    """A day that was written in one zone is that day in every other."""
    with client(exchange) as ana:
        ana.default_timezone = EWSTimeZone(name)
        written(ana, due_date=EWSDate(2026, 11, 10))
        for zone in ("Asia/Tokyo", "America/New_York"):
            ana.default_timezone = EWSTimeZone(zone)
            assert ana.tasks.get().due_date == EWSDate(2026, 11, 10)
    assert exchange.account().tasks.named("Call Bob").text("DueDate") == "2026-11-10"


def test_done_and_not_done(exchange: FakeExchange, clock: Clock) -> None:
    """Status, percentage, completion date and reminder follow one another."""
    owner = exchange.account().tasks
    task = owner.add("Call", due=date(2026, 11, 10), ReminderIsSet=True)
    with client(exchange) as ana:

        def shown() -> tuple[Any, ...]:
            one = ana.tasks.get()
            return one.status, one.is_complete, one.percent_complete, one.reminder_is_set

        assert shown() == ("NotStarted", False, 0, True)
        owner.tick(task)
        assert shown() == ("Completed", True, 100, False)
        assert ana.tasks.get().complete_date.date() == clock().date()
        owner.untick(task)
        assert shown() == ("NotStarted", False, 0, False)
        ana.tasks.get().complete()
        assert task.text("Status") == "Completed"


def test_stale_change_keys(exchange: FakeExchange) -> None:
    """A write over what somebody else wrote meanwhile is refused; one beside it is not."""
    owner = exchange.account().tasks
    with client(exchange) as ana:
        mine = written(ana)
        owner.edit(owner.named("Call Bob"), Importance="High")
        mine.subject, mine.importance = "Ring Bob", "Low"
        mine.save(update_fields=["subject"])
        owner.edit(owner.named("Ring Bob"), Subject="Write to Bob")
        with pytest.raises(ErrorIrresolvableConflict):
            mine.save(update_fields=["subject"])
        assert owner.named("Write to Bob").text("Importance") == "High"


def test_what_is_refused(exchange: FakeExchange) -> None:
    """Wrong folders, properties of the server, missing attributes, a full mailbox."""
    owner = exchange.account()
    task = owner.tasks.add("Call")

    def create(item: str, folder: str = "tasks") -> str:
        return f"""<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>
            <t:DistinguishedFolderId Id="{folder}"/></m:SavedItemFolderId><m:Items>{item}
            </m:Items></m:CreateItem>"""

    named = f'<m:ItemIds><t:ItemId Id="{task.id}"/></m:ItemIds>'
    for body, code in (
        (create("<t:Task/>", "inbox"), "ErrorCannotCreateTaskInNonTaskFolder"),
        (create("<t:Task><t:IsComplete>true</t:IsComplete></t:Task>"), "ErrorInvalidPropertySet"),
        (create("<t:CalendarItem/>", "calendar"), "ErrorSendMeetingInvitationsRequired"),
        (
            f'<m:DeleteItem DeleteType="HardDelete">{named}</m:DeleteItem>',
            "ErrorAffectedTaskOccurrencesRequired",
        ),
    ):
        assert codes(ask(exchange, body)) == [code]
    owner.full = True
    with client(exchange) as ana, pytest.raises(ErrorQuotaExceeded):
        written(ana)


def test_folders(exchange: FakeExchange) -> None:
    """Made, renamed, moved and deleted by clients and by the owner, and told as changes."""
    owner = exchange.account().mailbox
    with client(exchange) as ana:
        top = ana.msg_folder_root
        list(top.sync_hierarchy())
        made = Tasks(parent=ana.tasks, name="Follow-ups")
        made.save()
        assert (owner.folder("Tasks/Follow-ups").id, made.folder_class) == (made.id, "IPF.Task")
        owner.rename_folder(made.id, "Nachfassen")
        owner.make_folder("Projects")
        changes = [(kind, one.name) for kind, one in top.sync_hierarchy(top.folder_sync_state)]
        assert sorted(changes) == [
            ("create", "Nachfassen"),
            ("create", "Projects"),
        ]
        state = top.folder_sync_state
        owner.delete_folder("Projects", hard=True)
        assert [kind for kind, _ in top.sync_hierarchy(state)] == ["delete"]
        written(ana).move(ana.trash)
        assert [one.subject for one in owner.items("deleteditems")] == ["Call Bob"]


def test_single_properties(exchange: FakeExchange) -> None:
    """Set, deleted and appended to; all of them, or none; and then the folder is emptied."""
    owner = exchange.account()
    task = owner.tasks.add("Call", due=date(2026, 11, 10), Body="One.", Categories=["a"])

    def update(*changes: str) -> list[str]:
        body = f"""<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges>
            <t:ItemChange><t:ItemId Id="{task.id}"/><t:Updates>{"".join(changes)}</t:Updates>
            </t:ItemChange></m:ItemChanges></m:UpdateItem>"""
        return codes(ask(exchange, body))

    words = (
        '<t:FieldURI FieldURI="item:Body"/><t:Task><t:Body BodyType="Text"> Two.</t:Body></t:Task>'
    )
    gone = '<t:DeleteItemField><t:FieldURI FieldURI="{}"/></t:DeleteItemField>'
    appended = f"<t:AppendToItemField>{words}</t:AppendToItemField>"
    assert update(appended, gone.format("task:DueDate")) == ["NoError"]
    assert (task.text("Body"), "DueDate" in task.props) == ("One. Two.", False)
    assert update(gone.format("item:Categories"), gone.format("task:IsComplete")) == [
        "ErrorInvalidPropertySet"
    ]
    assert "Categories" in task.props
    mismatched = words.replace("item:Body", "item:Subject")
    assert update(f"<t:SetItemField>{mismatched}</t:SetItemField>") == [
        "ErrorUpdatePropertyMismatch"
    ]
    empty = """<m:EmptyFolder DeleteType="MoveToDeletedItems" DeleteSubFolders="false">
        <m:FolderIds><t:DistinguishedFolderId Id="tasks"/></m:FolderIds></m:EmptyFolder>"""
    assert codes(ask(exchange, empty)) == ["NoError"]
    assert owner.tasks.items("deleteditems") == [task]
