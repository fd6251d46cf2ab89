"""What a task says at Google Tasks: the footer, what stands below it, the limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Draft
from connectors.errors import BadItem
from connectors.formats.cut import cut
from connectors.google.tasks_text import (
    MOST_NOTES,
    MOST_TITLE,
    Notes,
    Stamp,
    fields_of,
    read,
    taken_apart,
    title_of,
    written,
)

KEY = "syncd-0123456789abcdef01234567"
FOOTER = f"— syncd, rule call. Why: syncd explain {KEY}. Not wanted? Delete it."
AT = datetime(2026, 3, 1, 7, 30, 5, tzinfo=UTC)


def draft(notes: str = f"You met.\n\n{FOOTER}", title: str = "Call Bob", link: str = "") -> Draft:
    return Draft(KEY, title, notes, date(2026, 3, 30), AT, link)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_the_key_is_in_the_footer_that_was_drafted() -> None:
    """Below it stands when it was made, and nothing twice."""
    fields = fields_of(draft())
    assert fields["notes"] == f"You met.\n\n{FOOTER}\n\nWritten by syncd on 2026-03-01 07:30:05Z"
    assert fields["due"] == "2026-03-30T00:00:00.000Z"
    assert taken_apart(fields["notes"]) == Notes(f"You met.\n\n{FOOTER}", KEY, "", AT)


def test_a_key_that_is_not_in_the_notes_stands_below() -> None:
    """Also where the notes speak of another one."""
    for notes in ("", "You met.", f"See syncd explain {KEY[:-1]}8"):
        found = taken_apart(written(Notes(notes, KEY, "", AT)))
        assert found == Notes(notes, KEY, "", AT)


def test_a_link_to_the_evidence_is_told_unless_it_is_there() -> None:
    """What no browser could open as it stands in a line is left away."""
    there = "https://calendar.example/event?eid=1"
    notes = fields_of(draft(link=there))["notes"]
    assert f"\n\nSee {there}\nWritten by syncd" in notes
    assert taken_apart(notes) == Notes(draft().notes, KEY, there, AT)
    assert "See " not in fields_of(draft(f"On {there} today", link=there))["notes"]
    for odd in ("https://example.org/a b", "https://example.org/" + "x" * 600):
        assert "See " not in fields_of(draft(link=odd))["notes"]


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.booleans(), st.booleans())
def test_notes_come_back_as_they_were(text: str, footer: bool, link: bool) -> None:
    """Whatever stands in them, but for signs that no list keeps."""
    text = f"{text}\n{FOOTER}" if footer else text
    before = Notes(text, KEY, "https://example.org/1" if link else "", AT)
    after = taken_apart(written(before))
    kept = "".join(
        c for c in text.replace("\r\n", "\n") if c in "\n\t" or (c >= " " and c != "\x7f")
    )
    assert (after.text, after.key, after.link) == (kept, KEY, before.link)


@pytest.mark.parametrize("line", ["\nCall her mobile", "\n\nCall her mobile\n"])
def test_what_the_owner_adds_below_is_theirs(line: str) -> None:
    """And so is what they add above, or leave of ours."""
    raw = written(Notes(f"You met.\n\n{FOOTER}", KEY, "https://example.org/1", AT))
    found = taken_apart(raw + line)
    assert found == Notes(f"You met.\n\n{FOOTER}{line}", KEY, "https://example.org/1", AT)
    assert taken_apart(f"First.\n{raw}").text == f"First.\nYou met.\n\n{FOOTER}"
    assert taken_apart(FOOTER) == Notes(FOOTER, KEY)
    assert taken_apart("Her own words") == Notes("Her own words")
    last = raw.rpartition("\n")[2]
    assert taken_apart(f"{last}\nHers") == Notes("Hers", "", "", AT)
    assert taken_apart(raw.replace("\n", "\r\n")).text == f"You met.\n\n{FOOTER}"


@pytest.mark.parametrize("closing", ["", "\n\nClosed by syncd: yes."])
@pytest.mark.parametrize("char", ["x", "é", "👩\u200d👩\u200d👧", "e\u0301", "word "])
def test_the_limits_are_kept_and_the_footer_stays(char: str, closing: str) -> None:
    """1,024 and 8,192 characters, however they are counted: what stands above the footer is cut."""
    text = f"{char * 9_000}\n\n{FOOTER}{closing}"
    notes = written(Notes(text, KEY, "https://example.org/1", AT))
    assert MOST_NOTES - 20 <= units(notes) <= MOST_NOTES
    found = taken_apart(notes)
    assert found.text.endswith(f"…\n\n{FOOTER}{closing}")
    assert (found.key, found.created) == (KEY, AT)
    assert units(written(Notes(f"{FOOTER}\n{char * 9_000}", KEY, "", AT))) <= MOST_NOTES
    assert taken_apart(written(Notes(f"{FOOTER}\n{char * 9_000}", KEY, "", AT))).key == KEY
    title = title_of(char * 2_000)
    assert title.endswith("…")
    assert MOST_TITLE - 20 <= units(title) <= MOST_TITLE
    assert title_of("Call\nBob\x00") == "Call Bob"


def test_nothing_is_cut_in_two() -> None:
    """A letter keeps its accent, an emoji its parts."""
    assert cut("e\u0301" * 4, 6) == "e\u0301e\u0301…"
    assert cut("👍👍👍", 5) == "👍👍…"
    assert cut("short", 5) == "short"


def test_a_task_is_read_as_google_tells_it() -> None:
    """A due date is a date; of a task of its owner's there may be next to nothing."""
    body = {
        "title": "Water\nthe plants",
        "due": "2026-03-30T00:00:00.000Z",
        "status": "completed",
        "completed": "2026-03-05T18:00:00.000Z",
    }
    task = read(body)
    assert (task.title, task.due, task.completed) == ("Water the plants", date(2026, 3, 30), True)
    assert task.completed_at == datetime(2026, 3, 5, 18, tzinfo=UTC)
    assert read({}).title == ""
    assert read({"notes": "Her own"}, KEY).key == KEY
    with pytest.raises(BadItem):
        read({"due": "soon"})


def test_a_stamp_tells_whose_it_is_and_whether_it_is_open() -> None:
    """Without a key as well, and none of ours as well."""
    for stamp in (
        Stamp('"1"', KEY, False, "2026-03-01T07:30:05"),
        Stamp('"1;2"'),
        Stamp('"1"', "a key", True),
    ):
        assert Stamp.of(str(stamp)) == stamp


def test_when_it_was_made_is_kept_to_the_second() -> None:
    """In whatever zone it was said; a line that tells of no moment tells none."""
    at = AT + timedelta(microseconds=9)
    assert taken_apart(written(Notes("x", KEY, "", at))).created == AT
    assert taken_apart("x\n\nWritten by syncd on 2026-13-01 07:30:05Z").created is None
