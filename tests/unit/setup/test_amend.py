"""An account is added to what its owner wrote, and nothing else changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from syncd.setup import Cannot, Changed, Draft, place_for, rewrite, with_accounts, written

DRAFT = Draft("imap", {"name": "post", "host": "imap.example.org", "user": "ana", "port": 1143})
LINES = ["name: post", "kind: imap", "host: imap.example.org", "port: 1143", "user: ana"]
HEAD = "# mine\nowner: {name: Ana}   # me\n"
STYLES = {
    "indented": (
        "accounts:\n  - name: home  # old\n    kind: local\n    mail:\n      - Maildir\n",
        "  - {0}\n    {1}\n    {2}\n    {3}\n    {4}\n",
        "\n  # what follows\nrules: []\n",
    ),
    "not indented": (
        "accounts:\n- {name: home, kind: local}\n- kind: local\n  name: more\n",
        "- {0}\n  {1}\n  {2}\n  {3}\n  {4}\n",
        "# rules\nrules: []\n",
    ),
    "at the end, without a last line break": (
        "accounts:\n    - kind: local\n      name: 'home'",
        "\n    - {0}\n      {1}\n      {2}\n      {3}\n      {4}\n",
        "",
    ),
    "a text of several lines": (
        "accounts:\n- name: home\n  kind: |\n    local\n    here\n",
        "- {0}\n  {1}\n  {2}\n  {3}\n  {4}\n",
        "rules: []\n",
    ),
    "nothing behind the last key": (
        "accounts:\n- name: home\n  tasks:\n",
        "- {0}\n  {1}\n  {2}\n  {3}\n  {4}\n",
        "rules: []\n",
    ),
    "in brackets": (
        "accounts: [{name: home, kind: local}",
        ", {{{0}, {1}, {2}, {3}, {4}}}",
        "]  # all\nrules: []\n",
    ),
    "in brackets over lines": (
        "accounts: [\n  {name: home, kind: local},",
        " {{{0}, {1}, {2}, {3}, {4}}}",
        "\n]\nrules: []\n",
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_it_stands_behind_the_others(style: str) -> None:
    """In the way in which they are written; every other character stays."""
    before, added, after = STYLES[style]
    text = with_accounts(HEAD + before + after, [DRAFT])
    expected = HEAD + before + added.format(*LINES) + after
    assert text == expected
    assert YAML(typ="safe").load(text)["accounts"][-1] == {"kind": "imap", **DRAFT.keys}


def test_line_ends_stay() -> None:
    """A file from Windows keeps its line ends."""
    before = "accounts:\r\n- name: home\r\n  kind: local\r\nrules: []\r\n"
    text = with_accounts(before, [DRAFT, Draft("caldav", {"name": "dav", "url": "https://x.org/"})])
    assert "\n" not in text.replace("\r\n", "")
    assert text.startswith(before[:40])
    assert text.endswith('  url: "https://x.org/"\r\nrules: []\r\n')


@pytest.mark.parametrize(
    "text",
    [
        "base: &all\n- name: home\naccounts: *all\n",
        "accounts: []\n",
        "accounts: {name: home}\n",
        "rules: []\n",
        "- accounts\n",
        "accounts: [\n",
        "accounts: [{name: home} # the last\n]\n",
    ],
)
def test_what_cannot_be_sure_is_not_tried(text: str) -> None:
    """Where it would not stand, or might change something else, nothing is written."""
    with pytest.raises(Cannot):
        with_accounts(text, [DRAFT])


def test_the_file_is_replaced_in_one(tmp_path: Path) -> None:
    """With its mode, behind a link that stays; not where it is wrong, nor where somebody else
    wrote it meanwhile."""
    real, link = tmp_path / "real.yaml", tmp_path / "syncd.yaml"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    rewrite(link, b"old", "new", lambda fresh: fresh.read_text())
    assert (real.read_bytes(), stat.S_IMODE(real.stat().st_mode)) == (b"new", 0o640)
    assert link.is_symlink()
    with pytest.raises(Changed):
        rewrite(link, b"old", "newer", lambda fresh: None)

    def wrong(fresh: Path) -> None:
        raise ValueError(fresh)

    with pytest.raises(ValueError, match="syncd-"):
        rewrite(link, b"new", "newer", wrong)
    assert real.read_bytes() == b"new"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["real.yaml", "syncd.yaml"]


def test_passwords_are_for_their_owner_alone(tmp_path: Path) -> None:
    """0600 in a folder of 0700; where what follows goes wrong, all is as it was."""
    folder = tmp_path / "new"
    with pytest.raises(KeyboardInterrupt), written({"a.password": "x"}, folder):
        raise KeyboardInterrupt
    with written({}, folder):
        pass
    assert list(tmp_path.iterdir()) == []
    with written({"a.password": "x"}, folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with written({"a.password": "one", "b.password": "ß"}, tmp_path) as places:
        assert places == [place_for("a.password", tmp_path), place_for("b.password", tmp_path)]
    assert [stat.S_IMODE(one.stat().st_mode) for one in (places[0].parent, *places)] == [
        0o700, 0o600, 0o600,
    ]  # fmt: skip
    assert places[1].read_text(encoding="utf-8") == "ß\n"
    seen = []

    def interrupted() -> None:
        with written({"a.password": "two"}, tmp_path):
            seen.append(places[0].read_text())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen == ["two\n"]
    assert places[0].read_text() == "one\n"
    assert len(list(places[0].parent.iterdir())) == 2
