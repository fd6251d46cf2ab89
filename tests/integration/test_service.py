"""`syncd service` where no systemd runs: what it writes into a tree, what it refuses, and why."""

from __future__ import annotations

import os
import pwd
import re
import shutil
from pathlib import Path

import pytest
from acceptance_world import Result, run

from syncd.cli import service_manager
from syncd.cli.service_units import Unit, quoted

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
ME = pwd.getpwuid(os.geteuid()).pw_name
CLIENT = "00001111-aaaa-2222-bbbb-3333cccc4444"
CONFIG = """\
owner: {name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: [Maildir, box/in.mbox], contacts: [cards/], tasks: tasks}
"""
needs_systemd = pytest.mark.skipif(
    not (shutil.which("systemctl") and shutil.which("systemd-analyze")),
    reason="no systemd here: apt install systemd",
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration, the folders that it names but one, and an empty tree beside them."""
    found = tmp_path / "a home"
    for name in ("Maildir/cur", "box", "tasks"):
        (found / name).mkdir(parents=True)
    (found / "box" / "in.mbox").touch()
    (found / "syncd.yaml").write_text(CONFIG)
    return found


def install(home: Path, *options: str, runs_as: str | None = ME) -> Result:
    tree = ("--root", str(home.parent / "tree"))
    whom = ("--as", runs_as) if runs_as is not None else ()
    config = ("--config", str(home / "syncd.yaml"))
    return run(*config, "service", "install", *tree, *whom, *options)


def units(home: Path) -> Path:
    return home.parent / "tree" / "etc" / "systemd" / "system"


def settings(drop_in: Path) -> list[tuple[str, str]]:
    """The assignments of a unit file, in their order."""
    return re.findall(r"^(\w+)=(.*)$", drop_in.read_text(), re.MULTILINE)


@needs_systemd
def test_it_copies_the_unit_and_adds_what_is_this_machines(home: Path) -> None:
    """The shipped file as it is; the program, the configuration and the folders beside it."""
    done = install(home)
    assert done.code == 0, done.err
    assert (units(home) / "syncd.service").read_text() == (DEPLOY / "syncd.service").read_text()
    found = settings(units(home) / "syncd.service.d" / "10-install.conf")
    assert ("User", ME) in found
    assert ("Environment", f'"SYNCD_CONFIG={home}/syncd.yaml"') in found
    assert [value for name, value in found if name == "BindPaths"] == [f'"{home}/tasks"']
    # The home is in /tmp, which the service does not see; a file comes with its folder.
    reads = [value for name, value in found if name == "BindReadOnlyPaths"]
    assert f'"{home}"' in reads
    assert (units(home) / "multi-user.target.wants" / "syncd.service").is_symlink()
    assert f"{home}/cards does not exist" in done.out


@needs_systemd
def test_accounts_on_servers_get_their_secrets(home: Path) -> None:
    """The secret of each account that signs in, but for those that ask a command, is loaded where
    it is there; a certificate to trust is let in, and its owner is not whom the service runs as."""
    (home / "ca.pem").touch()
    (home / "syncd.yaml").write_text(
        f"{CONFIG}"
        "  - {name: post, kind: imap, host: h.example, user: ana, ca_file: ca.pem}\n"
        "  - {name: dav, kind: caldav, url: 'https://h.example/', auth: bearer}\n"
        "  - {name: old, kind: imap, host: h.example, user: ana, password_command: pass old}\n"
        "  - {name: work, kind: google, login: ana@example.com}\n"
        "  - {name: firm, kind: google, login: ana@firm.example, service_account: key.json}\n"
        "  - {name: owa, kind: exchange, login: ana@h.example}\n"
        "  - {name: desk, kind: exchange, login: ana@i.example, auth: kerberos}\n"
        f"  - {{name: m365, kind: graph, login: ana@h.example, client_id: {CLIENT}}}\n"
        f"  - {{name: team, kind: graph, login: ana@i.example, client_id: {CLIENT},"
        " tenant: i.example, app_only: true}\n"
        f"  - {{name: sure, kind: graph, login: ana@j.example, client_id: {CLIENT},"
        " tenant: i.example, app_only: true, certificate: app.pem}\n"
    )
    (home / "app.pem").touch()
    done = install(home)
    assert done.code == 0, done.err
    drop_in = units(home) / "syncd.service.d" / "10-install.conf"
    assert [v for name, v in settings(drop_in) if name == "LoadCredentialEncrypted"] == [
        "post.password:syncd.post.password",
        "dav.token:syncd.dav.token",
        "work.google-token:syncd.work.google-token",
        "firm.google-key:syncd.firm.google-key",
        "owa.password:syncd.owa.password",
        "m365.microsoft-token:syncd.m365.microsoft-token",
        "team.client-secret:syncd.team.client-secret",
        "sure.certificate:syncd.sure.certificate",
    ]
    assert (
        "systemd-creds encrypt --name=post.password - "
        "/etc/credstore.encrypted/syncd.post.password\n"
    ) in done.out
    assert run("--config", str(home / "syncd.yaml"), "service", "install", "--dynamic-user",
               "--name", "ana", "--root", str(home.parent / "tree")).code == 0  # fmt: skip
    text = (units(home) / "syncd@ana.service.d" / "10-install.conf").read_text()
    assert "LoadCredentialEncrypted=post.password:syncd@ana.post.password\n" in text


@needs_systemd
def test_a_folder_that_is_read_stays_so_in_one_that_is_written(home: Path) -> None:
    """The state beside the configuration makes that folder writable, and not the mail in it."""
    (home / "syncd.yaml").write_text(f"{CONFIG}state: sqlite:///syncd.db\n")
    assert install(home).code == 0
    found = settings(units(home) / "syncd.service.d" / "10-install.conf")
    assert ("BindPaths", f'"{home}"') in found
    for name in ("Maildir", "box"):
        assert ("BindReadOnlyPaths", f'"{home}/{name}"') in found


@needs_systemd
def test_it_can_be_done_again_and_taken_back(home: Path) -> None:
    """The second time nothing changes; uninstalled, nothing of it is left."""
    install(home)
    assert install(home).out.count("unchanged ") == 2
    tree = ("--root", str(home.parent / "tree"))
    assert run("service", "uninstall", *tree).code == 0
    assert [path for path in units(home).rglob("*") if not path.is_dir()] == []
    again = run("service", "uninstall", *tree)
    assert (again.code, "nothing to remove" in again.out) == (0, True)


@needs_systemd
def test_owners_of_the_template_do_not_disturb_each_other(home: Path) -> None:
    """Each has a drop-in of their own; the last one who goes takes the unit file along."""
    for name in ("ana", "ben-2"):
        assert install(home, "--name", name).code == 0
    tree = ("--root", str(home.parent / "tree"))
    run("service", "uninstall", "--name", "ana", *tree)
    assert (units(home) / "syncd@.service").exists()
    assert (units(home) / "multi-user.target.wants" / "syncd@ben-2.service").is_symlink()
    run("service", "uninstall", "--name", "ben-2", *tree)
    assert not (units(home) / "syncd@.service").exists()


def test_the_template_is_the_unit_but_for_the_owner() -> None:
    """Whatever shuts the one in shuts in the other."""
    one, several = (
        [line for line in (DEPLOY / name).read_text().splitlines() if not line.startswith("#")]
        for name in ("syncd.service", "syncd@.service")
    )
    changed = [pair for pair in zip(one, several, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 5
    assert all("%i" in other and "%i" not in line for line, other in changed)


def test_every_option_has_its_reason() -> None:
    """Each block of options begins with a comment; there are no bare ones."""
    for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("user/*.service")):
        service = path.read_text().split("[Service]\n")[1].split("[Install]")[0]
        blocks = [block for block in service.split("\n\n") if block.strip()]
        assert all(block.startswith(("#", "ExecStart=")) for block in blocks), path


@needs_root
def test_it_runs_as_whoever_the_folders_belong_to(home: Path) -> None:
    """One owner is found out; several, or root, have to be told apart by --as."""
    refused = install(home, runs_as=None)
    assert refused.code == 1
    assert re.search(r"is root's: say as whom .* --as USER", refused.err)
    nobody, daemon = pwd.getpwnam("nobody"), pwd.getpwnam("daemon")
    for name in ("Maildir", "tasks"):
        os.chown(home / name, nobody.pw_uid, nobody.pw_gid)
    assert install(home, runs_as=None).code == 0
    drop_in = units(home) / "syncd.service.d" / "10-install.conf"
    assert ("User", "nobody") in settings(drop_in)
    os.chown(home / "Maildir", daemon.pw_uid, daemon.pw_gid)
    refused = install(home, runs_as=None)
    assert re.search(r"Maildir is daemon's.* --as USER", refused.err)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tasks: tasks", "tasks: todo", "todo does not exist: make that folder first"),
        ("Maildir,", "Maildir, '~/Mail',", None),
        ("accounts:", "state: sqlite:////nowhere/s.db\naccounts:", "leave `state:` out"),
        ("accounts:", "state: here\naccounts:", "write it like sqlite:///syncd.db"),
    ],
)
def test_what_cannot_work_is_refused(home: Path, old: str, new: str, words: str | None) -> None:
    """With the next step, and before anything is written."""
    (home / "syncd.yaml").write_text(CONFIG.replace(old, new))
    if words is None:
        if os.geteuid() != 0:
            pytest.skip("only root's configuration can mean anybody's home")
        refused = install(home, runs_as=None)
        words = "whose home is meant by ~/Mail"
    else:
        refused = install(home)
    assert refused.code == 1
    assert words in refused.err
    assert not units(home).exists()


def test_a_stranger_or_a_closed_configuration_is_refused(home: Path) -> None:
    """A user who does not exist; a passing one who could not read the configuration."""
    assert "there is no user 'zz-top'" in install(home, runs_as="zz-top").err
    (home / "syncd.yaml").chmod(0o600)
    refused = install(home, "--dynamic-user", runs_as=None)
    assert refused.code == 1
    assert "chmod o+r" in refused.err


def test_a_wrong_configuration_is_not_installed(home: Path) -> None:
    """Exit code 78, as for every command, and nothing is written."""
    for wrong in ("owner: nobody\n", CONFIG.replace("Maildir,", "~nobody-here/Mail,")):
        (home / "syncd.yaml").write_text(wrong)
        assert install(home).code == 78
        assert not units(home).exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--user", "--name", "ana"),
        ("--user", "--as", "ana"),
        ("--name", "../ana"),
        ("--name", "ana@home"),
        ("--as", ""),
        ("--as", "ana", "--dynamic-user"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(options: tuple[str, ...]) -> None:
    """Exit code 2, before anything is looked at."""
    assert run("service", "install", *options).code == 2


@pytest.mark.parametrize("options", [(), ("--user",)])
def test_without_systemd_it_says_what_else_can_be_done(
    home: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """A clear sentence and exit code 1."""
    monkeypatch.setattr(service_manager, "_BOOTED", home / "nothing")
    done = run("--config", str(home / "syncd.yaml"), "service", "install", *options)
    assert done.code == 1
    assert "does not run systemd: have whatever starts services here start `syncd run`" in done.err


@needs_systemd
@pytest.mark.parametrize(
    ("options", "limit"), [((), 1.3), (("--name", "ana"), 1.3), (("--user",), None)]
)
def test_systemd_analyze_has_nothing_to_say(
    options: tuple[str, ...], limit: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every option is understood; the system's units are exposed to 1.3 at most."""
    monkeypatch.setattr(service_manager.Manager, "folder", tmp_path)
    found = run("service", "verify", "--json", *options)
    assert found.code == 0, found.out
    assert found.json["problems"] == []
    assert found.json["installed"] is False
    assert found.json["limit"] == limit
    assert found.json["exposure"] <= (limit or 10)


@needs_systemd
@pytest.mark.parametrize(
    ("line", "worse"),
    [("ProtectHome=tmpfs", "ProtectHomes=tmpfs"), ("CapabilityBoundingSet=", "Nice=1")],
)
def test_a_worse_unit_does_not_pass(
    line: str, worse: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A word that systemd does not know, and a wall that is missing, are told with exit code 1."""
    text = Unit().shipped()
    assert f"\n{line}\n" in text
    spoilt = text.replace(f"\n{line}\n", f"\n{worse}\n")
    monkeypatch.setattr(service_manager.Manager, "folder", tmp_path)
    monkeypatch.setattr(Unit, "shipped", lambda _: spoilt)
    assert run("service", "verify").code == 1


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/home/ana/mail", '"/home/ana/mail"'),
        ("/a b/50%", '"/a b/50%%"'),
        ('/say "no"\\', '"/say \\"no\\"\\\\"'),
    ],
)
def test_a_path_is_one_word(path: str, written: str) -> None:
    """Blanks, quotes, backslashes and percent signs mean themselves (systemd.syntax(7))."""
    assert quoted(path) == written


def test_a_path_with_a_line_break_is_refused() -> None:
    """It would be another line of the unit."""
    with pytest.raises(ValueError, match="rename it"):
        quoted("/home/ana\nUser=root")
