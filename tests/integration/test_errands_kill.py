"""A run is killed at every commit and at every change of a file while it adds a card and leaves a
draft: both are there in the end, once each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import Home
from errand_world import LATER, NOW, after_coffee, cards, config, drafts
from integration.test_forget_kill import DEAD, in_child
from sqlalchemy import Engine, event

from syncd.pipeline.errands import plan


@contextmanager
def killed_at(step: int) -> Iterator[list[int]]:
    """Die at the `step`-th of them, from the planning on; yields how many there were."""
    count, armed = [0], [False]

    def tick(*_: object) -> None:
        count[0] += armed[0]
        if count[0] == step:
            os._exit(DEAD)

    def planned(*args: Any, **more: Any) -> int:
        armed[0] = True
        return plan(*args, **more)

    def before(name: str) -> Any:
        function = getattr(os, name)

        def wrapped(*args: Any, **more: Any) -> Any:
            tick()
            return function(*args, **more)

        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syncd.pipeline.errands.plan", planned)
        for name in ("link", "replace", "unlink", "rename"):
            patch.setattr(os, name, before(name))
        event.listen(Engine, "commit", tick)
        yield count
        event.remove(Engine, "commit", tick)


def test_killed_anywhere_both_come_once(tmp_path: Path) -> None:
    """After every possible death the next run goes on, and the one after that has nothing to do."""
    home = after_coffee(tmp_path / "whole", more="")
    home.once()
    home.configure(config())

    def copied(name: str) -> Home:
        shutil.copytree(tmp_path / "whole", tmp_path / name)
        found = Home(tmp_path / name, now=NOW)
        found.configure(config())
        return found

    counted, steps = copied("counted"), tmp_path / "steps"

    def counting() -> None:
        with killed_at(-1) as count:
            counted.once(LATER)
        steps.write_text(str(count[0]))

    assert in_child(counting) == 0
    number = int(steps.read_text())
    assert number >= 10
    for step in range(1, number + 1):
        one = copied(f"at-{step}")

        def dying(one: Home = one, step: int = step) -> None:
            with killed_at(step):
                one.once(LATER)

        assert in_child(dying) == DEAD
        one.once(LATER)
        assert (len(cards(one)), len(drafts(one))) == (1, 1), f"killed at {step} of {number}"
        assert not [path for path in one.folder.rglob(".syncd-*") if "contacts" in path.parts]
