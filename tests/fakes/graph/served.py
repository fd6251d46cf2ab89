"""A support module: the methods that the fake has."""

from __future__ import annotations

from typing import Final

from fakes.graph import calendar, drafts, folders, me, messages, people, todo, todo_lists
from fakes.graph.routes import Routes

SERVED: Final = Routes(
    [
        *me.ROUTES,
        *folders.ROUTES,
        *messages.ROUTES,
        *drafts.ROUTES,
        *calendar.ROUTES,
        *people.ROUTES,
        *todo_lists.ROUTES,
        *todo.ROUTES,
    ]
)
