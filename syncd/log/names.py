"""The accounts of the configuration, whose names may be written though nobody knows their form."""

from __future__ import annotations

from collections.abc import Sequence

_accounts: tuple[str, ...] = ()


def know(accounts: Sequence[str]) -> None:
    """These are the configured accounts, in their order."""
    global _accounts  # noqa: PLW0603  # one process has one configuration; replaced as a whole
    _accounts = tuple(accounts)


def known() -> tuple[str, ...]:
    return _accounts


def called(account: object) -> str:
    """What an account is called where others may read it: an address, or what else would be
    veiled, becomes its number in the configuration, like `account-2`."""
    from syncd.log import veil

    return veil.called(str(account))
