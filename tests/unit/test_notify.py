"""What the service manager is told, heard by a socket like its own."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd import notify
from syncd.notify import Notifier


class Manager:
    """A service manager's end of the line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        self.socket.settimeout(5)

    def heard(self) -> dict[str, str]:
        """The next message."""
        lines = self.socket.recv(4096).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)

    def hears_nothing(self) -> bool:
        self.socket.setblocking(False)
        try:
            return not self.socket.recv(4096)
        except BlockingIOError:
            return True


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """A manager that listens at a path, and one at an abstract address."""
    kinds = {"path": str(tmp_path / "notify"), "abstract": f"@syncd-{uuid.uuid4().hex}"}
    found = Manager(kinds[request.param])
    yield found
    found.socket.close()


def line_to(manager: Manager, **more: str) -> Notifier:
    return Notifier.from_environment({"NOTIFY_SOCKET": manager.name, **more})


def test_each_message_is_one_datagram(manager: Manager) -> None:
    """Ready, stopping and a status arrive by themselves, as sd_notify(3) writes them."""
    line = line_to(manager)
    assert line.ready()
    assert manager.heard() == {"READY": "1"}
    assert line.status("waiting: 3 accounts")
    assert manager.heard() == {"STATUS": "waiting: 3 accounts"}
    assert line.stopping()
    assert manager.heard() == {"STOPPING": "1"}


def test_a_reload_says_when_it_began(manager: Manager) -> None:
    """RELOADING carries the monotonic clock in microseconds, from between before and after."""
    before = time.monotonic_ns() // 1000
    assert line_to(manager).reloading()
    heard = manager.heard()
    assert heard["RELOADING"] == "1"
    assert before <= int(heard["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000


def test_a_status_cannot_forge_a_message(manager: Manager) -> None:
    """Line breaks in a status become blanks: each line is a variable of the protocol."""
    assert line_to(manager).status("reading\nSTOPPING=1\r\nwork")
    assert manager.heard() == {"STATUS": "reading STOPPING=1 work"}


def test_the_watchdog_is_fed_where_there_is_one(manager: Manager) -> None:
    """Half of the deadline is the interval, in seconds; without a deadline nothing is sent."""
    assert not line_to(manager).watchdog()
    assert manager.hears_nothing()
    manager.socket.settimeout(5)
    line = line_to(manager, WATCHDOG_USEC="60000000", WATCHDOG_PID=str(os.getpid()))
    assert line.watchdog_interval == 30.0
    assert line.watchdog()
    assert manager.heard() == {"WATCHDOG": "1"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
    ],
)
def test_a_watchdog_of_another_process_is_not_ours(manager: Manager, more: dict[str, str]) -> None:
    """No deadline, none that is meant for us, none that is a number: no watchdog."""
    assert line_to(manager, **more).watchdog_interval is None


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "notify"])
def test_without_a_manager_nothing_is_told(address: str) -> None:
    """Started by hand, every message is a no-op that says so."""
    line = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"})
    assert line == Notifier()
    assert not any(
        (line.ready(), line.status("x"), line.reloading(), line.stopping(), line.watchdog())
    )


@pytest.mark.parametrize("address", ["/nowhere/notify", "@syncd-nobody", "/" + "x" * 200])
def test_a_manager_that_is_gone_harms_nobody(address: str) -> None:
    """A socket that is not there, or cannot be, is told by the answer alone."""
    assert not Notifier(address, 1.0).ready()


def test_a_manager_that_takes_nothing_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its queue full a message is given up after a moment instead of blocking for ever."""
    monkeypatch.setattr(notify, "_PATIENCE", 0.05)
    deaf = Manager(str(tmp_path / "notify"))
    line = Notifier(deaf.name, 1.0)
    answers = [line.watchdog()]
    while answers[-1]:
        assert len(answers) < 100_000
        answers.append(line.watchdog())
    deaf.socket.close()
    assert len(answers) > 1
