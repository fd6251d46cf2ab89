"""A support module: Dovecot on a free port of this machine, unprivileged, as Debian packages it.

Any user name signs in with the password `secret`, and has a mailbox of its own: tests share one
server and never a mailbox.
"""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import IO, Final

from mortal import mortal

PASSWORD: Final = "secret"
_SECONDS: Final = 20.0
# What a server without extensions says. Dovecot offers what it has unless it is told otherwise.
PLAIN: Final = "IMAP4rev1 LITERAL+ SASL-IR NAMESPACE UIDPLUS SPECIAL-USE"
CONDSTORE: Final = f"{PLAIN} ENABLE ESEARCH IDLE CONDSTORE LIST-EXTENDED"
QRESYNC: Final = f"{CONDSTORE} QRESYNC"
_CONFIGURATION: Final = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
mail_fsync = never
auth_failure_delay = 0
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {implicit}
  }}
}}
service imap {{
  service_count = 200
  process_min_avail = 4
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Papierkorb {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Unfug {{
    special_use = \\Junk
    auto = create
  }}
  mailbox "Sent Messages" {{
    special_use = \\Sent
    auto = create
  }}
}}
protocol imap {{
  {capabilities}
}}
"""


def why_not() -> str:
    """What is missing here; "" for nothing."""
    if shutil.which("dovecot", path=_PATH) is None:
        return "no Dovecot: apt-get install dovecot-imapd"
    if os.geteuid() == 0 and _somebody() is None:
        return "there is no `nobody` to run Dovecot as"
    return ""


_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def _somebody() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError:
        return None


@dataclass
class Dovecot:
    """A running one. `port` is without TLS, or with STARTTLS; `tls_port` with TLS at once."""

    folder: Path
    port: int
    tls_port: int = 0

    def client(self, user: str) -> Client:
        """A mail program of its own, signed in."""
        return Client(self.port, user)

    def log(self) -> str:
        """What it wrote."""
        path = self.folder / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


class Client:
    """What the owner, and the world, do to a mailbox."""

    def __init__(self, port: int, user: str) -> None:
        self.port = port
        self.user = user

    @cached_property
    def imap(self) -> imaplib.IMAP4:
        """A connection by plain imaplib."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=_SECONDS)
        connection.login(self.user, PASSWORD)
        return connection

    def close(self) -> None:
        """Sign off."""
        if "imap" in self.__dict__:
            self.imap.logout()

    def append(self, mail: bytes, folder: str = "INBOX", flags: str = "") -> tuple[int, int]:
        """A mail appears; its UIDVALIDITY and UID."""
        kind, data = self.imap.append(f'"{folder}"', flags, "", mail)
        assert kind == "OK", data
        code = data[0].decode().partition("APPENDUID ")[2].partition("]")[0].split()
        return int(code[0]), int(code[1])

    def expunge(self, uids: str, folder: str = "INBOX") -> None:
        """Mails disappear."""
        self.imap.select(f'"{folder}"')
        self.imap.uid("STORE", uids, "+FLAGS.SILENT", "(\\Deleted)")
        kind, data = self.imap.uid("EXPUNGE", uids)
        assert kind == "OK", data
        self.imap.close()

    def flag(self, uids: str, flags: str, folder: str = "INBOX") -> None:
        """Mails get flags."""
        self.imap.select(f'"{folder}"')
        self.imap.uid("STORE", uids, "+FLAGS.SILENT", flags)
        self.imap.close()

    def flags(self, folder: str = "INBOX") -> str:
        """The flags of all mails."""
        self.imap.select(f'"{folder}"', readonly=True)
        _, data = self.imap.uid("FETCH", "1:*", "(FLAGS)")
        self.imap.close()
        return b" ".join(one for one in data if isinstance(one, bytes)).decode()

    def create(self, folder: str) -> None:
        """A folder appears."""
        kind, data = self.imap.create(f'"{folder}"')
        assert kind == "OK", data


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    capabilities: str = "", certificate: tuple[Path, Path] | None = None
) -> Iterator[Dovecot]:
    """A server, from its start to its end. `capabilities` are all that it says it has ("": what it
    really has); `certificate` and its key are files."""
    someone = _somebody()
    assert someone is not None, why_not()
    folder = Path(tempfile.mkdtemp(prefix="syncd-dovecot-", dir="/tmp"))
    (folder / "mail").mkdir()
    (folder / "run").mkdir()
    server = Dovecot(folder, free_port(), free_port() if certificate else 0)
    pair = ""
    if certificate is not None:
        for name, path in zip(("cert", "key"), certificate, strict=True):
            shutil.copy(path, folder / name)
        pair = f"ssl_cert = <{folder}/cert\nssl_key = <{folder}/key"
    (folder / "dovecot.conf").write_text(
        _CONFIGURATION.format(
            folder=folder,
            user=someone.pw_name,
            group=_group(someone),
            port=server.port,
            tls_port=server.tls_port,
            implicit="yes" if certificate else "no",
            ssl="yes" if certificate else "no",
            certificate=pair,
            password=PASSWORD,
            capabilities=f"imap_capability = {capabilities}" if capabilities else "",
        )
    )
    for path in (folder, *folder.rglob("*")):
        os.chown(path, someone.pw_uid, someone.pw_gid)
    with (folder / "output").open("wb") as output:
        process = _started(folder, someone, output)
    try:
        _await_greeting(server, process)
        yield server
    finally:
        # Its processes would take seconds to say goodbye to each other.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    folder: Path, someone: pwd.struct_passwd, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    root = os.geteuid() == 0
    program = shutil.which("dovecot", path=_PATH) or "dovecot"
    return subprocess.Popen(
        mortal([program, "-F", "-c", folder / "dovecot.conf"]),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        user=someone.pw_uid if root else None,
        group=someone.pw_gid if root else None,
        extra_groups=[] if root else None,
        start_new_session=True,
    )


def _group(someone: pwd.struct_passwd) -> str:
    import grp

    return grp.getgrgid(someone.pw_gid).gr_name


def _await_greeting(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as probe:
                if probe.recv(64).startswith(b"* OK"):
                    return
        except OSError:
            pass
        said = server.log() + (server.folder / "output").read_text()
        assert process.poll() is None, said
        assert monotonic() < deadline, said
