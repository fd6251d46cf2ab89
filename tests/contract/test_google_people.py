"""The contacts of a Google account keep the contract, through the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.google_people_stage import OthersStage, PeopleStage
from contract.source_contract import SourceContract
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle

__all__ = ["clock", "google"]


class TestConnections(SourceContract):
    """Whom the owner keeps."""

    @pytest.fixture
    def stage(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[PeopleStage]:
        with closing(PeopleStage(google, monkeypatch)) as stage:
            yield stage


class TestOthers(SourceContract):
    """Whom Gmail noted for itself."""

    @pytest.fixture
    def stage(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[PeopleStage]:
        with closing(OthersStage(google, monkeypatch)) as stage:
            yield stage
