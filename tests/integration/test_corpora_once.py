"""`syncd once` over real, dirty mail: no traceback, bounded memory, and nothing read twice."""

from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SYNCD = str(Path(sys.executable).with_name("syncd"))
CONFIG = """\
owner: {{name: Owner, addresses: {addresses}, timezone: UTC}}
accounts:
  - {{name: corpus, kind: local, mail: [{mail}], tasks: tasks}}
rules: [real-networking, open-loops]
state: sqlite:///syncd.db
"""
MEGABYTES = 200
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


class Corpus:
    """One corpus as an account of its own, read once."""

    def __init__(self, folder: Path, mail: Path, addresses: list[str], now: str) -> None:
        self.peak = 0.0  # of all runs, in MB
        self.config = folder / "syncd.yaml"
        self.config.write_text(CONFIG.format(mail=mail, addresses=json.dumps(addresses)))
        self.now = now
        self.first = self.run("once")

    def run(self, *words: str) -> Any:
        command = [SYNCD, "--config", str(self.config), "--now", self.now, *words, "--json"]
        # A child's peak starts with that of whoever forked it, so a small process stands between.
        done = subprocess.run(
            [sys.executable, "-S", "-c", MEASURE, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        *said, peak = done.stderr.splitlines()
        self.peak = max(self.peak, int(peak) / 1024)
        assert done.returncode == 0, said
        assert said == []
        return json.loads(done.stdout)


def unpack(archive: Path, folder: Path, limit: int) -> None:
    """The first `limit` mails of a compressed mbox, one a file."""
    folder.mkdir()
    number = 0
    part: list[bytes] = []
    with lzma.open(archive) as lines:
        for line in lines:
            if re.match(rb"From [^\n]*\d{4}\n", line):
                if part:
                    (folder / f"{number:05}.eml").write_bytes(b"".join(part))
                    number += 1
                part = []
                if number == limit:
                    return
            else:
                part.append(line)
    if part:
        (folder / f"{number:05}.eml").write_bytes(b"".join(part))


@pytest.fixture(scope="module")
def the_list(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A mailing list as its busiest author has it, read once."""
    folder = tmp_path_factory.mktemp("list")
    unpack(corpora / "list-mbox" / "list-12000.mbox.xz", folder / "mail", 1200)
    owner = ["wqu@suse.com", "quwenruo.btrfs@gmx.com"]
    return Corpus(folder, folder / "mail", owner, "2022-01-15T00:00:00+00:00")


# The list last, beside the other test that uses it.
@pytest.mark.parametrize("name", ["spamassassin", "enron-categories", "list-mbox"])
def test_a_corpus_is_read_once(
    request: pytest.FixtureRequest, corpora: Path, tmp_path: Path, name: str
) -> None:
    """The first run reads all, the second nothing; whatever is unreadable is set aside by name."""
    if name == "list-mbox":
        corpus: Corpus = request.getfixturevalue("the_list")
    else:
        owner = ["jeff.dasovich@enron.com"]
        corpus = Corpus(tmp_path, corpora / name, owner, "2003-01-01T00:00:00+00:00")
    assert sum(one["items"] for one in corpus.first["read"]) > 1000
    second = corpus.run("once")
    assert [one["items"] for one in second["read"]] == [0] * len(second["read"])
    assert (second["people"], second["texts"]) == (0, 0)
    assert set(second["tasks"].values()) == {0}
    aside = corpus.run("status")["set_aside"]
    assert len(aside) < 10
    assert all(one["ref"] and one["reason"] for one in aside)
    assert corpus.peak < MEGABYTES


def test_the_strongest_of_the_list_are_humans_that_were_answered(the_list: Corpus) -> None:
    """Of the ten strongest ties of a list's busiest author, every one was written to by him."""
    people = sorted(the_list.run("people"), key=lambda one: -one["strength"])[:10]
    for one in people:
        assert one["counts"]["sent"] > 0, one
        assert not any("vger.kernel.org" in addr for addr in one["addresses"])
