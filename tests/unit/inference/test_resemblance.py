"""Who may be one person: suggestions, and what is no reason for one."""

from __future__ import annotations

import pytest

from syncd.inference.resemblance import Face, lookalikes, resemblance


def face(name: str, addr: str, *nicknames: str) -> Face:
    names = frozenset({name} if name else ())
    return Face(addr, names, frozenset(nicknames), frozenset({addr}))


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (face("Ana Silva", "a@x.example"), face("SILVA, Ana", "s@y.example"), ("name",)),
        (face("Bob Archer", "a@x.example"), face("Robert Archer", "s@y.example"), ("nickname",)),
        (
            face("Zé Silva", "a@x.example"),
            face("Otto Silva", "s@y.example", "ze"),
            ("nickname",),
        ),
        (face("A. Silva", "a@x.example"), face("Ana Silva", "s@y.example"), ("initials",)),
        (
            face("Ana Silva", "a@x.example"),
            face("Ana Maria Silva", "s@y.example"),
            ("name-part",),
        ),
        (
            face("Ana Silva", "zwiebel@x.example"),
            face("", "zwiebel@y.example"),
            ("local-part",),
        ),
        (
            face("Ana Silva", "ana.silva@x.example"),
            face("", "ana.silva@y.example"),
            ("local-part",),
        ),
        (face("Ana Silva", "a@x.example"), face("Otto Silva", "o@x.example"), ()),
        (face("Ana Silva", "ana@x.example"), face("Ana Costa", "ana@y.example"), ()),
        (face("Ana", "a@x.example"), face("Ana", "s@y.example"), ()),
        (face("B. Silva", "a@x.example"), face("Ana Silva", "s@y.example"), ()),
        (face("", "ana@x.example"), face("", "ana@y.example"), ()),
        (face("Ana Silva", "zwiebel@x.example"), face("Otto Lang", "zwiebel@y.example"), ()),
    ],
)
def test_what_two_people_have_in_common(one: Face, other: Face, reasons: tuple[str, ...]) -> None:
    """The same whichever is looked at first."""
    assert resemblance(one, other) == reasons
    assert resemblance(other, one) == reasons


def test_each_pair_is_told_once() -> None:
    """However much two have in common."""
    faces = [face("Ana Silva", f"ana.silva@{n}.example") for n in "xyz"]
    found = list(lookalikes(faces))
    assert len(found) == 3
    assert {reasons for _, _, reasons in found} == {("name", "local-part")}


def test_a_crowd_under_one_word_tells_nothing() -> None:
    """Fifty people called Silva are fifty people."""
    faces = [face(f"Ana{n} Silva", f"a{n}@x.example") for n in range(50)]
    assert list(lookalikes([*faces, face("A. Silva", "s@y.example")])) == []
