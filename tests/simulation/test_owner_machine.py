"""Whatever the owner, the world, time and trouble do, in whatever order: the promises hold.

A machine lets mail, meetings and cards come, change and go, lets the owner work in the list and at
the command line, moves time, and ends the process at any commit and any call of the list. After
each pass it checks what section 9 of the design promises (`promises.py`); after each crash, that a
twin which never crashed stands where this one stands; at the end, that a twin which was told the
same things in another order knows the same.

`make soak` runs it for as long as one likes: SYNCD_SOAK is the number of examples.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Collection
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from simulation import said
from simulation.hand import Hand
from simulation.outside import Told
from simulation.promises import nothing_private
from simulation.sides import Side

from connectors.errors import Unavailable
from syncd.planner.hand import CLOSED

_CLOSING = re.compile(rf"^{CLOSED}.*$", re.MULTILINE)
SOAK = int(os.environ.get("SYNCD_SOAK", "0"))


class Owner(Hand):
    """See the module's docstring."""

    def __init__(self) -> None:
        super().__init__()
        # By key: the closing sentence of a task that the main side closed while an account failed.
        self.early: dict[str, list[str]] = {}

    def teardown(self) -> None:
        try:
            if self.comparable and self.told:
                self.another_order_comes_to_the_same()
        finally:
            for side in self.sides:
                side.ends()
            shutil.rmtree(self.folder)

    # --- syncd, and trouble ---

    @rule()
    def a_pass(self) -> None:
        self._pass(self.main)
        self.twin.passes(self.now)
        self._noticed()

    @rule()
    def the_deletions_were_meant(self) -> None:
        for side in self.both:
            side.passes(self.now, accept=True)
        self._noticed()
        self.promises.hold(self.now)

    @rule(fuse=st.integers(1, 24))
    def a_pass_that_crashes(self, fuse: int) -> None:
        self.main.crashes(self.now, fuse)
        self._settled()

    @rule(trouble=st.sampled_from(["down", "lost", "unheard"]), fuse=st.integers(0, 24))
    def a_pass_in_trouble(self, trouble: str, fuse: int) -> None:
        world = self.main.world
        if trouble == "down":
            world.fail_next(Unavailable("busy"))
        else:
            world.time_out_next_write(happened=trouble == "unheard")
        before = self.main.closings()
        self.main.crashes(self.now, fuse)
        world._failures.clear()
        world._ambiguous.clear()
        after = self.main.closings() if trouble == "down" else before
        self._settled({key for key, closing in after.items() if before.get(key) != closing})

    def _settled(self, early: Collection[str] = ()) -> None:
        """Undisturbed passes make it right: nothing was lost and nothing doubled. `early` are tasks
        that only this side closed, while an account was silent."""
        self._pass(self.main)
        self._pass(self.main)
        self.twin.passes(self.now)
        self.twin.passes(self.now)
        self._noticed()
        said_here = self.main.sentences()
        self.early |= {key: said_here.get(key, []) for key in early}
        assert self._alike(self.main) == self._alike(self.twin)
        assert self.main.derived(self.now) == self.twin.derived(self.now)

    def _alike(self, side: Side) -> list[tuple[Any, ...]]:
        """The list as both sides must show it. Whoever closes a task before all is read names what
        was read, and a delivered task is history: only there may the closing sentence be another.
        """
        spoken = self.main.sentences()
        own = {key for key, lines in self.early.items() if lines and spoken.get(key) == lines}
        return [
            (key, title, _CLOSING.sub(CLOSED, notes) if key in own else notes, *more)
            for key, title, notes, *more in side.listed()
        ]

    def _pass(self, side: Side) -> None:
        with nothing_private(said.MARK):
            side.passes(self.now)
        self.promises.hold(self.now)

    def _noticed(self) -> None:
        for one in self.told:
            one.seen = one.seen or self.now
            if one.gone and one.missed is None:
                one.missed = self.now

    # --- another order ---

    def another_order_comes_to_the_same(self) -> None:
        """A third syncd is told all of it in another order, in other portions."""
        self.main.passes(self.now)
        self._noticed()
        shadow = self._side("shadow", self.main.lab.rules, policy=self.main.lab.policy)
        shadow.lab.batch = 2
        chance = random.Random(len(self.told))
        first = [one for one in self.told if one.seen == self.told[0].seen]
        rest = [one for one in self.told if one not in first]
        chance.shuffle(rest)
        for one in first:
            self._tell(shadow, one)
        assert self.told[0].seen is not None
        shadow.passes(self.told[0].seen)
        for place, one in enumerate(rest):
            self._tell(shadow, one)
            following = rest[place + 1].seen if place + 1 < len(rest) else None
            if one.seen is not None and one.seen != following:
                shadow.passes(one.seen)
        for one in self.told:
            if one.missed is not None:
                for world in one.worlds:
                    one.remove(shadow.lab.worlds[world])
                shadow.passes(one.missed)
        for moment, act in self.words:
            act(shadow, moment)
        shadow.passes(self.now)
        assert shadow.derived(self.now) == self.main.derived(self.now)

    def _tell(self, shadow: Side, one: Told) -> None:
        for world in reversed(one.worlds):
            one.put(shadow.lab.worlds[world])


class OwnerWithoutKeys(Owner):
    """The same with a list where a repeated create makes a second task."""

    once = False


_SETTINGS = settings(
    max_examples=SOAK or 3,
    stateful_step_count=60 if SOAK else 20,
    deadline=None,
    derandomize=not SOAK,
    suppress_health_check=list(HealthCheck),
    # A failing history is shown as it is: making it smaller takes minutes for each try.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestWithKeys = Owner.TestCase
TestWithKeys.settings = _SETTINGS
TestWithoutKeys = OwnerWithoutKeys.TestCase
TestWithoutKeys.settings = _SETTINGS
