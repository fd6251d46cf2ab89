"""What can be wrong with the state, each in one sentence that says what to do."""

from __future__ import annotations


class StoreError(Exception):
    """The state cannot be used now. `exit_code` follows the remedy."""

    exit_code = 1


class StoreWrong(StoreError):
    """`state:` points at something that is not, or not any more, ours to write."""

    exit_code = 78
