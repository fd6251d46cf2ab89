"""A support module: what is made once for all files that ask for it, and closed behind all tests.

A session's fixture that several files import is made for each of them; what it gets from here not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """By what makes it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._found: dict[Callable[[], AbstractContextManager[Any]], Any] = {}

    def one(self, make: Callable[[], AbstractContextManager[T]]) -> T:
        """What `make` made when it was asked for first."""
        if make not in self._found:
            self._found[make] = self._stack.enter_context(make())
        found: T = self._found[make]
        return found
