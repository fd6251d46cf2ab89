"""The configuration that is written: right, commented, for its owner only, over no other one."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from syncd import wiring
from syncd.config import ConfigErrors
from syncd.config.accounts import (
    CaldavAccountSettings,
    ImapAccountSettings,
    LocalAccountSettings,
)
from syncd.config.google import GoogleAccountSettings
from syncd.config.microsoft import ExchangeAccountSettings, GraphAccountSettings
from syncd.config.settings import OwnerSettings, Settings
from syncd.setup import Answers, Draft, Exists, text_of, write
from syncd.setup.document import quoted

ANSWERS = Answers(
    "Ana Silva",
    ["ana@example.org", "ana@example.com"],
    "Europe/Lisbon",
    ["~/Maildir", '/var/mail/ana: the "old" one'],
    tasks="~/tasks",
)


def test_it_says_what_was_answered(tmp_path: Path) -> None:
    """The loader takes it, and finds in it what was given; preview, and two packs."""
    path = tmp_path / "syncd.yaml"
    assert write(path, text_of(ANSWERS), wiring.assemble, force=False) is None
    found = wiring.assemble(path).settings
    assert found.owner == OwnerSettings(
        name="Ana Silva",
        addresses=["ana@example.org", "ana@example.com"],
        timezone="Europe/Lisbon",
    )
    (account,) = found.accounts
    assert isinstance(account, LocalAccountSettings)
    assert account.mail == list(ANSWERS.mail)
    assert (account.calendar, account.contacts, account.tasks) == ([], [], "~/tasks")
    assert (found.mode, found.rules) == ("preview", ["real-networking", "open-loops"])
    assert (found.tasks_in, found.state) == ("home", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["syncd.yaml"]


def test_every_key_has_its_line() -> None:
    """Every key that a configuration may have stands in it, in use or not, below a comment; and
    each pack that comes with syncd does."""
    lines = text_of(ANSWERS).splitlines()
    keys = {*Settings.model_fields, *OwnerSettings.model_fields, *LocalAccountSettings.model_fields}
    for key in keys:
        places = [n for n, line in enumerate(lines) if re.match(rf"[ #-]*{key}:( |$)", line)]
        assert places, key
        assert lines[places[0] - 1].lstrip().startswith("# "), key
    from rules import packs

    for name in packs.names():
        assert any(line.strip(" #-") == name for line in lines), name


CLIENT = "00001111-aaaa-2222-bbbb-3333cccc4444"
SERVERS = Answers(
    "Ana Silva",
    ["ana@example.org"],
    "Europe/Lisbon",
    servers=[
        Draft("imap", {"name": "post", "host": "imap.example.org", "port": 1993, "user": "ana"}),
        Draft(
            "caldav",
            {"name": "dav", "url": "https://dav.example.org/", "user": "ana: the \"first\"",
             "calendars": ["Work", "Home, sweet"], "contacts": False, "tasks": "yes"},
        ),
        Draft("imap", {"name": "mail", "host": "::1", "user": "1234", "auth": "xoauth2",
                       "token_command": "oama access 'a b'"}),
        Draft("google", {"name": "work", "login": "ana@example.com", "tasks": False}),
        Draft("graph", {"name": "m365", "login": "ana@example.com", "client_id": CLIENT,
                        "tenant": "example.com", "tasks": False}),
        Draft("exchange", {"name": "owa", "login": "ana@example.net", "user": "FIRM\\ana"}),
    ],
    tasks_in="dav",
)  # fmt: skip


def test_accounts_on_servers(tmp_path: Path) -> None:
    """They are read as they were meant, with nothing on this machine; with the # taken away from
    what is off it is still right; each key of the first of a kind has its line."""
    text = text_of(SERVERS)
    path = tmp_path / "syncd.yaml"
    write(path, text, wiring.assemble, force=False)
    accounts = wiring.assemble(path).settings.accounts
    assert accounts == [draft.settings() for draft in SERVERS.servers]
    text = re.sub(r"^( *)# (\w+: |- (?!my))", r"\1\2", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    again = wiring.assemble(path).settings
    assert [one.kind for one in again.accounts] == [one.kind for one in SERVERS.servers]
    assert again.tasks_in == "dav"
    kinds = (ImapAccountSettings, CaldavAccountSettings, GoogleAccountSettings,
             ExchangeAccountSettings, GraphAccountSettings)  # fmt: skip
    for key in {key for kind in kinds for key in kind.model_fields}:
        if key not in (
            "tls",
            "auth",
            "service_account",
            "pubsub",
            "fingerprint",
            "app_only",
            "certificate",
        ):  # nobody needs them who was not given them
            assert re.search(rf"^[ #-]*{key}: ", text, re.MULTILINE), key


def test_what_is_off_is_right_once_it_is_on(tmp_path: Path) -> None:
    """With the # taken away from every key that is off, the configuration is still right."""
    text = text_of(ANSWERS)
    text = re.sub(r"^( *)# (\w+: |- (?!my))", r"\1\2", text, flags=re.MULTILINE)
    path = tmp_path / "syncd.yaml"
    path.write_text(text, encoding="utf-8")
    found = wiring.assemble(path).settings
    assert found.limits.per_day == 5
    assert len(found.rules) == 5
    assert found.state == "sqlite:///syncd.db"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))
@settings(max_examples=60)
def test_any_text_survives_being_written(text: str) -> None:
    """Names and paths are read as they were meant, whatever is in them."""
    assert YAML(typ="safe", pure=True).load(f"key: {quoted(text)}") == {"key": text}


def test_another_file_is_never_written_over(tmp_path: Path) -> None:
    """An existing file stays; with force it is kept beside the new one, as are those before it."""
    path = tmp_path / "deep" / "er" / "syncd.yaml"
    write(path, text_of(ANSWERS), wiring.assemble, force=False)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(Exists):
        write(path, "other", lambda _: None, force=False)
    assert path.read_text(encoding="utf-8") == before
    assert write(path, "one", lambda _: None, force=True) == path.with_name("syncd.yaml.1.bak")
    assert write(path, "two", lambda _: None, force=True) == path.with_name("syncd.yaml.2.bak")
    assert path.read_text() == "two"
    assert path.with_name("syncd.yaml.1.bak").read_text(encoding="utf-8") == before


def test_what_is_wrong_is_not_written(tmp_path: Path) -> None:
    """A text that the loader refuses leaves everything as it was."""
    path = tmp_path / "syncd.yaml"
    with pytest.raises(ConfigErrors):
        write(path, "owner: {}", wiring.assemble, force=True)
    assert list(tmp_path.iterdir()) == []


def test_without_links_it_is_written_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system that has no hard links the file gets its name all the same."""

    def link(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", link)
    write(tmp_path / "a.yaml", "one", lambda _: None, force=False)
    with pytest.raises(Exists):
        write(tmp_path / "a.yaml", "two", lambda _: None, force=False)
    assert (tmp_path / "a.yaml").read_text() == "one"
