"""Calendar files: the window, and what is read again when it moves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import NOW, Ledger

from connectors.errors import CursorExpired
from connectors.local.vdir import Vdir
from connectors.records import Item, Meeting, Seen

ZONE = ZoneInfo("Europe/Lisbon")


def event(start: str, *lines: str) -> bytes:
    """An invented event."""
    body = "".join(f"{line}\r\n" for line in (f"DTSTART:{start}", *lines))
    body = f"BEGIN:VEVENT\r\nUID:{start}\r\n{body}END:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\n{body}END:VCALENDAR\r\n".encode()


def starts(items: list[Item]) -> dict[str, int]:
    """How many meetings each ref holds."""
    return {item.ref: len(item.observations) for item in items if isinstance(item, Seen)}


def test_the_window_moves_and_only_series_are_read_again(tmp_path: Path) -> None:
    """With fewer than 200 days left the window moves; finished events are not opened for that."""
    (tmp_path / "single.ics").write_bytes(event("20260302T090000Z"))
    (tmp_path / "series.ics").write_bytes(event("20260302T090000Z", "RRULE:FREQ=WEEKLY"))
    (tmp_path / "far.ics").write_bytes(event("20270901T090000Z"))
    (tmp_path / "ended.ics").write_bytes(
        event("20260302T090000Z", "RRULE:FREQ=DAILY;UNTIL=20260310T000000Z")
    )
    ledger, source = Ledger(), Vdir(tmp_path, "c", ZONE)
    first = starts(ledger.read(source))
    assert first["c//far.ics"] == 0
    assert ledger.read(source, NOW + timedelta(days=199)) == []
    second = starts(ledger.read(source, NOW + timedelta(days=202)))
    assert set(second) == {"c//series.ics", "c//far.ics"}
    assert second["c//series.ics"] > first["c//series.ics"]
    assert second["c//far.ics"] == 1
    assert ledger.read(source, NOW + timedelta(days=203)) == []


def test_history_bounds_a_calendar(tmp_path: Path) -> None:
    """Events before `history` are acknowledged and not observed; ten years are the default."""
    (tmp_path / "old.ics").write_bytes(event("20250101T090000Z"))
    (tmp_path / "ancient.ics").write_bytes(event("20100101T090000Z"))
    assert starts(Ledger().read(Vdir(tmp_path, "c", ZONE, date(2026, 1, 1)))) == {
        "c//old.ics": 0,
        "c//ancient.ics": 0,
    }
    assert starts(Ledger().read(Vdir(tmp_path, "c", ZONE))) == {
        "c//old.ics": 1,
        "c//ancient.ics": 0,
    }


def test_one_file_with_a_whole_calendar(tmp_path: Path) -> None:
    """A single .ics file is one item with all its meetings."""
    path = tmp_path / "all.ics"
    path.write_bytes(event("20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=3"))
    ledger, source = Ledger(), Vdir(path, "all.ics", ZONE)
    ((ref, count),) = starts(ledger.read(source)).items()
    assert (ref, count) == ("all.ics//all.ics", 3)
    assert all(isinstance(meeting, Meeting) for meeting in ledger.observations[ref])
    assert ledger.read(source) == []


def test_a_calendar_cursor_without_a_window_expires(tmp_path: Path) -> None:
    """A cursor whose window cannot be read starts over."""
    ledger = Ledger()
    ledger.cursor = '{"v":1,"from":"soon","to":"later"}'
    with pytest.raises(CursorExpired):
        ledger.read(Vdir(tmp_path, "c", ZONE))
