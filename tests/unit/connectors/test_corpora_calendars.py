"""Every calendar and card of the corpora: read, or set aside with a reason, in little time.

The time check is the one test that measures: CPU seconds of this process, and a whole second where
most files take a millisecond.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from targets import ZONE, check_card, check_meeting

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.formats.vcard import read_cards

START = datetime(2016, 1, 1, tzinfo=UTC)
END = datetime(2027, 4, 1, tzinfo=UTC)
# CPU seconds. The slowest takes 0.4 on a quiet machine; a busy one needs several times as long.
SLOWEST = 4.0


def files(folder: Path, suffix: str) -> list[Path]:
    """All files of that kind."""
    found = sorted(folder.rglob(f"*{suffix}"))
    if not found:
        pytest.skip(f"the corpus {folder.name} is absent")
    return found


def in_time(read: Callable[[bytes], object], path: Path) -> str:
    """Why the file was set aside, "" where it was read. Fails when that takes too long."""
    data = path.read_bytes()
    before = time.process_time()
    try:
        read(data)
        return ""
    except BadItem as error:
        return str(error)
    finally:
        assert time.process_time() - before < SLOWEST, path.name


def test_every_calendar_is_read_or_set_aside(corpora: Path) -> None:
    """What is set aside has no start, is no calendar, or is broken beyond its first line."""
    paths = files(corpora / "ics", ".ics")
    aside: Counter[str] = Counter()

    def read(data: bytes) -> None:
        for meeting in read_calendar(data, START, END, ZONE).meetings[:50]:
            check_meeting(meeting)

    for path in paths:
        aside[in_time(read, path)] += 1
    assert aside.pop("") > 0.97 * len(paths)
    assert aside.keys() <= {
        "an event without a start",
        "it is not a calendar",
        "an event that cannot be read",
        "9 of its entries cannot be read",
    }
    assert sum(aside.values()) < 60


def test_every_card_is_read(corpora: Path) -> None:
    """Cards as every address book writes them are read, all of them."""
    paths = files(corpora / "vcf", ".vcf")

    def read(data: bytes) -> None:
        reading = read_cards(data)
        assert reading.broken == ""
        for card in reading.cards:
            check_card(card)

    assert {in_time(read, path) for path in paths} == {""}
