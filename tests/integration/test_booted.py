"""The service of the system under a systemd that really runs (`make systemd`)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from booted import SYNCD, Machine, until
from booted_owner import QUICK, Owner

if not os.environ.get("SYNCD_BOOTED"):
    pytest.skip("boots a systemd: make systemd", allow_module_level=True)

pytestmark = pytest.mark.seconds(900)  # the first one may have to fetch and to boot the machine


@pytest.fixture(scope="module")
def ana(machine: Machine) -> Owner:
    """Ana, whose folders lie in her home, with syncd.service installed for them."""
    found = Owner(machine, "/home/ana", "/etc/syncd/syncd.yaml")
    found.make_folders()
    found.configure()
    machine.write("/etc/systemd/system/syncd.service.d/20-test.conf", QUICK)
    machine.run(SYNCD, "service", "install")
    return found


def test_it_is_ready_when_the_state_is_open(ana: Owner) -> None:
    """`install` came back because it is ready: the state is there, and a line says what it does."""
    assert ana.property("ActiveState") == "active"
    assert ana.property("Type") == "notify"
    assert ana.property("StatusText")
    state = "/var/lib/private/syncd"
    assert ana.machine.run("stat", "-c", "%a %U", state).split() == ["700", "ana"]
    assert ana.machine.run("stat", "-c", "%a", f"{state}/syncd.db").split() == ["600"]


def test_a_mail_becomes_a_task(ana: Owner) -> None:
    """Dropped into the Maildir of a home that the service cannot see otherwise."""
    ana.writes_to("Ben")
    ana.has_task("Thank Ben")
    assert set(ana.machine.run("sh", "-c", "stat -c %U /home/ana/tasks/*.ics").split()) == {"ana"}


def test_it_sees_and_writes_what_it_must_and_no_more(ana: Owner) -> None:
    """Of the home only what the configuration names; nothing is writable but tasks and state."""
    assert ana.within("ls", "/home/ana").split() == ["Maildir", "tasks"]
    for folder in ("/home/ana/Maildir/new", "/etc/syncd", "/usr"):
        assert "Read-only" in ana.within("touch", f"{folder}/mark", good=False)
    ana.within("touch", "/home/ana/tasks/.mark")
    status = ana.machine.run("cat", f"/proc/{ana.pid()}/status")
    assert re.search(r"^CapEff:\s+0{16}$", status, re.MULTILINE)
    assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)


def test_the_journal_has_events_and_no_names(ana: Owner) -> None:
    """One JSON document a line, each an event; no address, subject or folder of the owner's."""
    lines = ana.journal()
    assert lines
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", json.loads(line)["event"]) for line in lines)
    for word in ("@example", "Ben", "Confidential", "Maildir", "/home"):
        assert word not in "\n".join(lines)


def test_a_reload_takes_the_new_rules(ana: Owner) -> None:
    """The same process goes on with them."""
    before = ana.pid()
    ana.configure("Call")
    ana.control("reload", "syncd")
    ana.until("SubState", "running")
    ana.writes_to("Cleo")
    ana.has_task("Call Cleo")
    assert ana.pid() == before


def test_a_reload_of_nonsense_changes_nothing(ana: Owner) -> None:
    """The old rules stay, and the status says so until it is mended."""
    before = ana.pid()
    ana.machine.write("/etc/syncd/syncd.yaml", "owner: nobody\n")
    try:
        ana.control("reload", "syncd")
        until(lambda: "configuration" in ana.property("StatusText"), "a status that says so")
        ana.writes_to("Dora")
        ana.has_task("Call Dora")
        assert ana.pid() == before
    finally:
        ana.configure("Call")
        ana.control("reload", "syncd")
    until(lambda: "configuration" not in ana.property("StatusText"), "a status without")


# Whoever writes to the state waits for this one.
_HOLDS = """\
import pathlib, sqlite3, time
other = sqlite3.connect("/var/lib/private/syncd/syncd.db", isolation_level=None, timeout=60)
other.execute("BEGIN IMMEDIATE")
pathlib.Path("/run/held").touch()
time.sleep(600)
"""


@contextmanager
def watched_closely(ana: Owner) -> Iterator[None]:
    """Whoever gives no sign of life for three seconds is killed."""
    drop_in = "/etc/systemd/system/syncd.service.d/30-watchdog.conf"
    ana.machine.write(drop_in, "[Service]\nWatchdogSec=3s\n")
    ana.control("daemon-reload")
    ana.control("restart", "syncd")
    try:
        yield
    finally:
        ana.machine.run("rm", drop_in)
        ana.control("daemon-reload")
        ana.control("restart", "syncd")


@contextmanager
def held_state(ana: Owner) -> Iterator[None]:
    """Another process begins to write to the state, and does not end."""
    ana.machine.run("systemd-run", "--quiet", "--unit=holder", "python3", "-c", _HOLDS)
    try:
        ana.machine.until("test", "-f", "/run/held")
        yield
    finally:
        ana.machine.run("systemctl", "stop", "holder")
        ana.machine.run("rm", "-f", "/run/held")


def timeouts(ana: Owner) -> int:
    return ana.machine.run("journalctl", "--unit=syncd").count("Watchdog timeout")


def started_again(ana: Owner, signal: str) -> None:
    before, restarts = ana.pid(), int(ana.property("NRestarts"))
    ana.control("kill", "--kill-who=main", f"--signal={signal}", "syncd")
    until(lambda: int(ana.property("NRestarts")) > restarts, "another start", 60)
    ana.until("ActiveState", "active")
    assert ana.pid() != before
    name = f"Egon{signal.lower()}"
    known = len(ana.titles())
    ana.writes_to(name)
    ana.has_task(f"Call {name}")
    assert len(ana.titles()) == known + 1


def test_what_dies_is_started_again(ana: Owner) -> None:
    """After a kill the next process goes on where that one was; no task is written twice."""
    started_again(ana, "KILL")


def test_what_hangs_is_started_again(ana: Owner) -> None:
    """A stopped process feeds no watchdog."""
    with watched_closely(ana):
        started_again(ana, "STOP")
        assert timeouts(ana)


def test_an_engine_that_hangs_is_started_again(ana: Owner) -> None:
    """Only the thread that writes hangs, at a state that another process holds; every other one
    lives. It is killed all the same; the next process writes the task when the state is free."""
    with watched_closely(ana):
        ana.writes_to("Frida")
        ana.has_task("Call Frida")
        before, killed, pid = int(ana.property("NRestarts")), timeouts(ana), ana.pid()
        with held_state(ana):
            assert ana.pid() == pid
            ana.writes_to("Gerd")
            until(lambda: int(ana.property("NRestarts")) > before, "another start", 60)
            assert timeouts(ana) > killed
            assert "Call Gerd" not in ana.titles()
        ana.until("ActiveState", "active")
        ana.has_task("Call Gerd", 60)
        assert ana.titles().count("Call Gerd") == 1


def test_a_wrong_configuration_is_not_tried_again(ana: Owner) -> None:
    """Exit code 78 ends it: the next start is the owner's, when it is mended."""
    restarts = ana.property("NRestarts")
    ana.machine.write("/etc/syncd/syncd.yaml", "owner: nobody\n")
    ana.control("restart", "syncd", good=False)
    ana.until("ActiveState", "failed")
    assert ana.property("ExecMainStatus") == "78"
    assert ana.property("NRestarts") in {"0", restarts}
    assert "syncd.yaml:" in "\n".join(ana.journal())
    ana.configure("Call")
    ana.control("start", "syncd")


def test_a_stop_during_a_back_fill_is_quick_and_loses_nothing(ana: Owner) -> None:
    """Hundreds of mails arrive while it is down; stopped half-way, it finishes the next time."""
    ana.control("stop", "syncd")
    known = len(ana.titles())
    # Each about something else: the same letter to many would be a circular.
    edits = "s/Ben /Ben$n /; s/ben@/ben$n@/; s/<Ben@/<Ben$n@/; s/Confidential/About $n/"
    copies = (
        "cd /home/ana/Maildir; cp new/Ben tmp/Ben; "
        f'for n in $(seq 500); do sed "{edits}" tmp/Ben > new/b$n; done; '
        "chown ana:ana new/*; rm tmp/Ben"
    )
    ana.machine.run("sh", "-c", copies)
    ana.control("start", "syncd")
    ana.control("stop", "syncd")
    assert ana.property("Result") == "success"
    assert ana.property("ExecMainStatus") == "0"
    stopped = ana.machine.run("systemctl", "show", "-P", "ActiveExitTimestampMonotonic", "syncd")
    gone = ana.machine.run("systemctl", "show", "-P", "InactiveEnterTimestampMonotonic", "syncd")
    assert int(gone) - int(stopped) < 3_000_000  # microseconds
    ana.control("start", "syncd")
    ana.has_task("Call Ben500", 60)
    until(lambda: len(ana.titles()) >= known + 500, "all tasks", 60)
    titles = ana.titles()
    assert len(titles) == len(set(titles)) == known + 500


def test_the_installed_unit_is_verified(ana: Owner) -> None:
    """systemd-analyze understands it, and its exposure is what is meant."""
    found = json.loads(ana.machine.run(SYNCD, "service", "verify", "--json"))
    assert found["installed"]
    assert found["problems"] == []
    assert found["exposure"] <= 1.3


def test_installing_again_changes_nothing(ana: Owner) -> None:
    """It says so, and the process goes on."""
    before = ana.pid()
    said = ana.machine.run(SYNCD, "service", "install")
    assert said.count("unchanged ") == 2
    assert "runs already" in said
    assert ana.pid() == before


def test_it_starts_at_boot_until_it_is_uninstalled(ana: Owner) -> None:
    """Then the unit is gone and the state stays, and what was not written by us stays as well."""
    assert ana.control("is-enabled", "syncd").strip() == "enabled"
    said = ana.machine.run(SYNCD, "service", "uninstall")
    assert "/var/lib/syncd" in said
    ana.until("LoadState", "not-found")
    assert ana.control("is-active", "syncd", good=False).strip() == "inactive"
    ana.machine.run("test", "-f", "/var/lib/private/syncd/syncd.db")
    ana.machine.run("test", "-f", "/etc/systemd/system/syncd.service.d/20-test.conf")
    assert "nothing to remove" in ana.machine.run(SYNCD, "service", "uninstall")
