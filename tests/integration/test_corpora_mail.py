"""Mail inference on real mail: how much it gets right, never less than measured once.

Nothing of the corpora is in the repository; where they are absent these tests are skipped.
"""

from __future__ import annotations

import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.errors import BadItem
from connectors.formats.mime import read_message
from connectors.records import Message
from syncd.inference.machine import is_list, list_addresses, machine_reasons
from syncd.inference.mail import judge_messages
from syncd.inference.model import Dossier, Owner, Real, Sighted, SignalKind
from syncd.inference.signals import read_signals
from syncd.inference.zones import new_text
from syncd.people import AddressKind, classify, normalise

ARCHIVE = 30_000_000  # bytes of the list
THEN = datetime(2002, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTS = frozenset((SignalKind.ASKS, SignalKind.PROMISES, SignalKind.PROPOSES_MEETING))


def mails(folder: Path) -> Iterator[Message]:
    if not folder.is_dir():
        pytest.skip(f"no corpus at {folder}")
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if data.startswith(b"From "):
            data = data.partition(b"\n")[2]
        try:
            yield read_message(data, THEN)
        except BadItem:
            continue


def share_of_humans(messages: list[Message]) -> float:
    return sum(not machine_reasons(m) for m in messages) / len(messages)


def test_the_mail_of_humans_is_seldom_taken_for_a_machines(corpora: Path) -> None:
    """Of human mail, mostly through lists, at most one in a hundred is judged a machine's."""
    humans = [
        m
        for m in mails(corpora / "spamassassin" / "easy_ham")
        # 2002's gateway of news feeds, and what names itself a robot or a role.
        if m.from_
        and classify(normalise(m.from_[0].addr), is_list=False, is_resource=False)[0]
        is AddressKind.PERSON
    ]
    assert len(humans) > 1_500
    assert share_of_humans(humans) >= 0.99
    assert sum(map(is_list, humans)) / len(humans) > 0.9


def test_bulk_mail_is_seldom_taken_for_a_humans(corpora: Path) -> None:
    """Of newsletters and offers that somebody wanted, sent without the headers of today, nine in
    ten are machine mail; the rest stays pending, because nobody ever answers it."""
    bulk = [m for m in mails(corpora / "spamassassin" / "hard_ham") if not is_list(m)]
    assert len(bulk) > 100
    assert share_of_humans(bulk) <= 0.13


def test_business_mail_is_the_mail_of_humans(corpora: Path) -> None:
    """Mail inside a firm: nothing but role addresses, RSVPs and notices is set aside."""
    reasons = Counter[str]()
    total = 0
    for folder in sorted((corpora / "enron-categories").glob("[1-8]")):
        for m in mails(folder):
            total += 1
            reasons.update(machine_reasons(m))
    assert total > 1_000
    assert set(reasons) <= {"sender:role", "auto:out-of-office", "auto:rsvp"} | {"auto:bounce"}
    assert reasons.total() < total / 50


def test_new_text_is_part_of_the_text(corpora: Path) -> None:
    """Zoning keeps something of most mails, and never makes anything up."""
    kept = total = 0
    for path in sorted((corpora / "enron-categories" / "1").glob("*.txt")):
        body = path.read_text("utf-8", "replace").partition("\n\n")[2]
        found = new_text(body)
        total += 1
        kept += bool(found)
        assert len(found) <= len(body)
    assert kept > total * 0.7


def test_signals_are_precise(corpora: Path) -> None:
    """Of sentences said to carry an intent: at least 86 % right, more than half found.

    The labels call an author's own promise no intent, and a courtesy one; both cost here.
    """
    path = corpora / "email-intent" / "train.tsv"
    if not path.is_file():
        pytest.skip(f"no corpus at {path}")
    right = wrong = missed = 0
    for line in path.read_text("utf-8", "replace").splitlines():
        label, _, sentence = line.partition("\t")
        found = read_signals(sentence, at=THEN, zone=UTC, language="en")
        acts = any(signal.kind in ACTS for signal in found)
        right += acts and label == "Yes"
        wrong += acts and label == "No"
        missed += not acts and label == "Yes"
    assert right / (right + wrong) >= 0.86
    assert right / (right + missed) >= 0.5


@pytest.fixture(scope="module")
def archive(corpora: Path) -> list[Message]:
    """Some months of a busy development list."""
    path = corpora / "list-mbox" / "list-12000.mbox.xz"
    if not path.is_file():
        pytest.skip(f"no corpus at {path}")
    with lzma.open(path) as unpacked:
        data = unpacked.read(ARCHIVE)
    found = []
    for raw in re.split(rb"(?m)^From .*\n", data)[:-1]:
        try:
            found.append(read_message(raw, THEN))
        except BadItem:
            continue
    return found


def test_a_list_has_few_ties(archive: list[Message]) -> None:
    """One of its authors as the owner: what counts answers or addresses them, and is two-way."""
    authors = Counter(normalise(m.from_[0].addr) for m in archive if m.from_)
    busiest = authors.most_common(1)[0][0]
    owner = Owner(frozenset({busiest}), UTC)
    parents = {m.message_id: normalise(m.from_[0].addr) for m in archive if m.from_}
    lists = frozenset[str]().union(*map(list_addresses, archive))
    people: defaultdict[str, list[Sighted[Message]]] = defaultdict(list)
    for m in archive:
        sighted = Sighted(f"message:{m.message_id}", m, (), m.at)
        boxes = (*m.from_, *m.to, *m.cc)
        for addr in {normalise(box.addr) for box in boxes} - owner.addresses - {""}:
            people[addr].append(sighted)
    real = Counter[Real]()
    for addr, seen in people.items():
        dossier = Dossier(frozenset({addr}), tuple(seen), parents=parents, lists=lists)
        for claim in judge_messages(dossier, owner, NOW):
            real[claim.real] += 1
            if claim.real is Real.YES:
                assert parents[claim.key.removeprefix("message:")] in owner.addresses | {addr}
                assert claim.size <= owner.mail_group
    assert lists
    assert 0 < real[Real.YES] < real[Real.NO]
