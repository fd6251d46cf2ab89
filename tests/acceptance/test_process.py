"""The process itself: interrupted, started twice, started again under another hash seed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from acceptance_world import run
from mortal import mortal, within

from syncd import wiring
from syncd.demo import write
from syncd.store.lock import exclusive

END = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
SYNCD = str(Path(sys.executable).with_name("syncd"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder, for copies."""
    folder = tmp_path_factory.mktemp("written") / "year"
    write(folder, seed=7, end=END)
    return folder


@pytest.fixture
def year(written: Path, tmp_path: Path) -> Path:
    """The demo's folder, not read yet."""
    return shutil.copytree(written, tmp_path / "year")


def words_of(folder: Path, *words: str) -> list[str]:
    return ["--config", str(folder / "syncd.yaml"), "--now", END.isoformat(), *words]


def command(folder: Path, *words: str) -> list[str]:
    return [SYNCD, "-v", *words_of(folder, *words)]


def quietly(words: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
    """A program, from its start to its end."""
    environment = {**os.environ, **more}
    return subprocess.run(
        words, capture_output=True, text=True, check=False, env=environment, timeout=120
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_loses_nothing(year: Path, number: signal.Signals) -> None:
    """Stopped after the first batch: one line, the usual exit code, and the next run goes on."""
    seen = ""
    with (
        subprocess.Popen(
            mortal(command(year, "once")), stderr=subprocess.PIPE, text=True
        ) as process,
        within(120, process),
    ):
        assert process.stderr is not None
        for line in process.stderr:
            seen += line
            if "source.batch_committed" in line:
                process.send_signal(number)
                break
        seen += process.stderr.read()
    assert process.returncode == 128 + number
    assert "the next run goes on from there" in seen
    assert "Traceback" not in seen
    again = run(*words_of(year, "once", "--json"))
    assert again.json["tasks"]["created"] == 5
    third = run(*words_of(year, "once", "--json"))
    assert sum(one["items"] for one in third.json["read"]) == 0


def test_a_second_run_at_the_same_time_is_refused(year: Path) -> None:
    """Whoever comes second is told who is there, and exits 1; reading commands work beside it."""
    database = wiring.open_state(wiring.assemble(year / "syncd.yaml"))
    with exclusive(database):
        refused = quietly(command(year, "once"))
        looked = quietly(command(year, "status"))
    database.close()
    assert refused.returncode == 1
    assert f"another syncd (process {os.getpid()})" in refused.stderr
    assert looked.returncode == 0


def test_another_hash_seed_is_no_news(year: Path) -> None:
    """Rules with sets in them look the same to every process: a second run judges nobody anew."""
    rules = year / "my-rules.yaml"
    text = rules.read_text(encoding="utf-8")
    text = text.replace(
        "where: {tier: inner}", "where: {tier: inner, stage: [connection, dormant]}"
    )
    rules.write_text(text, encoding="utf-8")
    for seed, wanted in (("1", False), ("2", True), ("3", True)):
        done = quietly(command(year, "once", "--json"), PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        assert (json.loads(done.stdout)["people"] == 0) is wanted


LOADING = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from syncd.__main__ import main
main()
"""


def test_ctrl_c_while_it_loads() -> None:
    """Whoever is quicker than Python's imports gets their prompt back, without a traceback."""
    done = quietly([sys.executable, "-c", LOADING])
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
