"""What accounts on servers are made at, in `syncd init`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from syncd import setup
from syncd.cli.init_given import ServerWords
from syncd.cli.init_login import Signed


def _network() -> setup.Network:
    return setup.Network()


@dataclass(slots=True)
class Desk:
    """What accounts are made at. `base` is the configuration's folder, `taken` the names of the
    accounts that are there; by `who`, kind and place, those of them on servers."""

    base: Path
    words: ServerWords
    taken: set[str] = field(default_factory=set)
    who: dict[tuple[str, str], str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # what lies beside the configuration then
    network: setup.Network = field(default_factory=_network)

    def add(self, signed: Sequence[Signed]) -> None:
        for one in signed:
            self.taken.add(one.draft.name)
            self.beside.update(one.draft.beside)
            if place := _place(one.draft):
                self.who[one.draft.kind, place] = one.draft.name

    def twice(self, drafts: Sequence[setup.Draft]) -> list[str]:
        """A line for each of them that is there already."""
        lines = []
        for draft in drafts:
            place = _place(draft)
            if (name := self.who.get((draft.kind, place))) is not None:
                lines.append(f"the account {name} is {place} already; a second one is no use")
        return lines


def _place(draft: setup.Draft) -> str:
    """Whose it is and where; "" where that is not understood yet."""
    try:
        return str(draft.settings().place)
    except setup.Wrong:
        return ""


def right(draft: setup.Draft) -> setup.Draft:
    try:
        draft.settings()
    except setup.Wrong as error:
        raise typer.BadParameter(str(error)) from None
    return draft
