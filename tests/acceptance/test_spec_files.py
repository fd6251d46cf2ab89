"""Rule files as people, editors and other systems write them: read, or refused at their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_world import run

RULE = "{id: a, since: meeting, until: [meeting], due: 3d, task: {title: T}}"
FILE = f"version: 1\nrules:\n  - {RULE}\n"
WHERE = "version: 1\nrules:\n  - {id: a, since: call, due: 3d, task: {title: T}, where: %s}\n"

READ = {
    "with a byte order mark": "\ufeff" + FILE,
    "with line ends of another system": FILE.replace("\n", "\r\n"),
    "between the marks of a document": f"---\n{FILE}...\n",
    "with tiers last": FILE + "tiers: []\n",
    "with one event that is no list": FILE.replace("[meeting]", "meeting"),
    "with a condition that stands once": FILE.replace("id: a", "id: a, where: &w {wanted: true}")
    + "  - {id: b, since: call, until: [call], due: 1d, where: *w, task: {title: T}}\n",
    "with every length of time": WHERE
    % "{silent_for: {above: 48h, below: 3m}, not: {silent_for: {at_least: 5 working days}}}",
    "with lengths of one's own": WHERE % "{silent_for: {above: rhythm x 2}}",
    "that ends when a tie weakens": FILE.replace("[meeting]", "[{strength_below: 0.2}]"),
    "in no tier": WHERE % "{tier: none}",
}


@pytest.mark.parametrize("text", list(READ.values()), ids=list(READ))
def test_a_file_that_is_read(tmp_path: Path, text: str) -> None:
    """It is right, and `check` needs no configuration to say so."""
    path = tmp_path / "my-rules.yaml"
    path.write_bytes(text.encode())
    found = run("check", str(path))
    assert (found.code, found.err) == (0, ""), found


ALIASES = "".join(
    f"{name}: &{name} [{', '.join(['*' + before if before else 'x'] * 9)}]\n"
    for before, name in zip(["", *"abcdef"], "abcdefg", strict=True)
)
REFUSED = [
    ("two documents in one file", FILE + "---\n" + FILE, "4:1", "second document"),
    ("a merge key", FILE.replace("id: a", "<<: {id: a}"), "3:6", "merge keys"),
    ("aliases that unfold without end", f"version: 1\n{ALIASES}rules: *g\n", "", "aliases"),
    ("an alias of itself", "version: 1\nrules: &r\n  - *r\n", "2:8", "nested"),
    ("conditions without bottom", WHERE % ("{not: " * 99 + "{}" + "}" * 99), "3:", "nested"),
    ("a tag that runs code", "version: 1\nrules: !!python/object {}\n", "2:8", "list"),
    ("a letter that no name has", FILE.replace("id: a", "id: à"), "3:10", "letters"),
    ("a name as long as a sentence", FILE.replace("id: a", f"id: {'a' * 65}"), "3:10", "64"),
    ("one event twice", FILE.replace("[meeting]", "[call, call]"), "3:43", "twice"),
    ("a date for a length", FILE.replace("3d", "2026-03-01"), "3:52", "is a date"),
    ("a number for a length", FILE.replace("3d", "3"), "3:52", "no unit"),
    ("no number at all", FILE.replace("meeting,", "{strength_below: .nan},", 1), "3:", "number"),
    ("a number as text", FILE.replace("version: 1", "version: '1'"), "1:10", "version"),
    ("bounds that nothing meets", WHERE % "{strength: {above: 0.5, below: 0.3}}", "3:", "bounds"),
    ("an unknown tier", WHERE % "{tier: gold}", "3:", "gold"),
    ("a loop for what is none", FILE.replace("[meeting]", "[resolved]"), "3:37", "loop"),
    ("a control character", FILE.replace("T}", "T\x00}"), "3:", "control character"),
]


@pytest.mark.parametrize(("what", "text", "place", "word"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_file_that_is_refused(
    tmp_path: Path, what: str, text: str, place: str, word: str
) -> None:
    """Exit code 78, at its line and column, in words that say what is wrong."""
    path = tmp_path / "my-rules.yaml"
    path.write_bytes(text.encode())
    found = run("check", str(path))
    assert (found.code, "Traceback" in found.err) == (78, False), (what, found)
    assert any(f"{path}:{place}" in line and word in line for line in found.err.splitlines()), found


def test_text_that_is_none(tmp_path: Path) -> None:
    """Bytes of another encoding are named as such, with the file."""
    path = tmp_path / "my-rules.yaml"
    path.write_bytes(FILE.replace("title: T", "title: Grüße").encode("latin-1"))
    found = run("check", str(path))
    assert (found.code, str(path) in found.err, "UTF-8" in found.err) == (78, True, True)


def test_a_bad_file_hides_no_other(tmp_path: Path) -> None:
    """Mistakes of all files are told at once; the same name twice is one of the second file."""
    for name, text in (("one", FILE), ("two", FILE), ("bad", FILE.replace("due", "deu"))):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = run("check", *(str(tmp_path / f"{name}.yaml") for name in ("one", "bad", "two")))
    assert found.code == 78
    told = found.err
    assert f"{tmp_path}/bad.yaml:3:" in told
    assert "'deu'" in told
    assert f"{tmp_path}/two.yaml:3:10: duplicate rule id 'a'" in told
