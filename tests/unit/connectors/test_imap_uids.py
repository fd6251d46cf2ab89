"""Sets of UIDs, refs and cursors: what goes in comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import CursorExpired
from connectors.imap.cursor import Breaking, Cursor, Mark
from connectors.imap.refs import folder_prefix, place_of, prefix
from connectors.imap.uids import Uids

numbers = st.sets(st.integers(1, 200))


@given(numbers, st.integers(0, 210), st.integers(0, 210))
def test_a_set_of_uids_is_a_set(some: set[int], low: int, high: int) -> None:
    """Whatever is asked of the ranges, a plain set would have answered the same."""
    uids = Uids.of(some)
    assert list(uids) == sorted(some)
    assert len(uids) == len(some)
    assert [*Uids.parse(str(uids)).spans()] == [*uids.spans()]
    assert uids.count(low, high) == len([one for one in some if low <= one <= high])
    assert [one in uids for one in range(1, 210)] == [one in some for one in range(1, 210)]
    assert list(uids.between(low, high)) == sorted(one for one in some if low <= one <= high)
    assert uids.newest(5, high) == sorted((one for one in some if one < high), reverse=True)[:5]
    assert uids.highest == max(some, default=0)


@pytest.mark.parametrize("text", ["0", "x", "1:y", "4294967296", "-1"])
def test_what_is_no_uid(text: str) -> None:
    """It is not understood as anything."""
    with pytest.raises(ValueError):  # noqa: PT011  # of int, or of ours
        Uids.parse(text)


@given(st.text(min_size=1), st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_refs_name_every_folder(folder: str, validity: int, uid: int) -> None:
    """Any name of a folder comes back, in one line that can be stored; no other folder's refs
    begin like its own."""
    ref = f"{prefix(folder, validity)}{uid}"
    assert place_of(ref) == (folder, validity, uid)
    assert "\n" not in ref
    ref.encode()
    assert not folder_prefix(folder + ";UIDVALIDITY=1").startswith(folder_prefix(folder))


@given(st.dictionaries(st.text(), st.tuples(*[st.integers(0, 2**40)] * 6)), st.booleans())
def test_a_cursor_comes_back(folders: dict[str, tuple[int, ...]], unsettled: bool) -> None:
    """What is kept is all there is."""
    marks = {}
    for name, (validity, following, low, count, modseq, oldest) in folders.items():
        resets = [7] if validity % 2 else []
        marks[name] = Mark(validity, following, low, count, modseq, oldest, resets)
    cursor = Cursor(marks, unsettled, Breaking("INBOX", 1, 9, 4) if unsettled else None)
    assert Cursor.of(cursor.text()) == cursor


@pytest.mark.parametrize(
    "text", ["", "null", "{}", '{"v":2,"imap":{}}', '{"v":1,"imap":{"a":[1]}}']
)
def test_a_foreign_cursor(text: str) -> None:
    """It asks for a new start."""
    with pytest.raises(CursorExpired):
        Cursor.of(text)
