"""Lists on servers that can take the tasks, and accounts as `syncd init` tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd import setup
from syncd.cli import init_google, init_microsoft
from syncd.cli.init_login import Signed
from syncd.cli.shown import shown
from syncd.config.microsoft import DEFAULT_FOLDER

_NEW = "Tasks"
_WHOLE = frozenset((init_google.KIND, init_microsoft.KIND, "exchange"))


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list of an account. `own`: nothing but tasks is in it; `new`: the first task makes it."""

    account: str
    name: str
    own: bool = True
    new: bool = False

    def __str__(self) -> str:
        if self.name == DEFAULT_FOLDER:
            return f"the list that {self.account} has by itself"
        return f"the list {shown(self.name)} of {self.account}{'  (new)' if self.new else ''}"


def task_lists(servers: Sequence[Signed]) -> list[TaskList]:
    """Where tasks may go, the likeliest first: lists for tasks alone, calendars that take tasks as
    well, a new list."""
    found = [
        TaskList(one.draft.name, name, own=number < one.there.own_lists)
        for one in servers
        for number, name in enumerate(one.there.lists)
    ]
    new = [
        TaskList(one.draft.name, _NEW, new=True)
        for one in servers
        if one.there.calendars
        and _NEW not in (*one.there.lists, *one.there.others, *one.there.calendars)
    ]
    whole = [one for one in servers if one.draft.kind in _WHOLE]
    own = [TaskList(one.draft.name, str(one.draft.keys["tasks"])) for one in whole]
    theirs = [
        TaskList(one.draft.name, DEFAULT_FOLDER, own=False)
        for one in whole
        if one.draft.kind != init_google.KIND
    ]
    return [*own, *theirs, *sorted(found, key=lambda one: not one.own), *new]


def with_list(drafts: Sequence[setup.Draft], tasks: Path | TaskList | None) -> list[setup.Draft]:
    """The accounts, the one of the list with it, and no other that would take one by itself."""
    found = []
    for one in drafts:
        if isinstance(tasks, TaskList) and one.name == tasks.account:
            one = one.having(tasks=tasks.name)
        elif one.kind in _WHOLE:
            one = one.having(tasks=False)  # what is not needed is not asked for
        found.append(one)
    return found


def told(one: Signed) -> dict[str, Any]:
    """An account, for JSON."""
    keys = {key: value for key, value in one.draft.keys.items() if not key.endswith("_command")}
    return {
        "name": one.draft.name,
        "kind": one.draft.kind,
        **keys,
        "found": one.draft.found,
        "signed_in": one.works,
        "trouble": one.trouble or None,
    }


def server_lines(servers: Sequence[Signed]) -> list[str]:
    """The accounts, for the owner."""
    found = []
    for one in servers:
        label = "Account:" if one is servers[0] else ""
        state = "signed in" if one.works else one.trouble or "not tried yet"
        found.append(f"{label:<11} {one.draft.name}: {one.draft.what}, {one.draft.where}")
        found.append(f"{'':<11}   ({one.draft.found}; {state})")
    return found


def still_to_do(servers: Sequence[Signed], base: Path) -> list[str]:
    """What the owner has yet to do before these accounts can sign in."""
    lines: list[str] = []
    for one in servers:
        draft = one.draft
        if draft.kind == init_google.KIND:
            lines += filter(None, [init_google.still_to_do(one, base)])
            continue
        if one.works is not None or draft.secret or draft.command_key in draft.keys:
            continue
        if draft.signs_in and draft.kind != init_microsoft.KIND:
            place = setup.place_for(draft.secret_name, base)
            lines.append(
                f"{draft.name}: write its {'token' if draft.by_token else 'password'} into {place} "
                f"(chmod 600), or hand it over as the credential {draft.secret_name} "
                "(docs/systemd.md)"
            )
    return lines
