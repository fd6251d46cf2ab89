"""`make bench`: back-fill and daemon against their peers on the same files, and what rest costs.

    python tests/bench/run.py [--messages 20000] [--notmuch 5000] [--events 10000] [--runs 3]
                              [--people 100000] [--mails 200] [--idle 60]
                              [--imap 50000]

Machines are noisy: look at the ratios, which are medians of runs made in turn, not at the seconds.
Each run is a fresh process, its start included; memory is the peak of it and all it starts.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from mailbox_of import END, write_calendar, write_maildir, write_mbox
from measure import Run, paired, run

HERE = Path(__file__).resolve().parent
CONFIG = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, {sources}, tasks: tasks}}
rules: [real-networking, open-loops]
state: sqlite:///syncd.db
"""
# What a header pass needs, and what syncd tells a machine from a human by.
HEADERS = "from:to:cc:date:message-id:subject:in-reply-to:references:list-id:precedence"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument(
        "--notmuch", type=int, default=5_000, help="messages for notmuch and `once`"
    )
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--people", type=int, default=100_000, help="0: without them")
    parser.add_argument("--imap", type=int, default=50_000, help="messages on a server; 0: none")
    parser.add_argument("--mails", type=int, default=200, help="for the daemon's latency")
    parser.add_argument("--idle", type=float, default=60, help="seconds of watching it idle")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as name:
        base = Path(name)
        against_mhdr(base / "mail", given.messages, given.runs)
        against_notmuch(base / "less", given.notmuch, given.runs)
        against_mbox(base / "mbox", given.notmuch, given.runs)
        against_icalendar(base / "events", given.events, given.runs)
        if given.imap:
            against_imapclient(base / "imap", given.imap, given.runs, given.mails // 2)
        against_an_echo(base / "latency", given.mails)
        idle(base / "few", 1_350, given.idle)
        at_providers(base / "clouds", given.idle)
        if given.people:
            small_steps(base / "crowd", given.people)
            idle(base / "many", given.people, given.idle)


def against_imapclient(folder: Path, count: int, runs: int, mails: int) -> None:
    """A mailbox on a server against fetching its headers; then the daemon in IDLE."""
    folder.mkdir()
    title(f"{count:,} messages on an IMAP server")
    run([sys.executable, str(HERE / "imap.py"), str(folder), str(count), str(runs)], folder)
    title(f"{mails} mails on an IMAP server that call for a task, one by one")
    run([sys.executable, str(HERE / "imap_latency.py"), str(folder), str(mails)], folder)


def at_providers(folder: Path, seconds: float) -> None:
    """The daemon with one idle account at Google, at Microsoft 365, on an Exchange server."""
    title(f"idle for {seconds:.0f} s with one account at a provider")
    run([sys.executable, str(HERE / "clouds.py"), str(folder), str(seconds)], folder.parent)


def against_an_echo(folder: Path, mails: int) -> None:
    """The daemon, from a mail file to a task file."""
    folder.mkdir()
    title(f"{mails} mails that call for a task, one by one")
    run([sys.executable, str(HERE / "latency.py"), str(folder), str(mails)], folder)


def idle(folder: Path, count: int, seconds: float) -> None:
    """The daemon while nothing happens."""
    title("a daemon that has nothing to do")
    run([sys.executable, str(HERE / "idle.py"), str(folder), str(count), str(seconds)], HERE)


def small_steps(folder: Path, count: int) -> None:
    """What the engine does all day, with many people in the state."""
    folder.mkdir()
    title(f"{count:,} people, 20 rules")
    script = [sys.executable, str(HERE / "steps.py"), str(folder)]
    run([*script, str(count)], folder)
    run(script, folder)


def work(name: str, path: Path) -> Run:
    return run([sys.executable, str(HERE / "work.py"), name, str(path)], path.parent)


def observed(config: Path) -> Run:
    """Everything read into a new state."""
    for left in config.parent.glob("syncd.db*"):
        left.unlink()
    return work("observe", config)


def once(config: Path) -> Run:
    """`syncd once`, as its owner calls it."""
    command = [sys.executable, "-c", "from syncd.__main__ import main; main()"]
    options = ["--config", str(config), "--now", END.isoformat()]
    return run([*command, *options, "once"], config.parent)


def configured(folder: Path, sources: str) -> Path:
    folder.mkdir(exist_ok=True)
    config = folder / "syncd.yaml"
    config.write_text(CONFIG.format(sources=sources))
    return config


def against_mhdr(folder: Path, count: int, runs: int) -> None:
    """Headers into the state against printing ten headers, and against the standard library."""
    write_maildir(folder / "Maildir", count)
    config = configured(folder, "mail: [Maildir]")
    title(f"{count:,} messages in a Maildir ({size_of(folder / 'Maildir'):,} MB)")
    observed(config)  # the files are in memory from here on, for everybody
    if missing("mhdr", "mblaze"):
        show("headers into the state", count, observed(config))
    else:
        script = f'mlist "$1" | mhdr -h {HEADERS} >/dev/null'
        command = ["sh", "-c", script, "sh", str(folder / "Maildir")]
        pair = paired(lambda: observed(config), lambda: run(command, folder), runs)
        show("mblaze mhdr, ten headers printed", count, pair.peer)
        show("headers into the state", count, pair.ours, f"{pair.ratio:.2f} x mhdr")
    pair = paired(lambda: observed(config), lambda: work("stdlib_maildir", folder / "Maildir"), 1)
    show("stdlib mailbox.Maildir, parse only", count, pair.peer)
    show("headers into the state", count, pair.ours, f"{pair.ratio:.3f} x stdlib")


def against_notmuch(folder: Path, count: int, runs: int) -> None:
    """The same, and all of `once`, against the full text into an index."""
    write_maildir(folder / "Maildir", count)
    config = configured(folder, "mail: [Maildir]")
    title(f"{count:,} messages in a Maildir")
    observed(config)
    everything = once_from_nothing(config)
    if not missing("notmuch", "notmuch"):
        pair = paired(lambda: observed(config), lambda: notmuch_new(folder), runs)
        show("notmuch new", count, pair.peer)
        show("headers into the state", count, pair.ours, f"{pair.ratio:.3f} x notmuch")
        ratio = everything.seconds / pair.peer.seconds
        show("once, everything", count, everything, f"{ratio:.3f} x notmuch")
    else:
        show("headers into the state", count, observed(config))
        show("once, everything", count, everything)
    once_from_nothing(config)
    show("once again, nothing new", count, once(config))
    work("one_at_a_time", config)


def once_from_nothing(config: Path) -> Run:
    for left in config.parent.glob("syncd.db*"):
        left.unlink()
    return once(config)


def notmuch_new(folder: Path) -> Run:
    """`notmuch new` with a configuration and an index of its own."""
    mail = folder / "Maildir"
    shutil.rmtree(mail / ".notmuch", ignore_errors=True)
    config = folder / "notmuch-config"
    config.write_text(
        f"[database]\npath={mail}\n[user]\nname=Ana Silva\nprimary_email=ana@example.org\n"
        "[new]\ntags=unread\n[maildir]\nsynchronize_flags=false\n"
    )
    try:
        return run(["notmuch", "new", "--quiet"], folder, {"NOTMUCH_CONFIG": str(config)})
    finally:
        shutil.rmtree(mail / ".notmuch", ignore_errors=True)


def against_mbox(folder: Path, count: int, runs: int) -> None:
    """One mbox file against the standard library."""
    folder.mkdir()
    write_mbox(folder / "archive.mbox", count)
    config = configured(folder, "mail: [archive.mbox]")
    title(f"{count:,} messages in an mbox")
    peer = folder / "archive.mbox"
    pair = paired(lambda: observed(config), lambda: work("stdlib_mbox", peer), runs)
    show("stdlib mailbox.mbox, parse only", count, pair.peer)
    show("headers into the state", count, pair.ours, f"{pair.ratio:.3f} x stdlib")


def against_icalendar(folder: Path, count: int, runs: int) -> None:
    """Calendar files against parsing them and doing nothing with it."""
    write_calendar(folder / "calendar", count)
    config = configured(folder, "calendar: [calendar]")
    title(f"{count:,} events in a folder")
    peer = folder / "calendar"
    pair = paired(lambda: observed(config), lambda: work("icalendar_parse", peer), runs)
    show("icalendar, parse only", count, pair.peer)
    show("events into the state", count, pair.ours, f"{pair.ratio:.2f} x icalendar")


def missing(program: str, package: str) -> bool:
    """Whether a peer is not installed, which is said loudly."""
    if shutil.which(program):
        return False
    print(f"  !! SKIPPED: no {program} here, so no ratio to it (apt-get install {package})")
    return True


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


def title(text: str) -> None:
    print(f"\n{text}:", flush=True)


def show(label: str, count: int, done: Run, ratio: str = "") -> None:
    print(
        f"  {label:<36} {done.seconds:7.2f} s {done.cpu:7.2f} s CPU "
        f"{count / done.seconds:9,.0f} /s {done.peak:5.0f} MB  {ratio}",
        flush=True,
    )


if __name__ == "__main__":
    main()
