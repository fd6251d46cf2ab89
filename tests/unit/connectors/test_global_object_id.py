"""Ids of Outlook's meetings, and the UIDs that they are ([MS-OXOCAL] 2.2.1.27)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from connectors.formats.global_object_id import uid_of
from connectors.formats.windows_name import windows_name

_HEAD = "040000008200E00074C5B7101A82E008"
_REST = "9063E97D5E57D901000000000000000010000000" + "3E9EF82FC4F68B47AA38749DEC560C23"
SERIES = _HEAD + "00000000" + _REST


def foreign(uid: str, day: str = "00000000") -> str:
    """The id of a meeting whose UID was made elsewhere."""
    told = b"vCal-Uid\x01\x00\x00\x00" + uid.encode() + b"\x00"
    return f"{_HEAD}{day}{'00' * 16}{len(told).to_bytes(4, 'little').hex()}{told.hex()}"


def test_an_instance_goes_by_the_uid_of_its_series() -> None:
    """7 November 2026 is written into the id of that day's instance."""
    assert uid_of(_HEAD + "07EA0B07" + _REST) == SERIES
    assert uid_of(SERIES) == SERIES
    assert uid_of(SERIES.lower()) == SERIES


@pytest.mark.parametrize("uid", ["7cbh8rpc10lrc0ckih9tafss99@google.com", "réunion-1", "a" * 300])
@pytest.mark.parametrize("day", ["00000000", "07EA0B07"])
def test_a_uid_from_elsewhere_is_that_uid(uid: str, day: str) -> None:
    """What Google called it, Google's twin of it is called."""
    assert uid_of(foreign(uid, day)) == uid


@pytest.mark.parametrize(
    "text",
    ["", "7cbh8rpc10lrc0ckih9tafss99@google.com", _HEAD, SERIES[:-1], SERIES + "é", "04" * 60],
)
def test_anything_else_is_left_as_it_is(text: str) -> None:
    """No id of Outlook's, or half of one."""
    assert uid_of(text) == text


def test_a_size_that_lies_breaks_nothing() -> None:
    """More is promised than there is, or nothing comes behind the mark."""
    assert uid_of(foreign("abc").replace("10000000", "ff000000", 1)) == "abc"
    assert uid_of(foreign("")) == foreign("").upper()


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("Europe/Lisbon", "GMT Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("UTC", "UTC"),
        ("America/New_York", "Eastern Standard Time"),
        ("Antarctica/Troll", ""),
    ],
)
def test_what_windows_calls_a_zone(zone: str, name: str) -> None:
    """Its own name, else that of one whose clocks go the same way."""
    assert windows_name(ZoneInfo(zone), 2026) == name
