"""Moments as whatever is stored keeps them: integer UTC microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_int(moment: datetime) -> int:
    """UTC microseconds; exact, unlike `timestamp()`."""
    return (moment - _EPOCH) // _MICROSECOND


def from_int(value: int) -> datetime:
    """The aware UTC moment behind `to_int`."""
    return _EPOCH + value * _MICROSECOND


def maybe_int(moment: datetime | None) -> int | None:
    return None if moment is None else to_int(moment)


def maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else from_int(value)
