"""Services without a user, with secrets, and of one's own, under a systemd that really runs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from booted import SYNCD, Failed, Machine, until
from booted_owner import QUICK, Owner, letter

if not os.environ.get("SYNCD_BOOTED"):
    pytest.skip("boots a systemd: make systemd", allow_module_level=True)

pytestmark = pytest.mark.seconds(900)  # the first one may have to fetch and to boot the machine

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "systemd.md").read_text(encoding="utf-8")
STATE = "/var/lib/private/syncd-box"
PASSWORD = "correct horse battery"


def documented(language: str, word: str) -> str:
    """The block of docs/systemd.md that has this word in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    (found,) = (str(block) for block in blocks if word in block)
    return found


@pytest.fixture(scope="module")
def box(machine: Machine) -> Owner:
    """One of several owners: mail in /var/mail, no folder of theirs, a passing user."""
    found = Owner(machine, "/nowhere", "/etc/syncd/box.yaml", "syncd@box.service")
    found.configure(mail="/var/mail/box", tasks=False)
    machine.write("/var/mail/box", f"From ana Mon Mar  2 09:00:00 2026\n{letter('Ben')}\n", 0o660)
    machine.run("chown", "root:mail", "/var/mail/box")
    folder = "/etc/systemd/system/syncd@box.service.d"
    machine.write(f"{folder}/20-test.conf", QUICK)
    machine.write(f"{folder}/30-group.conf", documented("ini", "SupplementaryGroups"))
    machine.run(SYNCD, "service", "install", "--name", "box", "--dynamic-user")
    return found


CREDENTIALS = "/run/test-credentials"


def syncd(owner: Owner, *command: str) -> str:
    """What root asks beside it."""
    state = f"STATE_DIRECTORY={STATE}"
    variables = (state, f"CREDENTIALS_DIRECTORY={CREDENTIALS}")
    return owner.machine.run("env", *variables, SYNCD, "--config", owner.config, *command)


def people(owner: Owner) -> list[str]:
    """The names of whom it knows."""
    return sorted(one["name"] for one in json.loads(syncd(owner, "people", "--json")))


def test_a_passing_user_reads_what_a_group_may(box: Owner) -> None:
    """The user is nobody's, the group is that of the mail, and the state belongs to no one else."""
    uid = box.machine.run("stat", "-c", "%u", f"/proc/{box.pid()}").strip()
    assert 61184 <= int(uid) <= 65519  # what systemd keeps for passing users
    assert box.machine.run("stat", "-c", "%a %u", STATE).split() == ["700", uid]
    with pytest.raises(Failed, match="Permission denied"):
        box.machine.run("ls", "/var/lib/syncd-box/", user="ana")


def test_the_state_survives_a_restart(box: Owner) -> None:
    """Another process, perhaps another user, and whom it knew it knows."""
    until(lambda: people(box) == ["Ben"], "Ben is known")
    before, inode = box.pid(), box.machine.run("stat", "-c", "%i", f"{STATE}/syncd.db")
    box.machine.run("rm", "/var/mail/box")
    box.control("restart", box.unit)
    assert box.pid() != before
    assert box.machine.run("stat", "-c", "%i", f"{STATE}/syncd.db") == inode
    assert people(box) == ["Ben"]


def test_an_encrypted_credential_reaches_the_service_alone(box: Owner) -> None:
    """As docs/systemd.md encrypts it: decrypted for its process, unreadable to others."""
    command = documented("sh", "state-password").splitlines()[1].replace("@ana", "@box")
    box.machine.run("mkdir", "-p", "-m", "700", "/etc/credstore.encrypted")
    box.machine.run("sh", "-c", f"printf %s '{PASSWORD}' | {command}")
    sealed = box.machine.run("cat", "/etc/credstore.encrypted/syncd@box.state-password")
    assert PASSWORD not in sealed
    box.control("restart", box.unit)
    folder = f"/run/credentials/{box.unit}"
    environment = box.machine.run("cat", f"/proc/{box.pid()}/environ").split("\0")
    assert f"CREDENTIALS_DIRECTORY={folder}" in environment
    assert PASSWORD not in "".join(environment)
    assert box.within("cat", f"{folder}/state-password") == PASSWORD
    with pytest.raises(Failed, match="Permission denied"):
        box.machine.run("cat", f"{folder}/state-password", user="ana")


def test_a_plain_credential_is_the_alternative(box: Owner) -> None:
    """A file that only root can read, named in a drop-in as docs/systemd.md has it."""
    folder = "/etc/systemd/system/syncd@box.service.d"
    box.machine.write(f"{folder}/40-plain.conf", documented("ini", "LoadCredential="))
    box.machine.write("/etc/syncd/state-password", "plain\n", 0o600)
    box.control("daemon-reload")
    box.control("restart", box.unit)
    assert box.within("cat", f"/run/credentials/{box.unit}/state-password") == "plain\n"
    box.machine.run("rm", f"{folder}/40-plain.conf")
    box.control("daemon-reload")


def test_the_forgetting_key_is_used_by_the_service(box: Owner) -> None:
    """Whoever was forgotten with the credential keeps it from starting without."""
    box.machine.write(f"{CREDENTIALS}/forgetting-key", "5a" * 32, 0o600)
    command = "systemd-creds encrypt --name=forgetting-key"
    sealed = "/etc/credstore.encrypted/syncd@box.forgetting-key"
    box.machine.run("sh", "-c", f"{command} {CREDENTIALS}/forgetting-key {sealed}")
    box.control("stop", box.unit)
    syncd(box, "forget", "ben@example.com", "--yes")
    assert "syncd.db.key" not in box.machine.run("ls", STATE)
    box.control("start", box.unit)
    assert people(box) == []
    box.machine.run("rm", sealed)
    box.control("restart", box.unit, good=False)
    assert "is lost: put it back" in "\n".join(box.journal())
    box.control("stop", box.unit)


def test_another_owner_of_the_template_stays(box: Owner) -> None:
    """Uninstalling one keeps the unit file for the others."""
    machine = box.machine
    machine.run("cp", "/etc/syncd/box.yaml", "/etc/syncd/spare.yaml")
    options = ("--name", "spare")
    machine.run(SYNCD, "service", "install", *options, "--dynamic-user", "--no-start")
    machine.run(SYNCD, "service", "uninstall", *options)
    machine.run("test", "-f", "/etc/systemd/system/syncd@.service")
    said = machine.run(SYNCD, "service", "uninstall", "--name", "box")
    assert "changes of your own" in said
    machine.run("test", "!", "-e", "/etc/systemd/system/syncd@.service")


def test_a_service_of_ones_own(machine: Machine) -> None:
    """A user's manager runs it: ready, mail to task, reloaded, stopped, removed."""
    home = Owner(machine, "/home/ana/own", "/home/ana/.config/syncd/syncd.yaml", scope="ana")
    home.make_folders()
    home.configure()
    machine.run("chown", "-R", "ana:ana", "/home/ana")
    said = machine.run(SYNCD, "service", "install", "--user", user="ana")
    assert "enable-linger" in said
    assert home.property("ActiveState") == "active"
    home.writes_to("Flora")
    home.has_task("Thank Flora")
    state = machine.run("stat", "-c", "%a", "/home/ana/.local/state/syncd/syncd.db")
    assert state.split() == ["600"]
    home.configure("Call")
    home.control("reload", "syncd")
    home.until("SubState", "running")
    home.writes_to("Gus")
    home.has_task("Call Gus")
    machine.run(SYNCD, "service", "verify", "--user", user="ana")
    machine.run(SYNCD, "service", "uninstall", "--user", user="ana")
    home.until("LoadState", "not-found")
    machine.run("test", "-f", "/home/ana/.local/state/syncd/syncd.db")


def test_one_who_may_not_is_told_what_to_do(machine: Machine) -> None:
    """A user who is not root is told of sudo and --user."""
    with pytest.raises(Failed, match=r"takes root: use sudo, or .* --user"):
        machine.run(SYNCD, "service", "install", user="ana")
