"""A mailbox of Microsoft 365: the past newest first, going on anywhere, and what is lost on the
way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from fakes.google.fault import Fault
from fakes.google.world import Clock, letter
from fakes.graph.call import Reply
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_mail_world import ANA, BOB, FIRST, Box, gone, message, seen

from connectors.errors import ConnectorError, Paused, Refused, Unavailable
from connectors.graph import mail_fetch, mail_listing
from connectors.records import Bad, Seen

__all__ = ["clock", "graph"]


@pytest.fixture
def box(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Box:
    """Empty, with small pages."""
    monkeypatch.setattr(mail_listing, "PAGE", 4)
    monkeypatch.setattr(mail_listing, "IDS", 5)
    monkeypatch.setattr(mail_fetch, "AT_ONCE", 6)
    return Box(graph)


def test_whoever_wrote_last_comes_first(box: Box) -> None:
    """The newest of inbox and sent mail before anything older of either; each folder goes back from
    there."""
    box.mailbox.make_archive()
    came, sent = box.fill(9), box.fill(9, "sentitems")
    other = box.fill(2, "archive")
    order = seen(box.read())
    assert set(order) == {*came, *sent, *other}
    assert order[:8] == [*came[:4:-1], *sent[:4:-1]]
    for refs in (came, sent):
        assert [ref for ref in order if ref in refs] == refs[::-1]


def test_history(box: Box) -> None:
    """What came before is not observed, nor asked for again and again; with more of it wanted, the
    rest is read and nothing else."""
    old, new = box.fill(5), box.fill(5, begin=100)
    box.history = (FIRST + timedelta(days=50)).date()
    box.another()
    assert seen(box.read()) == new[::-1]
    assert box.read() == []
    box.mailbox.read(old[0].rpartition("/")[2])
    assert box.read() == []
    box.history = (FIRST + timedelta(days=2)).date() + timedelta(days=1)
    box.another()
    assert seen(box.read()) == old[:1:-1]
    box.history = None
    box.another()
    assert set(seen(box.read())) == set(old[:2])
    assert box.read() == []


def test_a_mail_whose_date_is_older_than_its_arrival(box: Box) -> None:
    """What counts is when it was written: moved here lately it is known, and says nothing."""
    box.history = FIRST.date()
    box.another()
    at = FIRST + timedelta(days=3)
    raw = letter(BOB, ANA, at=FIRST - timedelta(days=400))
    ref = box.ref(box.mailbox.deliver(raw, "inbox", at=at))
    (item,) = box.read()
    assert (item.ref, isinstance(item, Seen) and item.observations) == (ref, ())


@pytest.mark.parametrize("seed", range(2))
def test_cut_anywhere(box: Box, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped between any two batches, by a restart or by Microsoft, while mail comes, goes and is
    moved: in the end all that is there is known, and nothing else."""
    chance = Random(seed)
    box.graph.reset(clock, seed)
    box.another()
    box.mailbox.make_folder("Clients")
    folders = ("inbox", "sentitems", "Clients")
    refs = [ref for one in folders for ref in box.fill(chance.randrange(3, 12), one)]
    number = 200
    for _ in range(14):
        clock.advance(seconds=2)
        if chance.random() < 0.3:
            box.another()
        if chance.random() < 0.1:
            box.graph.account(ANA).forget_tokens()
        for _ in range(chance.randrange(3)):
            number += 1
            act = chance.random()
            if act < 0.4:
                refs.append(box.put(number, chance.choice(folders)))
            elif refs:
                one = refs.pop(chance.randrange(len(refs))).rpartition("/")[2]
                if act < 0.6:
                    box.mailbox.delete(one)
                else:
                    to = chance.choice(folders)
                    box.mailbox.move(one, to)
                    refs.append(box.ref(one, to))
        if chance.random() < 0.3:
            box.graph.faults.broken("messages.*", skip=chance.randrange(4))
        try:
            box.ledger.read_some(box.source, chance.randrange(1, 5), commit=True)
        except ConnectorError:
            pass
        finally:
            box.graph.faults.clear()
    box.graph.limits.at_once = 99  # and no refusals of odd batches
    for _ in range(6):
        clock.advance(seconds=30)
        try:
            box.read()
        except Paused:
            continue
    assert box.held == set(refs)


def test_news_while_the_past_is_read(box: Box) -> None:
    """In each reading the newest come first, however much is left."""
    box.fill(30)
    box.ledger.read_some(box.source, 2, commit=True)
    late = box.put(400)
    items = box.ledger.read_some(box.another(), 1, commit=True)
    assert seen(items) == [late]
    box.read()
    assert len(box.held) == 31


def test_more_than_a_filtered_delta_query_tells(box: Box) -> None:
    """Microsoft tells so many of a folder where dates are asked for, and no word of the others."""
    box.mailbox.filtered_most = 3
    box.history = FIRST.date()
    box.another()
    assert set(seen(box.read())) == set(box.fill(0)) | box.held
    refs = box.fill(12)
    assert set(seen(box.read())) == set(refs)


def test_lost_state(box: Box) -> None:
    """All ids are compared with what is known: only what came is fetched, and what went is told."""
    refs = box.fill(12)
    box.read()
    box.graph.account(ANA).forget_tokens()
    box.mailbox.delete(refs[2].rpartition("/")[2])
    new = box.put(300)
    box.graph.log.clear()
    items = box.read()
    assert (seen(items), gone(items)) == ([new], {refs[2]})
    assert box.graph.count("messages.get") == 1
    assert box.graph.count("messages.list") == 0
    for code in ("resyncRequired", "SyncStateInvalid"):
        box.graph.faults.lost_state("messages.delta", code=code)
        assert box.read() == []


def test_state_lost_while_ids_are_gone_through(box: Box) -> None:
    """It begins anew; what was told is known."""
    refs = box.fill(12)
    box.graph.faults.lost_state("messages.delta", skip=1)
    with pytest.raises(Unavailable, match="forgot how far"):
        box.read()
    box.read()
    assert box.held == set(refs)


def test_a_round_goes_on_where_it_was(box: Box) -> None:
    """Where Microsoft stops answering in the midst of all ids, the same process goes on there."""
    box.fill(30)
    box.graph.faults.broken("messages.delta", skip=3)
    with pytest.raises(Unavailable):
        box.read()
    box.graph.log.clear()
    box.read()
    again = box.graph.count("messages.delta")
    Box(box.graph).read()
    assert again < box.graph.count("messages.delta") - again
    assert len(box.held) == 30


def test_a_folder_that_looks_empty(box: Box) -> None:
    """A server that lost its index deletes nothing; a folder that was emptied by hand is one."""
    refs = box.fill(22)
    box.read()
    for ref in refs:
        box.mailbox.delete(ref.rpartition("/")[2])
    box.graph.account(ANA).forget_tokens()
    with pytest.raises(Unavailable, match="looks empty"):
        box.read()
    assert len(box.held) == 22
    one = box.put(50)
    box.read()
    assert box.held == {one}


def test_what_is_told_again_is_known(box: Box) -> None:
    """Read, flagged, sorted, replayed: a mail does not change."""
    refs = box.fill(4)
    box.read()
    box.graph.log.clear()
    for ref in refs:
        box.mailbox.read(ref.rpartition("/")[2])
        box.mailbox.categorize(ref.rpartition("/")[2], "Blue category")
    assert box.read() == []
    assert box.graph.count("messages.get") == 0


def test_what_is_told_in_part(box: Box) -> None:
    """Of what changed a delta query may tell nothing but what changed: what is known is known, and
    what is not is asked for."""
    refs = box.fill(3)
    box.read()
    box.mailbox.read(refs[0].rpartition("/")[2])
    refs.append(box.put(40))

    def bare(reply: Reply) -> Reply:
        told = json.loads(reply.body)
        kept = ("id", "isRead", "parentFolderId")
        told["value"] = [{k: v for k, v in one.items() if k in kept} for one in told["value"]]
        return replace(reply, body=json.dumps(told).encode())

    box.graph.faults.add(Fault("messages.delta", after=bare, times=None))
    assert seen(box.read()) == [refs[3]]


def test_drafts_are_no_mail(box: Box) -> None:
    """Nor in a folder that is read; sent it is."""
    raw = letter(ANA, "bob@example.org", "Not yet")
    draft = box.mailbox.deliver(raw, "inbox", draft=True)
    assert box.read() == []
    box.mailbox.send(draft)
    (item,) = box.read()
    assert item.ref == box.ref(draft, "sentitems")


def test_throttled(box: Box, clock: Clock) -> None:
    """What was told counts; it goes on when Microsoft says."""
    refs = box.fill(11)
    box.graph.faults.too_many("messages.list", skip=2, retry_after=9)
    with pytest.raises(Paused) as caught:
        box.read()
    assert caught.value.wait == 9
    assert len(box.held) == 4
    clock.advance(seconds=9)
    box.read()
    assert box.held == set(refs)


def test_a_mail_that_is_not_delivered(box: Box) -> None:
    """It stops nobody else: after some tries it is set aside for now, and asked for again later."""
    refs = box.fill(3)
    box.read()
    refs += [box.put(30), box.put(31), box.put(32)]
    box.graph.faults.error(500, "ErrorInternalServerError", "messages.get", times=None, skip=0)
    for _ in range(2):
        with pytest.raises(Unavailable):
            box.read()
    items = box.read()
    assert {item.ref for item in items if isinstance(item, Bad) and item.for_now} == set(refs[3:])
    box.graph.faults.clear()
    found = list(box.source.read_again(refs[3:], box.ledger.cursor or ""))
    assert set(seen(found)) == set(refs[3:])


def test_a_page_that_is_not_delivered(box: Box) -> None:
    """A mail that spoils a listing: the others are asked for one by one."""
    refs = box.fill(6)
    box.graph.faults.error(500, "ErrorInternalServerError", "messages.list", times=None)
    failed = 0
    while failed < 20:
        try:
            box.read()
            break
        except Unavailable:
            failed += 1
    assert failed >= 2
    assert box.held == set(refs)


def test_the_count(box: Box) -> None:
    """What there is is counted past the cursor, drafts and what is too old left out; days are those
    on which they were sent."""
    box.history = (FIRST + timedelta(days=3)).date() + timedelta(days=1)
    box.another()
    refs = box.fill(6)
    box.put(9, draft=True)
    assert {one.ref for one in box.source.census()} == set(refs[3:])
    found = box.source.dated([refs[4], "mail//0123456789ab/nothing", "odd"])
    assert found == {refs[4]: date(2026, 3, 5)}
    assert box.source.server_time() == box.graph.now()


def test_folders(box: Box) -> None:
    """All but what is thrown away, unsent or spam; new ones and renamed ones as well; what was in a
    deleted one is gone."""
    box.mailbox.make_folder("Clients")
    box.mailbox.make_folder("Clients/Acme")
    box.mailbox.make_folder("Hidden", hidden=True)
    refs = [box.put(1, one) for one in ("inbox", "sentitems", "Clients/Acme")]
    for one in ("deleteditems", "junkemail", "drafts", "Hidden"):
        box.put(2, one)
    box.read()
    assert box.held == set(refs)
    box.mailbox.rename_folder(box.mailbox.folder("Clients/Acme").id, "Acme Ltd")
    assert box.read() == []
    new = box.mailbox.make_folder("Late")
    late = box.put(3, new.id)
    assert seen(box.read()) == [late]
    box.mailbox.delete_folder("Clients/Acme Ltd")
    assert gone(box.read()) == {refs[2]}


def test_chosen_folders(box: Box, clock: Clock) -> None:
    """By the owner's names or Microsoft's, with those inside; what is missing is told after the
    others were read, and takes nothing with it."""
    box.graph.reset(clock, 2)  # of which folders are called in German
    for one in ("Clients", "Clients/Acme", "Else"):
        box.mailbox.make_folder(one)
    refs = [box.put(1, one) for one in ("inbox", "Clients", "Clients/Acme", "Else", "sentitems")]
    box.chosen = ("clients", "SentItems")
    box.another()
    box.read()
    assert box.held == {refs[1], refs[2], refs[4]}
    box.chosen = ("clients/acme", "sentitems")
    box.another()
    assert gone(box.read()) == {refs[1]}
    box.mailbox.rename_folder(box.mailbox.folder("Clients/Acme").id, "Acme Ltd")
    new = box.put(2, "sentitems")
    with pytest.raises(Refused, match=r"there is no folder clients/acme.*Clients/Acme Ltd"):
        box.read()
    assert box.held == {refs[2], refs[4], new}
    box.mailbox.rename_folder(box.mailbox.folder("Clients/Acme Ltd").id, "Acme")
    assert box.read() == []


def test_a_folder_that_goes_while_it_is_read(box: Box) -> None:
    """The others are read; the next reading tells."""
    box.mailbox.make_folder("Clients")
    refs = [box.put(1, "Clients"), box.put(1)]
    box.read()
    box.graph.faults.meanwhile("messages.delta", lambda: box.mailbox.delete_folder("Clients"))
    late = box.put(2)
    box.read()
    assert gone(box.read()) <= {refs[0]}
    assert box.held == {refs[1], late}


def test_sent_from_outlook(box: Box) -> None:
    """Such a mail has no header: who, whom, when and what it answers is told by properties."""
    raw = letter(
        "Ana Silva <ana@example.com>",
        '"Stone, Bob" <bob@example.org>',
        "Re: Über uns",
        at=FIRST,
        message_id="<re@example.com>",
        answers="<first@example.org>",
        Cc="carol@example.org",
    )
    box.mailbox.deliver(raw, "sentitems", at=FIRST, bare=True)
    found = message(box.read())
    assert found.message_id == "re@example.com"
    assert [(one.addr, one.name) for one in found.from_] == [(ANA, "Ana Silva")]
    assert [(one.addr, one.name) for one in found.to] == [("bob@example.org", "Stone, Bob")]
    assert [one.addr for one in found.cc] == ["carol@example.org"]
    assert (found.subject, found.at) == ("Re: Über uns", FIRST)
    assert (found.in_reply_to, found.references) == ("first@example.org", ("first@example.org",))
