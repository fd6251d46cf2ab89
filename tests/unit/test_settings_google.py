"""Accounts of kind google: what may be written, and what is said of what may not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.config import ConfigErrors, Document, GoogleAccountSettings, Settings

OWNER = {"name": "Ana", "addresses": ["ana@example.org"], "timezone": "Europe/Lisbon"}
WORK: dict[str, Any] = {"name": "work", "kind": "google", "login": "ana@example.com"}
PUBSUB = {"topic": "projects/p/topics/gmail", "subscription": "projects/p/subscriptions/gmail"}


def settings(folder: Path, *accounts: dict[str, Any], **more: Any) -> Settings:
    path = folder / "syncd.yaml"
    path.write_text(json.dumps({"owner": OWNER, "accounts": accounts} | more), encoding="utf-8")
    return Document(path).settings()


def google(folder: Path, **more: Any) -> GoogleAccountSettings:
    (found,) = settings(folder, WORK | more).accounts
    assert isinstance(found, GoogleAccountSettings)
    return found


def mistakes(folder: Path, **more: Any) -> list[str]:
    """What is said of an account with these keys."""
    with pytest.raises(ConfigErrors) as caught:
        settings(folder, {key: value for key, value in (WORK | more).items() if value != "gone"})
    return [one.message for one in caught.value.mistakes]


def test_little_has_to_be_said(tmp_path: Path) -> None:
    """As DESIGN section 10 writes it: a name and a login. Tasks go to a list of its own there."""
    found = google(tmp_path)
    assert (found.mail, found.calendars, found.contacts) == (True, True, True)
    assert (found.tasks, found.client, found.backfill) == (
        "Follow-ups",
        "google-client.json",
        "api",
    )
    assert (found.drafts, found.cards, found.pubsub, found.service_account) == (
        False, False, None, None,
    )  # fmt: skip
    assert found.since(date(2026, 11, 23)) == date(2023, 11, 23)
    assert settings(tmp_path, WORK).task_accounts() == {"default": "work"}
    home = {"name": "home", "kind": "local", "mail": "mail/", "tasks": "tasks/"}
    both = settings(tmp_path, home, WORK, tasks_in={"default": "home", "work": "work"})
    assert both.task_accounts() == {"default": "home", "work": "work"}


def test_everything_can_be_said(tmp_path: Path) -> None:
    """Each key has its place."""
    found = google(
        tmp_path, mail=True, calendars=["Work"], contacts=False, tasks="Netz", history="90d",
        text_budget=200, backfill="imap", pubsub=PUBSUB, drafts=True, cards=True, poll="30s",
        service_account="robot.json", role="shared",
    )  # fmt: skip
    assert (found.calendars, found.tasks, found.text_budget) == (["Work"], "Netz", 200)
    assert found.since(date(2026, 4, 1)) == date(2026, 1, 1)
    assert found.pubsub is not None
    assert found.pubsub.topic == PUBSUB["topic"]
    off = google(tmp_path, tasks=False, mail=False)
    assert (off.tasks, off.takes_tasks) == (None, False)
    assert google(tmp_path, tasks=True).tasks == "Follow-ups"


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ("3y", timedelta(days=1096)), ("18m", timedelta(days=548)), ("2w", timedelta(days=14)),
        ("1d", timedelta(days=1)), ("2024-02-29", date(2024, 2, 29)), (None, None),
    ],
)  # fmt: skip
def test_how_far_back(tmp_path: Path, history: str | None, found: Any) -> None:
    """A day, or how long ago."""
    assert google(tmp_path, history=history).history == found


@pytest.mark.parametrize("history", ["3", "y", "0d", "200y", "-1y", "yesterday", 5, True, "1 000d"])
def test_no_time(tmp_path: Path, history: Any) -> None:
    """What is neither says what to write."""
    (said,) = mistakes(tmp_path, history=history)
    assert "like 3y" in said or "how far back is" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"login": "ana"}, "is no mail address; write the one that signs in"),
        ({"login": "gone"}, "accounts.login is missing"),
        ({"login": "gone", "user": "ana@example.com"}, "did you mean 'login'?"),
        ({"name": "büro"}, "names what the account signs in with as well"),
        ({"client": "a.json", "service_account": "b.json"}, "a service account needs no client"),
        (
            {"mail": False, "calendars": False, "contacts": False, "tasks": False},
            "has nothing to read: leave something on",
        ),
        ({"mail": False, "backfill": "imap"}, "is about mail, which is off"),
        ({"mail": False, "pubsub": PUBSUB}, "is about mail, which is off"),
        ({"mail": False, "drafts": True}, "is about mail, which is off"),
        ({"backfill": "pop"}, "write api or imap"),
        ({"pubsub": PUBSUB | {"topic": "gmail"}}, "like projects/my-project/topics/gmail"),
        ({"pubsub": {"topic": PUBSUB["topic"]}}, "subscription is missing"),
        ({"password": "hunter2"}, "nothing secret stands in this file: run `syncd login work`"),
        ({"refresh_token": "hunter2"}, "run `syncd login work`"),
        ({"client_secrets": "x.json"}, "did you mean 'client'?"),
        ({"text_budget": -1}, "write 0 or more"),
        ({"tasks": ""}, "is empty"),
        ({"host": "imap.gmail.com"}, "'host' is for kind imap or exchange, and this account is"),
        ({"calendars": "all"}, "write true for all, false for none, or names"),
    ],
)
def test_mistakes(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    """Each in words that say what to write; nothing secret is repeated."""
    said = mistakes(tmp_path, **more)
    assert any(words in one for one in said), said
    assert "hunter2" not in "".join(said)


def test_one_login_is_one_account(tmp_path: Path) -> None:
    """Told at the second one, however it is written; one login may be at several providers."""
    path = tmp_path / "syncd.yaml"
    entry = "  - {{name: {name}, kind: google, login: {login}}}\n"
    logins = {"a": "ana.silva@gmail.com", "b": "ben@example.com", "c": "AnaSilva@googlemail.com"}
    accounts = "".join(entry.format(name=name, login=login) for name, login in logins.items())
    path.write_text(f"owner: {json.dumps(OWNER)}\naccounts:\n{accounts}", encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        Document(path).settings()
    (said,) = caught.value.mistakes
    assert (said.line, said.column) == (5, 29)
    assert "signs in to account a already" in said.message
    mail = {"name": "mail", "kind": "imap", "host": "imap.example.com", "user": WORK["login"]}
    assert len(settings(tmp_path, WORK, mail).accounts) == 2


def test_whose_addresses_they_are(tmp_path: Path) -> None:
    """The login of an account of the owner's own is theirs, unless they say it is not."""
    assert settings(tmp_path, WORK).addresses == {"ana@example.org", "ana@example.com"}
    for role in ("shared", "delegate"):
        assert settings(tmp_path, WORK | {"role": role}).addresses == {"ana@example.org"}
    owner = OWNER | {"not_mine": ["Ana@example.com"]}
    assert settings(tmp_path, WORK, owner=owner).addresses == {"ana@example.org"}


def test_tasks_that_go_nowhere(tmp_path: Path) -> None:
    """The list is off."""
    with pytest.raises(ConfigErrors, match="that account has no `tasks:` list"):
        settings(tmp_path, WORK | {"tasks": False}, tasks_in="work")
