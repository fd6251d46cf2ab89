"""`log:` and `metrics:`, and what is said of those that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import Home
from ruamel.yaml import YAML

from syncd.config import ConfigErrors, Document, Settings

BASE: dict[str, Any] = {
    "owner": {"name": "Ana", "addresses": ["ana@example.org"], "timezone": "Europe/Lisbon"},
    "accounts": [{"name": "home", "kind": "local", "mail": ["mail"]}],
}
PORT = 9464


def read(folder: Path, **more: Any) -> Settings:
    path = folder / "syncd.yaml"
    path.write_text(json.dumps(BASE | more), encoding="utf-8")
    return Document(path).settings()


def mistake(folder: Path, **more: Any) -> str:
    with pytest.raises(ConfigErrors) as raised:
        read(folder, **more)
    (found,) = raised.value.mistakes
    assert found.line == 1
    return found.message


@pytest.mark.parametrize(
    ("given", "form", "level"),
    [
        ({}, "auto", "info"),
        ("json", "json", "info"),
        ("text", "text", "info"),
        ("debug", "auto", "debug"),
        ({"format": "json", "level": "warning"}, "json", "warning"),
    ],
)
def test_log_has_short_forms(tmp_path: Path, given: Any, form: str, level: str) -> None:
    """One word is a format or a level; both stand below the key."""
    settings = read(tmp_path, log=given)
    assert (settings.log.format, settings.log.level) == (form, level)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("jsn", "did you mean 'json'?"),
        ({"format": "tex"}, "did you mean 'text'?"),
        ({"level": "inf"}, "did you mean 'info'?"),
        ({"levle": "info"}, "did you mean 'level'?"),
        (5, "log has keys of its own below it: format, level"),
        (None, "log has keys of its own below it: format, level"),
    ],
)
def test_a_log_that_is_none(tmp_path: Path, given: Any, word: str) -> None:
    """A near word is asked about, and anything else gets what may stand there."""
    assert word in mistake(tmp_path, log=given)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("127.0.0.1:9464", "127.0.0.1"),
        ("localhost:9464", "127.0.0.1"),
        (9464, "127.0.0.1"),
        ("9464", "127.0.0.1"),
        ("[::1]:9464", "::1"),
        ("127.0.0.2:9464", "127.0.0.2"),
    ],
)
def test_this_machine_can_be_listened_on(tmp_path: Path, given: Any, host: str) -> None:
    """Every way to write an address of loopback and a port, or the port alone."""
    metrics = read(tmp_path, metrics={"listen": given}).metrics
    assert metrics is not None
    assert metrics.listen == (host, PORT)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("0.0.0.0:9464", "can be reached from other machines"),
        ("[::]:9464", "can be reached from other machines"),
        ("192.168.1.5:9464", "can be reached from other machines"),
        ("[2001:db8::1]:9464", "can be reached from other machines"),
        ("mail.example.org:9464", "is no address of this machine alone"),
        (":9464", "is no address of this machine alone"),
        ("[]:9464", "is no address of this machine alone"),
        ("127.0.0.1", "an address of this machine and a port"),
        ("127.0.0.1:http", "an address of this machine and a port"),
        ("127.0.0.1:0", "from 1 to 65535"),
        ("127.0.0.1:65536", "from 1 to 65535"),
        (True, "an address of this machine and a port"),
        (["127.0.0.1:9464"], "an address of this machine and a port"),
    ],
)
def test_others_are_never_listened_to(tmp_path: Path, given: Any, word: str) -> None:
    """The page asks nobody who they are; the message names the key and says what to write."""
    message = mistake(tmp_path, metrics={"listen": given})
    assert word in message
    assert message.startswith("metrics.listen: ")
    assert "127.0.0.1:9464" in message


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "write listen: 127.0.0.1:9464, or textfile: and a file's name"),
        ({"listen": None}, "write listen: 127.0.0.1:9464, or textfile: and a file's name"),
        ({"textfile": "syncd.txt"}, "end in .prom"),
        ({"textfile": ""}, "end in .prom"),
        ({"textfile": 5}, "write text"),
        ({"lisen": PORT}, "did you mean 'listen'?"),
        ("127.0.0.1:9464", "metrics has keys of its own below it: listen, textfile"),
    ],
)
def test_metrics_that_are_none(tmp_path: Path, given: Any, word: str) -> None:
    """Metrics that go nowhere, and files that the collector would never read."""
    assert word in mistake(tmp_path, metrics=given)


def test_metrics_are_off_by_themselves(tmp_path: Path) -> None:
    """Nothing listens that was not asked for."""
    assert read(tmp_path).metrics is None
    assert read(tmp_path, metrics=None).metrics is None


def test_check_says_where_they_are(tmp_path: Path) -> None:
    """Both places, as they are asked for."""
    home = Home(tmp_path, more="metrics: {listen: '[::1]:9464', textfile: out/syncd.prom}\n")
    result = home.syncd("check")
    assert result.code == 0, result.err
    assert "metrics of `run`: http://[::1]:9464/metrics and out/syncd.prom" in result.out


def test_the_environment_may_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$SYNCD_LOG takes the short form; what should be JSON and is none is a mistake in words."""
    monkeypatch.setenv("SYNCD_LOG", "json")
    monkeypatch.setenv("SYNCD_METRICS__LISTEN", "127.0.0.1:9464")
    settings = read(tmp_path, log={"level": "debug"})
    assert settings.log.format == "json"
    assert settings.metrics is not None
    assert settings.metrics.listen == ("127.0.0.1", PORT)
    monkeypatch.setenv("SYNCD_LIMITS", "five")
    with pytest.raises(ConfigErrors, match="SYNCD_LIMITS in the environment has to be JSON"):
        read(tmp_path)


def test_the_example_shows_forms_that_are_right(tmp_path: Path) -> None:
    """What stands behind the # in deploy/syncd.yaml can be used as it is."""
    example = Path(__file__).resolve().parents[2] / "deploy" / "syncd.yaml"
    lines = [
        line.removeprefix("#").strip()
        for line in example.read_text(encoding="utf-8").splitlines()
        if line.startswith(("#   log:", "#   metrics:"))
    ]
    assert len(lines) == 2
    settings = read(tmp_path, **YAML(typ="safe").load("\n".join(lines)))
    assert settings.metrics is not None
    assert settings.metrics.listen == ("127.0.0.1", PORT)


def test_the_documentation_shows_what_is_right(tmp_path: Path) -> None:
    """The first example of docs/metrics.md can be used as it is."""
    page = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
    example = page.read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]
    metrics = read(tmp_path, **YAML(typ="safe").load(example)).metrics
    assert metrics is not None
    assert metrics.textfile is not None
    assert metrics.listen == ("127.0.0.1", PORT)
