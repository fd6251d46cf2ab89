"""`make fuzz MINUTES=60`: coverage-guided fuzzing (atheris) of everything that reads foreign bytes.

    python tests/simulation/fuzz/fuzz.py [--minutes 60] [--targets one_mail,one_calendar]

Each target of `targets.py` runs in a process of its own, two at a time, for its share of the time.
Real files (../shared/corpora, where it is) are the seeds. A crash, an input that takes longer than
ten seconds, or more than 1 GB of memory is a finding: the input is kept under .cache/fuzz, and the
target goes on. Exit code 1 when there was any.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[2]
CORPORA: Final = ROOT.parent / "shared" / "corpora"
WORK: Final = ROOT / ".cache" / "fuzz"
AT_ONCE: Final = 2
SLOWEST: Final = 10  # seconds an input may take
LARGEST: Final = 64 * 1024  # bytes of one input
MEMORY: Final = 1024  # MB
MOST: Final = 20  # findings, and a target is given up

# Which folders of the corpora seed which target.
SEEDS: Final = {
    "one_mail": ("eml", "spamassassin", "enron-categories"),
    "one_text": ("eml", "spamassassin"),
    "one_calendar": ("ics",),
    "one_cards": ("vcf",),
}
_STATUS: Final = re.compile(r"#(\d+)\s+(?:DONE|pulse|NEW|REDUCE|RELOAD)\s+cov: (\d+)")


def seeds(target: str) -> Iterator[Path]:
    """The real files that fit into one input."""
    for folder in SEEDS[target]:
        for path in sorted((CORPORA / folder).rglob("*")):
            if path.is_file() and path.stat().st_size <= LARGEST and path.name != "SOURCE.txt":
                yield path


def prepare(target: str) -> Path:
    """The folder of seeds of one target; what earlier runs found interesting stays in it."""
    folder = WORK / target / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(seeds(target)):
        copy = folder / f"seed-{number:05}"
        if not copy.exists():
            shutil.copyfile(path, copy)
    return folder


def fuzz(target: str, seconds: int) -> tuple[str, bool]:
    """Run one target, again after each finding; what it came to, and whether it found anything."""
    corpus = prepare(target)
    found = WORK / target / "found"
    found.mkdir(exist_ok=True)
    log = WORK / target / "log.txt"
    ends = time.monotonic() + seconds
    inputs = coverage = findings = 0
    while (left := int(ends - time.monotonic())) > 0 and findings < MOST:
        command = [
            sys.executable, str(HERE / "fuzz.py"), "--child", target, str(corpus),
            f"-max_total_time={left}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}",
            f"-max_len={LARGEST}", f"-artifact_prefix={found}{os.sep}", "-print_final_stats=1",
        ]  # fmt: skip
        with log.open("wb") as output:
            done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False)
        last = _STATUS.findall(log.read_text(errors="replace"))
        if last:
            inputs, coverage = inputs + int(last[-1][0]), max(coverage, int(last[-1][1]))
        if done.returncode:
            findings += 1
            log.rename(WORK / target / f"log-{findings}.txt")
    line = f"{target}: {inputs:,} inputs, {coverage:,} edges"
    if not findings:
        return f"{line}, nothing found", False
    return f"{line}, FAILED {findings} times: see {WORK / target}", True


def child(target: str, arguments: Sequence[str]) -> None:
    """The process that fuzzes: libFuzzer calls the target until its time is over."""
    import atheris

    sys.path[:0] = [str(ROOT), str(HERE)]
    with atheris.instrument_imports(include=["connectors", "email", "icalendar", "vobject"]):
        import targets
    atheris.Setup([target, *arguments], getattr(targets, target))
    atheris.Fuzz()


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3:])
        return 0
    parser = argparse.ArgumentParser(description="Fuzz what reads foreign bytes.")
    parser.add_argument("--minutes", type=float, default=60, help="for all targets together")
    parser.add_argument("--targets", default=",".join(SEEDS))
    options = parser.parse_args()
    names = options.targets.split(",")
    if unknown := [name for name in names if name not in SEEDS]:
        parser.error(f"unknown target {unknown[0]}; there are {', '.join(SEEDS)}")
    if not CORPORA.is_dir():
        print("no real files to begin with: ../shared/corpora is absent")
    # So many run at once that the wall time of all of them is what was asked for.
    seconds = max(1, int(options.minutes * 60 * min(AT_ONCE, len(names)) / len(names)))
    print(f"fuzzing {', '.join(names)}: {seconds} s each, {AT_ONCE} at a time", flush=True)
    failed = False
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for line, bad in pool.map(lambda name: fuzz(name, seconds), names):
            print(line, flush=True)
            failed = failed or bad
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
