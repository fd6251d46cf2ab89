"""A support module: a PostgreSQL of our own on a socket in a folder, as Debian packages it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Nothing of it has to outlive the tests.
_FAST = "-c fsync=off -c full_page_writes=off -c listen_addresses='' -c shared_buffers=8MB"


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

    def fresh(self, like: str = "template0") -> str:
        """A database of its own, empty or a copy of another; its name is returned."""
        self.count += 1
        name = f"state{self.count}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

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

    def control(self, *words: str) -> None:
        """pg_ctl, which waits until it is done."""
        _run(self.folder, "pg_ctl", "-D", str(self.folder / "data"), "-w", "-s", *words)

    def start(self) -> None:
        self.control("start", "-l", str(self.folder / "log"), "-o", f"-k {self.folder} {_FAST}")

    def stop(self) -> None:
        self.control("stop", "-m", "immediate")


def _run(folder: Path, program: str, *words: str) -> None:
    programs = _programs()
    assert programs is not None
    more: dict[str, Any] = {}
    if os.geteuid() == 0:
        more = {"user": _somebody(), "extra_groups": []}
    with (folder / "trouble").open("wb") as trouble:
        done = subprocess.run(
            [str(programs / program), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it: a pipe would never end
            stderr=trouble,
            cwd=folder,
            check=False,
            timeout=120,
            **more,
        )
    assert done.returncode == 0, (program, words, (folder / "trouble").read_text())


@contextmanager
def running() -> Iterator[Server]:
    """A server, from its start to its end. The path of a socket has to be short."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-", dir="/tmp"))
    name = _somebody()
    if os.geteuid() == 0 and name is not None:
        shutil.chown(folder, name)
    server = Server(folder)
    try:
        setup = ("-A", "trust", "-U", "syncd", "-E", "UTF8", "--locale=C", "--no-sync")
        _run(folder, "initdb", "-D", str(folder / "data"), *setup)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
