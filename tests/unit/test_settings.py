"""What is said of settings that are none."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from syncd.config import ConfigErrors, Document
from syncd.config.accounts import LocalAccountSettings
from syncd.config.outward import LogSettings, MetricsSettings
from syncd.config.settings import OwnerSettings, Settings

GOOD: dict[str, Any] = {
    "owner": {"name": "Ana", "addresses": ["ana@example.org"], "timezone": "Europe/Lisbon"},
    "accounts": [{"name": "home", "kind": "local", "mail": ["mail"], "tasks": "tasks"}],
    "limits": {},
    "groups": {},
    "log": {},
    "metrics": {"listen": 9464},
}
KEYS: list[tuple[str | int, ...]] = [
    *((key,) for key in Settings.model_fields),
    *(("owner", key) for key in OwnerSettings.model_fields),
    *(("accounts", 0, key) for key in LocalAccountSettings.model_fields),
    ("accounts", 0),
    *(("limits", key) for key in ("per_day", "open", "at")),
    *(("groups", key) for key in ("mail", "meeting")),
    *(("log", key) for key in LogSettings.model_fields),
    *(("metrics", key) for key in MetricsSettings.model_fields),
]
ODD: tuple[Any, ...] = (
    None, -7, 1.5, "previe", "", [], [5], [[]], [None], {}, {"a": 5}, {"a": None}, {"a": [5]},
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(map(str, key)))
def test_whatever_stands_there_is_answered_in_plain_words(
    key: tuple[str | int, ...], tmp_path: Path
) -> None:
    """It is taken, or a mistake with its place; no message has words of the library that looks at
    it, and nothing ends in a traceback."""
    path = tmp_path / "syncd.yaml"
    wrong = 0
    for value in ODD:
        document: Any = deepcopy(GOOD)
        inner = document
        for part in key[:-1]:
            inner = inner[part]
        inner[key[-1]] = value
        path.write_text(json.dumps(document), encoding="utf-8")
        try:
            Document(path).settings()
        except ConfigErrors as error:
            wrong += 1
            for mistake in error.mistakes:
                assert mistake.line == 1, (value, mistake)
                for word in ("Input", "valid", "dictionary", "instance", "dict["):
                    assert word not in mistake.message, (value, mistake)
    assert wrong > 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5s", 5), ("90 s", 90), ("5m", 300), ("1h", 3600), ("24h", 86_400)],
)
def test_how_often_is_a_number_with_a_unit(text: str, seconds: int, tmp_path: Path) -> None:
    """Seconds, minutes or hours; without `poll:` it is a minute."""
    path = tmp_path / "syncd.yaml"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    assert Document(path).settings().accounts[0].poll.total_seconds() == 60
    account = {**GOOD["accounts"][0], "poll": text}
    path.write_text(json.dumps({**GOOD, "accounts": [account]}), encoding="utf-8")
    assert Document(path).settings().accounts[0].poll.total_seconds() == seconds


@pytest.mark.parametrize(
    "text", ["5", "0s", "4s", "25h", "2d", "-1m", "1.5h", "often", "999999999h"]
)
def test_how_often_is_refused_with_an_example(text: str, tmp_path: Path) -> None:
    """Whatever is no length between five seconds and a day is told with one that is."""
    path = tmp_path / "syncd.yaml"
    account = {**GOOD["accounts"][0], "poll": text}
    path.write_text(json.dumps({**GOOD, "accounts": [account]}), encoding="utf-8")
    with pytest.raises(ConfigErrors, match="like 5m"):
        Document(path).settings()
