"""Who signs requests."""

from __future__ import annotations

from typing import Protocol


class Bearer(Protocol):
    """Gives access tokens (RFC 6750). From any thread."""

    def token(self) -> str:
        """One that is good for some minutes. Raises the errors of the contract."""

    def refused(self, token: str) -> None:
        """It was answered with 401: the next `token` is another one."""
