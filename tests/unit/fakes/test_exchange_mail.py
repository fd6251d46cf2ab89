"""Mail as the fake of Exchange has it, by the real client library."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import Message
from exchangelib.errors import ErrorInvalidSyncStateData
from fakes.exchange.clients import ask, client, codes
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import Clock, letter

__all__ = ["clock", "exchange"]

ANA, BOB = "ana@example.com", "Bob Stone <bob@example.org>"


def synced(folder: Any, state: str | None = None) -> tuple[list[tuple[str, Any]], str]:
    """What changed in a folder, and the state afterwards."""
    found = list(folder.sync_items(state, only_fields=["subject"], max_changes_returned=2))
    return found, folder.item_sync_state


@pytest.mark.parametrize("seed", [0, 3, 8])
def test_what_changed(exchange: FakeExchange, clock: Clock, seed: int) -> None:
    """Mail that came, was read, changed, moved and was deleted is told once each, whatever the
    size of a batch; a state of another folder, or a lost one, is refused."""
    exchange.reset(clock, seed)
    mailbox = exchange.account().mailbox
    items = [mailbox.deliver(letter(BOB, ANA, f"{number}")) for number in range(5)]
    with client(exchange) as ana:
        first, state = synced(ana.inbox)
        assert sorted((kind, one.subject) for kind, one in first) == [
            ("create", f"{number}") for number in range(5)
        ]
        ids = [one.id for one in items]
        mailbox.mark_read(items[0])
        mailbox.edit(items[1], Subject="other")
        mailbox.move(items[2], "drafts")
        mailbox.delete(items[3], "hard")
        changes, after = synced(ana.inbox, state)
        told = {(kind, one[0].id if isinstance(one, tuple) else one.id) for kind, one in changes}
        assert told == {
            ("read_flag_change", ids[0]),
            ("update", ids[1]),
            ("delete", ids[2]),
            ("delete", ids[3]),
        }
        assert synced(ana.inbox, after)[0] == []
        assert [one.id for _, one in synced(ana.drafts)[0]] == [items[2].id] != [ids[2]]
        for wrong in (ana.drafts.item_sync_state, "H4sInvented"):
            with pytest.raises(ErrorInvalidSyncStateData):
                synced(ana.inbox, wrong)
        exchange.account().states.forget()
        with pytest.raises(ErrorInvalidSyncStateData):
            synced(ana.inbox, after)


def test_a_whole_mail(exchange: FakeExchange) -> None:
    """GetItem has what the mail has; what was sent has no internet headers."""
    mailbox = exchange.account().mailbox
    raw = letter(BOB, ANA, "Lunch", html="<p>Shall we <b>meet</b>?", files=[("a.pdf", b"1")])
    mailbox.deliver(raw)
    mailbox.deliver(letter(ANA, BOB, "Re: Lunch"), "sentitems")
    with client(exchange) as ana:
        mail = ana.inbox.get()
        assert (mail.sender.email_address, mail.author.name) == ("bob@example.org", "Bob Stone")
        assert {one.name: one.value for one in mail.headers}["Subject"] == "Lunch"
        assert (mail.mime_content, mail.has_attachments, mail.is_read) == (raw, True, False)
        assert mail.body.startswith("<html>")
        assert mail.text_body.split() == ["Shall", "we", "meet?"]
        sent = ana.sent.get()
        assert (sent.headers, sent.message_id is None) == (None, False)


def test_finding(exchange: FakeExchange, clock: Clock) -> None:
    """Restrictions, orders and pages."""
    exchange.reset(clock, 2)
    mailbox = exchange.account().mailbox
    for number in range(7):
        mailbox.deliver(letter(BOB, ANA, f"Lunch {number}"), read=number % 2 == 0)
        clock.advance(hours=1)
    with client(exchange) as ana:
        by_time = ana.inbox.all().order_by("-datetime_received").values_list("subject", flat=True)
        assert list(by_time) == [f"Lunch {number}" for number in range(6, -1, -1)]
        for count, asked in (
            (4, {"is_read": True}),
            (1, {"subject": "LUNCH 3"}),
            (7, {"subject__istartswith": "lunch"}),
            (0, {"subject__contains": "lunch"}),
            (2, {"datetime_received__gte": ana.inbox.get(subject="Lunch 5").datetime_received}),
            (3, {"is_read": False, "subject__contains": "Lunch"}),
            (6, {"subject__not": "Lunch 1"}),
        ):
            assert ana.inbox.filter(**asked).count() == count, asked


def test_drafts(exchange: FakeExchange) -> None:
    """What a client writes is there, with its MIME, and nothing is sent."""
    with client(exchange) as ana:
        draft = Message(
            account=ana,
            folder=ana.drafts,
            subject="Thank you",
            body="For lunch.",
            to_recipients=["bob@example.org"],
        )
        draft.save()
        posted = Message(account=ana, folder=ana.drafts, mime_content=letter(ANA, BOB, "Hello"))
        posted.save()
        kept = {one.subject: one for one in ana.drafts.all()}
        assert (kept["Thank you"].is_draft, kept["Hello"].is_draft) == (True, True)
        assert b"\r\nTo: bob@example.org" in b"\r\n" + kept["Thank you"].mime_content
        assert (kept["Hello"].headers, kept["Hello"].message_id[:1]) == (None, "<")
    assert exchange.account().sent == []


def test_what_lists_do_not_show(exchange: FakeExchange) -> None:
    """FindItem refuses properties that only GetItem shows, SyncFolderItems leaves them out; both
    name people without their addresses."""
    exchange.account().mailbox.deliver(letter(BOB, ANA))
    shape = """<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>
        <t:FieldURI FieldURI="{}"/><t:FieldURI FieldURI="message:From"/></t:AdditionalProperties>
        </m:ItemShape>"""
    inbox = '<t:DistinguishedFolderId Id="inbox"/>'
    for field, code in (("item:Body", "ErrorInvalidPropertyRequest"), ("item:Subject", "NoError")):
        found = f"""<m:FindItem Traversal="Shallow">{shape.format(field)}
            <m:ParentFolderIds>{inbox}</m:ParentFolderIds></m:FindItem>"""
        assert codes(ask(exchange, found)) == [code]
    synced = f"""<m:SyncFolderItems>{shape.format("item:Body")}<m:SyncFolderId>{inbox}
        </m:SyncFolderId><m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>"""
    message = next(ask(exchange, synced).iter("{*}Message"))
    assert [one.tag.rpartition("}")[2] for one in message] == ["ItemId", "From"]
    assert [one.text for one in message.iter("{*}Name", "{*}EmailAddress")] == ["Bob Stone"]
