"""Configuration and rules read anew: the new ones are used at once, or the old ones stay.

A configuration that is wrong is noted in the state, so that `status` says which one is in use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from syncd import log
from syncd.engine.loop import Loop
from syncd.engine.voice import Voice
from syncd.pipeline.workshop import Workshop
from syncd.store import refused
from syncd.store.errors import StoreError


class Refused(Exception):
    """The configuration is wrong: `mistakes` say where, and what to do."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = list(mistakes)


class Reread:
    """`reload` reads configuration and rules, or raises `Refused`."""

    def __init__(
        self,
        loop: Loop,
        voice: Voice,
        reload: Callable[[], Workshop],
        clock: Callable[[], datetime],
    ) -> None:
        self._loop = loop
        self._voice = voice
        self._reload = reload
        self._clock = clock

    def reread(self) -> None:
        """Whoever still asks for the old configuration is dismissed; nobody is hired before what
        is stored is brought up to the new one."""
        with self._voice.reloading() as told:
            try:
                shop = self._reload()
            except Refused as error:
                told.refused = True
                log.event("config.refused", mistakes=len(error.mistakes))
                self.note(error.mistakes)
                return
            told.refused = False
            self.note([])
            if self._loop.crew is not None:
                self._loop.crew.dismiss()
            self._loop.crew = None
            self._loop.stale = True
            self._loop.engine.shop = shop
            told.follow()
            log.event("config.reloaded", accounts=len(shop.accounts))

    def note(self, mistakes: list[str]) -> None:
        """What is wrong with the configuration on the disk; nothing, if nothing."""
        database = self._loop.database
        with suppress(StoreError), database.begin() as connection:
            if mistakes:
                refused.note(connection, database.owner, mistakes, self._clock())
            else:
                refused.clear(connection, database.owner)
