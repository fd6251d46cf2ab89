"""A support module: a PostgreSQL of our own on a socket in a folder, as Debian packages it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from kept import Kept
from mortal import mortal

from syncd.store.database import Database, open_database

from worlds import ANA

_SECONDS = 60.0  # for a server to start or to stop, on a loaded machine
# Nothing of it has to outlive the tests.
_FAST = ("fsync=off", "full_page_writes=off", "listen_addresses=", "shared_buffers=8MB")


def why_not() -> str:
    """What is missing here; "" for nothing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "no psycopg: pip install 'syncd[postgres]'"
    if _programs() is None:
        return "no PostgreSQL: apt-get install postgresql"
    if os.geteuid() == 0 and _somebody() is None:
        return "its server does not run as root, and there is neither `postgres` nor `nobody`"
    return ""


def _programs() -> Path | None:
    """The newest of those that are installed; Debian keeps them out of $PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    inside = shutil.which("initdb")
    if found:
        return found[-1].parent
    return None if inside is None else Path(inside).resolve().parent


def _somebody() -> str | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


@dataclass(slots=True)
class Server:
    """A running one. Databases are made by name."""

    folder: Path
    count: int = 0

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://syncd@/{name}?host={self.folder}"

    def fresh(self, like: str = "template0", *, more: str = "") -> str:
        """A database of its own, empty or a copy of another; its name is returned."""
        self.count += 1
        name = f"state{self.count}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {like} {more}")
        return name

    def fresh_sorted(self) -> str:
        """One that sorts as people do, and not by bytes, as most owners' do; where this server
        cannot (before 15, or built without ICU), one as any."""
        import psycopg

        try:
            return self.fresh(more="LOCALE_PROVIDER icu ICU_LOCALE 'en'")
        except (psycopg.errors.SyntaxError, psycopg.errors.FeatureNotSupported):
            return self.fresh()

    def replace(self, name: str, by: str) -> None:
        """Put another one, an older copy for example, in the place of a database."""
        self.ask(f"DROP DATABASE {name} WITH (FORCE)")
        self.ask(f"CREATE DATABASE {name} TEMPLATE {by}")

    def cut(self, name: str) -> int:
        """End every session on a database, as a restart of the server does; how many there were."""
        rows = self.ask(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            f"WHERE datname = '{name}'"
        )
        return int(rows[0][0])

    def ask(self, sql: str, name: str = "postgres") -> list[Any]:
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="syncd", dbname=name, autocommit=True
        ) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def dump(self, name: str) -> str:
        """All that `pg_dump` writes."""
        path = self.folder / "dump"
        _run(self.folder, "pg_dump", "-h", str(self.folder), "-U", "syncd", "-f", str(path), name)
        return path.read_text(encoding="utf-8")


def _run(folder: Path, program: str, *words: str) -> None:
    with (folder / "trouble").open("wb") as trouble:
        done = subprocess.run(
            mortal([_program(program), *words]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=trouble,
            cwd=folder,
            check=False,
            timeout=_SECONDS,
            **_as_somebody(),
        )
    assert done.returncode == 0, (program, words, (folder / "trouble").read_text())


def _program(name: str) -> Path:
    programs = _programs()
    assert programs is not None
    return programs / name


def _as_somebody() -> dict[str, Any]:
    return {"user": _somebody(), "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def running() -> Iterator[Server]:
    """A server, from its start to its end. The path of a socket has to be short."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-", dir="/tmp"))
    name = _somebody()
    if os.geteuid() == 0 and name is not None:
        shutil.chown(folder, name)
    data = folder / "data"
    try:
        setup = ("-A", "trust", "-U", "syncd", "-E", "UTF8", "--locale=C", "--no-sync")
        _run(folder, "initdb", "-D", str(data), *setup)
        options = [word for option in _FAST for word in ("-c", option)]
        command: list[str | Path] = [_program("postgres"), "-D", data, "-k", folder, *options]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                mortal(command, by="QUIT"),  # which ends its own children as well
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                **_as_somebody(),
            )
        try:
            server = Server(folder)
            _await(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            try:
                process.wait(_SECONDS)
            finally:
                process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = monotonic() + _SECONDS
    while True:
        try:
            server.ask("SELECT 1")
        except psycopg.OperationalError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        else:
            return
        said = (server.folder / "log").read_text()
        assert process.poll() is None, said
        assert monotonic() < deadline, said


# --- for the files that import them ---


@pytest.fixture(scope="session")
def server(kept: Kept) -> Server:
    """One for all tests."""
    reason = why_not()
    if reason:
        pytest.skip(f"NOT TESTED on PostgreSQL: {reason}")
    return kept.one(running)


@pytest.fixture
def name(server: Server) -> str:
    """A database of this test's own."""
    return server.fresh()


@pytest.fixture
def two(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, Database]]:
    """Two processes' views of one state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    with ExitStack() as stack:
        found = [open_database(server.url(name), ANA.addr) for _ in range(2)]
        for one in found:
            stack.callback(one.close)
        yield found[0], found[1]
