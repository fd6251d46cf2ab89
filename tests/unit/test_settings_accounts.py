"""Accounts on servers: what may be written, and what is said of what may not."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from syncd.config import (
    CaldavAccountSettings,
    ConfigErrors,
    Document,
    ImapAccountSettings,
    Settings,
)
from syncd.config.accounts import KINDS

IMAP: dict[str, Any] = {"name": "post", "kind": "imap", "host": "imap.example.org", "user": "ana"}
DAV: dict[str, Any] = {
    "name": "dav", "kind": "caldav", "url": "https://dav.example.org/", "user": "ana",
}  # fmt: skip
OWNER = {"name": "Ana", "addresses": ["ana@example.org"], "timezone": "Europe/Lisbon"}
ODD: tuple[Any, ...] = (
    None, -7, 1.5, "previe", "", " ", [], [5], [[]], [None], {}, {"a": 5}, True, "a\0b", "a: b@c/d",
)  # fmt: skip
TEXT = """\
owner: {name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
"""


def settings(folder: Path, *accounts: dict[str, Any], **more: Any) -> Settings:
    """A configuration with these accounts, read."""
    path = folder / "syncd.yaml"
    path.write_text(json.dumps({"owner": OWNER, "accounts": accounts, **more}), encoding="utf-8")
    return Document(path).settings()


def mistakes(folder: Path, accounts: str) -> list[str]:
    """What is said of these lines of `accounts:`, which begin at line 3: `LINE:COLUMN: words`."""
    path = folder / "syncd.yaml"
    path.write_text(TEXT + accounts, encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        Document(path).settings()
    return [str(one).removeprefix(f"{path}:") for one in caught.value.mistakes]


def test_little_has_to_be_said(tmp_path: Path) -> None:
    """A host and a user, or a URL, are enough; the rest is what is usual."""
    post, dav = settings(tmp_path, IMAP, DAV).accounts
    assert isinstance(post, ImapAccountSettings)
    assert (post.port, post.tls, post.auth, post.folders) == (None, "implicit", "password", [])
    assert (post.secret, post.command, post.poll.total_seconds()) == ("post.password", None, 300)
    assert isinstance(dav, CaldavAccountSettings)
    assert (dav.calendars, dav.contacts, dav.tasks, dav.takes_tasks) == (True, True, None, False)
    assert (dav.secret, dav.by_token) == ("dav.password", False)


def test_everything_can_be_said(tmp_path: Path) -> None:
    """Each key has its place, short forms included."""
    post, dav = settings(
        tmp_path,
        {
            **IMAP, "host": "[::1]", "port": 1143, "tls": "none", "auth": "xoauth2",
            "token_command": "oauth 'my account'", "folders": "INBOX", "ca_file": "~/ca.pem",
            "history": "2020-01-01", "role": "shared", "poll": "30s",
        },
        {
            **DAV, "url": " http://localhost:5232/ana/ ", "auth": "bearer", "calendars": "Work",
            "contacts": False, "tasks": "syncd", "token_command": ["oauth", "dav"],
        },
        tasks_in="dav",
    ).accounts  # fmt: skip
    assert isinstance(post, ImapAccountSettings)
    assert (post.host, post.folders, post.secret) == ("::1", ["INBOX"], "post.token")
    assert post.command == ["oauth", "my account"]
    assert post.reads == ["~/ca.pem"]
    assert isinstance(dav, CaldavAccountSettings)
    assert (dav.url, dav.calendars, dav.contacts) == (
        "http://localhost:5232/ana/", ["Work"], False,
    )  # fmt: skip
    assert (dav.tasks, dav.command, dav.takes_tasks) == ("syncd", ["oauth", "dav"], True)


def test_tasks_go_to_the_first_account_that_takes_them(tmp_path: Path) -> None:
    """Without `tasks_in`: an account by IMAP takes none."""
    found = settings(tmp_path, IMAP, {**DAV, "tasks": "syncd"})
    assert found.task_accounts() == {"default": "dav"}
    assert settings(tmp_path, IMAP, DAV).task_accounts() == {}


def test_every_mistake_is_told_at_its_place(tmp_path: Path) -> None:
    """All at once: keys that are wrong by themselves, unknown, of another kind, and that do not
    fit together. No password that stands there is repeated."""
    found = mistakes(
        tmp_path,
        """\
  - {name: home, kind: local, mail: [mail/], host: x}
  - {name: post, kind: pigeon}
  - {name: work, kind: imap, host: "imaps://x", login: ana, password: hunter2, port: 99999}
  - {name: old, kind: imap, host: "imap.example.org:993", user: ana, tls: none, poll: 1s}
  - {name: odd, kind: imap, host: imap.example.org, user: ana, url: x, token_command: "pass | x"}
  - {name: dav, kind: caldav, url: "https://ana:hunter2@example.org", password_command: pass x}
  - {name: cal, kind: caldav, url: "http://dav.example.org/", calendars: false, contacts: false}
  - {name: büro, kind: caldav, url: "dav.example.org", user: x, contacts: yes, token: hunter2}
  - {name: none, kind: imap, host: imap.example.org, user: ana, tls: none, auth: oauthbearer}
  - {name: two, kind: imap, host: h.example, user: ana, auth: xoauth2, password_command: x}
  - {name: nokind, mail: x}
  - {name: near, kind: imapp}
  - 5
""",
    )
    assert "hunter2" not in "\n".join(found)
    said = {
        "3:46": "'host' is for kind imap or exchange, and this account is kind local",
        "4:18": "unknown kind 'pigeon': write local, imap, caldav, google, exchange or graph",
        "5:5": "accounts.user is missing",
        "5:30": "accounts.host: write the name of the server alone, like imap.example.org",
        "5:49": "unknown key 'login': did you mean 'user'?",
        "5:61": "write it into secrets/work.password beside this file (chmod 600), or set "
        "`password_command:` to a command that prints it",
        "5:80": "accounts.port: write 65535 or less",
        "6:29": "write the port by itself: host: imap.example.org, port: 993",
        "6:70": "another machine would get the password in the clear: write implicit or starttls",
        "6:81": "accounts.poll: how often is between 5s and 24h, like 5m",
        "7:64": "'url' is for kind caldav or exchange, and this account is kind imap",
        "7:72": "no shell runs it, so '|' would be handed to the command: write [sh, -c, '...']",
        "8:5": "accounts.user: is missing: password_command needs the user whose password it print",
        "8:31": "take the user and the password out of it: who signs in goes under `user`",
        "9:31": "http:// sends passwords and calendars in the clear: write https://",
        "9:63": "has nothing to read: leave calendars or contacts on, or add tasks",
        "10:6": "'büro' names the account's secret as well: write it with letters, digits, dots",
        "10:32": "write it with https:// in front, like https://dav.example.org/",
        "10:65": "write true for all, false for none, or names, like [Work, Home]",
        "10:80": "write it into secrets/büro.token beside this file (chmod 600)",
        "11:65": "another machine would get the password in the clear",
        "12:72": "auth: xoauth2 takes a token: write token_command, or leave auth away",
        "13:5": "accounts.kind is missing: write local, imap, caldav, google, exchange or graph",
        "14:18": "unknown kind 'imapp': did you mean 'imap'?",
        "15:5": "accounts has keys of its own below it: name, kind and what its kind takes",
    }
    places = dict(one.split(": ", 1) for one in found)
    assert list(places) == list(said)
    for place, words in said.items():
        assert words in places[place], place
    assert next(one for one in found if one.startswith("7:72: ")).endswith(
        "a token is for auth: xoauth2 or oauthbearer, and this is auth: password"
    )


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("post, kind: imap, host: h.example, user: ana", "mail accounts (kind: imap) take no task"),
        ("dav, kind: caldav, url: https://h.example/", "that account has no `tasks:` list"),
    ],
)
def test_tasks_need_an_account_that_takes_them(account: str, words: str, tmp_path: Path) -> None:
    """`tasks_in` with another one is told, with what is in its way."""
    (found,) = mistakes(tmp_path, f"  - {{name: {account}}}\ntasks_in: {account.split(',')[0]}\n")
    assert found.startswith("4:1: tasks_in names")
    assert words in found


@pytest.mark.parametrize("given", [IMAP, DAV], ids=["imap", "caldav"])
def test_whatever_stands_there_is_answered_in_plain_words(
    given: dict[str, Any], tmp_path: Path
) -> None:
    """For every key: it is taken, or a mistake with its place; no message has words of the library
    that looks at it, and nothing ends in a traceback."""
    for key in KINDS[given["kind"]].model_fields:
        wrong = 0
        for value in ODD:
            account = deepcopy(given) | {key: value}
            try:
                settings(tmp_path, account)
            except ConfigErrors as error:
                wrong += 1
                for mistake in error.mistakes:
                    assert mistake.line == 1, (key, value, mistake)
                    for word in ("Input", "valid", "dictionary", "instance", "dict["):
                        assert word not in mistake.message, (key, value, mistake)
        assert wrong > 3, key


def test_the_environment_is_looked_at_as_closely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accounts in $SYNCD_ACCOUNTS take the place of those in the file, and are read like them."""
    path = tmp_path / "syncd.yaml"
    path.write_text(json.dumps({"owner": OWNER, "accounts": [DAV]}), encoding="utf-8")
    monkeypatch.setenv("SYNCD_ACCOUNTS", json.dumps([IMAP]))
    assert [one.kind for one in Document(path).settings().accounts] == ["imap"]
    monkeypatch.setenv("SYNCD_ACCOUNTS", json.dumps([{**IMAP, "password": "hunter2"}]))
    with pytest.raises(ConfigErrors, match=r"no password stands in this file") as caught:
        Document(path).settings()
    assert "hunter2" not in str(caught.value)


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    """What stands behind the # of the accounts in deploy/syncd.yaml, with its own # as well."""
    example = Path(__file__).resolve().parents[2] / "deploy" / "syncd.yaml"
    lines = [line[1:] for line in example.read_text().splitlines() if line.startswith("#  ")]
    accounts = [line for line in lines if line.startswith(("  - name", "    "))]
    for taken in ("", "# "):
        keys = [one.replace("    # ", "    ", 1) if taken else one for one in accounts]
        # A token and a password together are one too many.
        text = "\n".join(one for one in keys if not taken or "password_command" not in one)
        path = tmp_path / "syncd.yaml"
        path.write_text(f"{TEXT}{text}\n", encoding="utf-8")
        found = Document(path).settings().accounts
        assert [one.kind for one in found] == ["imap", "caldav"]
        assert found[1].takes_tasks == bool(taken)
