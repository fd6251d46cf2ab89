"""How an event is written, for a person, a journal and a program."""

from __future__ import annotations

import io
import json
import os
import pty
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from syncd import log
from syncd.log import output


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Not under systemd, and nobody listens any more at the end."""
    for name in ("JOURNAL_STREAM", "INVOCATION_ID", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    yield
    log.silence()
    log.know(())


class Broken(io.StringIO):
    """A disk that is full, from the start."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_nothing_is_written_until_somebody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    """Events cost nothing and say nothing by themselves, before and after."""
    log.event("texts.read", texts=1)
    log.listen()
    log.silence()
    log.event("texts.read", texts=2)
    assert capsys.readouterr().err == ""


def test_a_pipe_gets_plain_key_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Moment, level and name first, then the facts as they were told."""
    log.listen()
    log.event("source.batch_committed", account="work", facet="mail", items=120)
    line = capsys.readouterr().err
    moment, rest = line.split(" ", 1)
    assert datetime.fromisoformat(moment.removeprefix("timestamp=")).utcoffset() is not None
    assert rest == ("level=info event=source.batch_committed account=work facet=mail items=120\n")


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the facts are, each line parses by itself, and numbers are numbers."""
    log.listen("debug", "json")
    log.event("source.batch_committed", account="work", facet="mail", items=120, part=0.5)
    log.event("state.restored")
    log.event("verdicts.followed", people=float("nan"), drawn=None, all=True, more=[1, {"a": 2}])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert list(lines[0])[:3] == ["timestamp", "level", "event"]
    assert (lines[0]["items"], lines[0]["part"], lines[0]["account"]) == (120, 0.5, "work")
    assert lines[1]["level"] == "warning"
    assert lines[2]["drawn"] is None
    assert lines[2]["more"] == [1, {"a": 2}]


def test_a_service_writes_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under systemd with a file for standard error; `text` says otherwise."""
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef0123456789abcdef")
    log.listen()
    log.event("texts.read", texts=1)
    assert json.loads(capsys.readouterr().err)["event"] == "texts.read"
    log.listen(style="text")
    log.event("texts.read", texts=1)
    assert capsys.readouterr().err.startswith("timestamp=")


def test_the_journal_gets_json_with_priorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """$JOURNAL_STREAM names the socket that standard error is; one that names another is not it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        found = os.fstat(ours.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        log.listen("debug")
        log.event("texts.read", texts=1)
        log.event("state.restored")
        log.event("process.crashed", error=ValueError("x"))
        lines = theirs.recv(65_536).decode().splitlines()
        assert [line[:3] for line in lines] == ["<6>", "<4>", "<3>"]
        assert json.loads(lines[0][3:])["texts"] == 1
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino + 1}")
        log.listen()
        log.event("texts.read", texts=1)
        assert theirs.recv(65_536).decode().startswith("timestamp=")
        log.silence()


@pytest.mark.parametrize("plain", [False, True])
def test_a_terminal_gets_colours_unless_it_wants_none(
    monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    """A person reads there, also in a session that systemd started; $NO_COLOR is obeyed."""
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("TERM", "xterm")
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w", encoding="utf-8") as terminal:
            monkeypatch.setattr(sys, "stderr", terminal)
            log.listen()
            log.event("source.batch_committed", account="work", items=3)
            text = os.read(leader, 65_536).decode()
    finally:
        os.close(leader)
    assert ("\x1b[" in text) is not plain
    assert "source.batch_committed" in text
    assert "work" in text


@pytest.mark.parametrize(
    ("level", "seen"),
    [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)],
)
def test_a_level_leaves_out_what_is_below(
    capsys: pytest.CaptureFixture[str], level: str, seen: int
) -> None:
    """The level of an event is in the registry, and who listens says from which on."""
    log.listen(level)
    log.event("source.failed", account="work")
    log.event("texts.read", texts=1)
    log.event("state.restored")
    log.event("process.crashed")
    assert len(capsys.readouterr().err.splitlines()) == seen


def test_to_listen_again_takes_the_place_of_before(capsys: pytest.CaptureFixture[str]) -> None:
    """No line is written twice, and the newest wish counts."""
    log.listen("error")
    log.listen("info", "json")
    log.event("texts.read", texts=1)
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("style", output.STYLES)
def test_a_log_that_cannot_be_written_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """A full disk, a stream that is closed, or none at all: the work goes on without its log."""
    monkeypatch.setattr(sys, "stderr", None)
    log.listen(style=style)
    log.event("texts.read", texts=1)
    monkeypatch.setattr(sys, "stderr", Broken())
    log.listen(style=style)
    log.event("texts.read", texts=1)
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    log.listen(style=style)
    closed.close()
    log.event("texts.read", texts=1)


def test_threads_do_not_mix_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Eight threads tell at once, while others begin and cease to listen: every line is whole."""
    log.listen(style="json")
    heard: list[str] = []

    def tell(number: int) -> None:
        for turn in range(200):
            log.event("source.batch_committed", account=f"a{number}", items=turn)

    def change() -> None:
        for _ in range(200):
            log.hear(hearer)
            log.unhear(hearer)

    def hearer(name: str, _facts: object) -> None:
        heard.append(name)

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(8)]
    threads.append(threading.Thread(target=change))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    for number in range(8):
        assert [one["items"] for one in lines if one["account"] == f"a{number}"] == [*range(200)]


def test_who_hears_gets_every_level_and_the_facts_themselves() -> None:
    """What counts events counts them all, whether anybody reads them or not."""
    heard: list[tuple[str, dict[str, object]]] = []

    def hearer(name: str, facts: object) -> None:
        assert isinstance(facts, dict)
        heard.append((name, facts))

    log.hear(hearer)
    try:
        log.event("source.failed", account="ana@example.org", facet="mail")
    finally:
        log.unhear(hearer)
    log.event("source.failed", account="b", facet="mail")
    assert heard == [("source.failed", {"account": "ana@example.org", "facet": "mail"})]


def test_rich_is_not_loaded_for_a_log() -> None:
    """structlog would bring 3 MB of it along, for tracebacks that are never written."""
    program = (
        "import sys; from syncd import log; log.listen('debug'); log.event('state.restored'); "
        "import importlib.util as u; "
        "sys.exit('rich' in sys.modules or u.find_spec('rich') is None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert b"state.restored" in done.stderr


def test_who_wants_no_log_and_no_metrics_loads_none() -> None:
    """Neither library is in a process that nobody listens to, or a daemon without `metrics:`."""
    program = (
        "import sys; import syncd.cli.main, syncd.cli.run, syncd.daemon; "
        "sys.exit(' '.join({'structlog', 'prometheus_client'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
