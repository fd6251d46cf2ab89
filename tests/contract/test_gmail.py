"""Gmail keeps the contract, driven through the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.gmail_stage import GmailStage, PushedStage
from contract.ledger import Ledger
from contract.source_contract import SourceContract, TextContract, gone, seen
from contract.waiting_contract import WaitingContract
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle

from connectors.records import Bad

__all__ = ["clock", "google"]


class TestGmail(SourceContract, TextContract):
    """A mailbox."""

    @pytest.fixture
    def stage(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[GmailStage]:
        with closing(GmailStage(google, monkeypatch)) as stage:
            yield stage

    def test_a_mended_item_is_read(self, stage: GmailStage) -> None:  # type: ignore[override]  # one stage
        """A mail at Gmail never changes, nor does its stamp: what could not be read is asked for
        by its ref."""
        refs = [stage.add(number) for number in range(3)]
        stage.spoil(refs[0])
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        assert isinstance(next(iter(source.read_again([refs[0]], ledger.cursor or ""))), Bad)
        stage.mend(refs[0])
        assert ledger.read(source) == []
        assert seen(list(source.read_again([refs[0]], ledger.cursor or ""))) == {refs[0]}

    def test_a_mail_in_the_bin_is_gone_and_comes_back(self, stage: GmailStage) -> None:
        """Labels are what folders are elsewhere: a mail keeps its ref when it is put away, taken
        out again, or archived."""
        refs = [stage.add(number) for number in range(4)]
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        mailbox = stage.ana.mailbox
        ids = [ref.removeprefix("gmail//") for ref in refs]
        mailbox.trash(ids[0])
        mailbox.mark_spam(ids[1])
        mailbox.archive(ids[3])
        assert gone(items := ledger.read(source)) == set(refs[:2])
        assert len(items) == 2
        mailbox.untrash(ids[0])
        assert seen(ledger.read(source)) == {refs[0]}
        assert ledger.read(source) == []


class TestPushed(WaitingContract):
    """A mailbox that says by Pub/Sub when something changed."""

    @pytest.fixture
    def stage(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[GmailStage]:
        with closing(PushedStage(google, monkeypatch)) as stage:
            yield stage
