"""A support module: the methods that the fake has, by their ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from fakes.google import (
    calendar,
    calendar_lists,
    gmail,
    gmail_history,
    people,
    pubsub,
    task_lists,
    tasks,
)
from fakes.google.call import Call

if TYPE_CHECKING:
    from fakes.google.documents import Json

SERVED: Final[Mapping[str, Callable[[Call], Json | None]]] = {
    **gmail.METHODS,
    **gmail_history.METHODS,
    **calendar.METHODS,
    **calendar_lists.METHODS,
    **task_lists.METHODS,
    **tasks.METHODS,
    **people.METHODS,
    **pubsub.METHODS,
}
