"""Answers of CalDAV servers that come compressed."""

from __future__ import annotations

import gzip

import pytest
from contract.ledger import Ledger
from integration.test_caldav_odd_servers import calendar, fake
from servers.fake_dav import Asked, FakeDav, Reply

from connectors.errors import Unavailable

__all__ = ["fake"]


def test_compressed_answers(fake: FakeDav) -> None:
    """They are unpacked; one that ends early inside is no answer, and costs nothing."""
    real, cut = fake.answer, [0]

    def packed(asked: Asked) -> Reply:
        reply = real(asked)
        if reply.status != 207:
            return reply
        body = gzip.compress(str(reply.body).encode())
        return Reply(207, body[: len(body) - cut[0]], {"Content-Encoding": "gzip"})

    fake.answer = packed  # type: ignore[method-assign]  # the same server, which compresses
    ledger, calendars = Ledger(), calendar(fake)
    assert len(ledger.read(calendars)) == 5
    cut[0] = 12
    with pytest.raises(Unavailable, match="broke"):
        ledger.read(calendars)
    assert len(ledger.stamps) == 5
