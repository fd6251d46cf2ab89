"""What can be wrong with the state, each in one sentence that says what to do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection


class StoreError(Exception):
    """The state cannot be used now. `exit_code` follows the remedy."""

    exit_code = 1


class StoreHeld(StoreError):
    """Another process is at work on it, on the machine `host` if that is not ours."""

    def __init__(self, pid: int | None, host: str = "") -> None:
        where = f" on {host}" if host else ""
        super().__init__(
            f"another syncd (process {pid or 'unknown'}{where}) is at work on this state: let it "
            "finish, or stop it"
        )
        self.pid = pid


class StoreTaken(StoreError):
    """We held it, and another process has taken it since: whoever meets this has to leave."""

    def __init__(self) -> None:
        super().__init__(
            "another syncd has taken this state since the database server ended our session: this "
            "one stops, so that nothing is written twice. Let only one run; `syncd status` shows "
            "how it fares"
        )


class StoreUnwritable(StoreError):
    """The disk takes nothing now: it is full, over quota, read-only or failing. Nothing of what was
    under way is stored, nothing that was stored is lost, and reading goes on."""


class StoreBeside(StoreError):
    """The file beside the state cannot be opened: nothing may be written to lists now, since an
    older copy of the state could not be told from it."""


class StoreWrong(StoreError):
    """`state:` points at something that is not, or not any more, ours to write."""

    exit_code = 78


def is_of_the_state(connection: Connection, error: Exception) -> bool:
    """Whether an error inside a transaction is about the state as a whole (a full disk, a lock, a
    damaged file) and not about what was at hand."""
    driver: Any = connection.dialect.dbapi
    cause = getattr(error, "orig", error)
    return (
        isinstance(error, StoreError)
        or isinstance(cause, driver.OperationalError)
        or type(cause) is driver.DatabaseError
    )
