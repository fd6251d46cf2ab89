"""An IMAP mailbox: `python imap.py FOLDER [MESSAGES] [RUNS]`.

A Dovecot on this machine holds the mailbox. Beside a peer that fetches the same headers as a plain
script would, and keeps nothing, everything is read into a new state; both in turn, so that a slow
hour of the machine slows both. What the server does for them is shown apart: both wait for it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from mailbox_of import END, write_maildir
from measure import Run, family, paired, run
from relay import Relay

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import dovecot
from servers.dovecot import PASSWORD, Dovecot

HERE = Path(__file__).resolve().parent
MANY, FEW = "many", "few"  # whose mailboxes there are
_WANTED = ["BODY.PEEK[HEADER]", "INTERNALDATE", "RFC822.SIZE", "FLAGS"]
_AT_ONCE = 500  # mails that a plain script asks for in one go
_FAR = 0.04  # seconds that each direction takes
_TICKS = os.sysconf("SC_CLK_TCK")
CONFIG = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, tasks: tasks}}
  - {{name: work, kind: imap, host: 127.0.0.1, port: {port}, tls: none, user: {user}}}
tasks_in: home
rules: [real-networking, open-loops]
state: sqlite:///syncd.db
"""


class Served:
    """Runs of one kind, and the processor seconds that the server took for each."""

    def __init__(self, server: Dovecot, work: Callable[[], Run]) -> None:
        self._pid = int((server.folder / "run" / "master.pid").read_text())
        self._work = work
        self._took: list[float] = []

    def __call__(self) -> Run:
        before = self._busy()
        done = self._work()
        self._took.append(self._busy() - before)
        return done

    @property
    def took(self) -> float:
        return statistics.median(self._took)

    def _busy(self) -> float:
        ticks = 0
        for pid in family(self._pid):
            with contextlib.suppress(OSError):  # it has ended
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / _TICKS


def measure(folder: Path, messages: int, runs: int) -> None:
    few = max(1, messages // 10)
    with dovecot.running() as server:
        fill(server, MANY, messages)
        fill(server, FEW, few)
        many, less = (configured(folder / user, server.port, user) for user in (MANY, FEW))
        cold = Served(server, lambda: fetched(server, MANY))
        show("imapclient, the server's first time", messages, cold(), cold.took)
        ours = Served(server, lambda: observed(many))
        theirs = Served(server, lambda: fetched(server, MANY))
        pair = paired(ours, theirs, runs)
        show("imapclient, headers fetched", messages, pair.peer, theirs.took)
        ratio = f"{1 / pair.ratio:.2f} x imapclient (goal: 0.6)"
        show("headers into the state", messages, pair.ours, ours.took, ratio)
        show("the same, a tenth of the mailbox", few, observed(less))
        far(folder / "far", server, few)
        everything = Served(server, lambda: once(many, afresh=True))
        pair = paired(everything, theirs, 1)
        ratio = f"{1 / pair.ratio:.2f} x imapclient"
        show("once, everything", messages, pair.ours, everything.took, ratio)


def far(folder: Path, server: Dovecot, messages: int) -> None:
    """The smaller mailbox, with a server that is far away."""
    with Relay(server.port, _FAR) as relay:
        config = configured(folder, relay.port, FEW)
        label = f"the same, {_FAR * 2000:.0f} ms away"
        done = observed(config)
        each = f"{relay.turns * 1000 / messages:.1f} round trips per 1,000 messages"
        show(label, messages, done, None, each)
        before = relay.turns
        done = once(config)
        show(
            "once, as far, headers read",
            messages,
            done,
            None,
            f"{relay.turns - before} round trips",
        )


def fill(server: Dovecot, user: str, messages: int) -> None:
    """Put that many mails into a mailbox."""
    box = server.folder / "mail" / user
    write_maildir(box, messages)
    own(server, box)


def own(server: Dovecot, box: Path) -> None:
    """Make it the server's."""
    someone = (server.folder / "mail").stat()
    for path in (box, *box.rglob("*")):
        os.chown(path, someone.st_uid, someone.st_gid)


def configured(folder: Path, port: int, user: str) -> Path:
    """A configuration that reads that mailbox."""
    (folder / "secrets").mkdir(parents=True)
    secret = folder / "secrets" / "work.password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    config = folder / "syncd.yaml"
    config.write_text(CONFIG.format(port=port, user=user))
    return config


def fetched(server: Dovecot, user: str) -> Run:
    """The peer."""
    command = [sys.executable, __file__, "fetch", str(server.port), user]
    return run(command, HERE)


def observed(config: Path) -> Run:
    """Everything read into a new state."""
    forget(config)
    return run([sys.executable, str(HERE / "work.py"), "observe", str(config)], config.parent)


def once(config: Path, *, afresh: bool = False) -> Run:
    """`syncd once`, as its owner calls it."""
    if afresh:
        forget(config)
    command = [sys.executable, "-c", "from syncd.__main__ import main; main()"]
    options = ["--config", str(config), "--now", END.isoformat()]
    return run([*command, *options, "once"], config.parent)


def forget(config: Path) -> None:
    """Remove the state."""
    for left in config.parent.glob("syncd.db*"):
        left.unlink()


def fetch(port: int, user: str) -> None:
    """What a plain script does: the newest first, some hundred at once."""
    from imapclient import IMAPClient

    client = IMAPClient("127.0.0.1", port=port, ssl=False)
    client.login(user, PASSWORD)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")[::-1]
    for at in range(0, len(uids), _AT_ONCE):
        client.fetch(uids[at : at + _AT_ONCE], _WANTED)
    client.logout()


def show(label: str, count: int, done: Run, server: float | None = None, more: str = "") -> None:
    took = "" if server is None else f"server {server:6.2f} s CPU"
    print(
        f"  {label:<36} {done.seconds:7.2f} s {done.cpu:7.2f} s CPU {took:<20} "
        f"{count / done.seconds:7,.0f} /s {done.peak:5.0f} MB  {more}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1] == "fetch":
        fetch(int(sys.argv[2]), sys.argv[3])
    elif lacking := dovecot.why_not():
        print(f"  !! SKIPPED: {lacking}")
    else:
        numbers = [int(one) for one in sys.argv[2:]]
        measure(Path(sys.argv[1]), *(numbers + [50_000, 3][len(numbers) :]))
