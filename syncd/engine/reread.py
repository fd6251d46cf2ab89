"""Configuration and rules read anew: the new ones are used at once, or the old ones stay.

A configuration that is wrong is noted in the state, so that `status` says which one is in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from syncd import log
from syncd.engine.guard import guarded
from syncd.engine.loop import Loop
from syncd.engine.voice import Voice
from syncd.pipeline.workshop import Workshop
from syncd.store import refused
from syncd.store.errors import StoreError

_AGAIN: Final = 30.0  # seconds, where the state could not be had


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
        self._again_at: float | None = None  # by the steady clock

    def is_due(self) -> bool:
        """Whether what is on the disk is still to be used, and it is time to try again."""
        return self._again_at is not None and self._again_at <= time.monotonic()

    def patience(self, most: float) -> float:
        """For how many seconds there is nothing to do here."""
        if self._again_at is None:
            return most
        return min(most, max(0.0, self._again_at - time.monotonic()))

    def reread(self) -> None:
        """All that the new configuration needs is there before anything of the old one ends, and
        every sign-in is tried anew. Where the state cannot be had, this is tried again."""
        self._again_at = None
        with self._voice.reloading() as told:
            try:
                shop = self._built()
            except Refused as error:
                told.refused = True
                count, cause = len(error.mistakes), error.__cause__
                if cause is None:
                    log.event("config.refused", mistakes=count)
                else:
                    log.event("config.refused", mistakes=count, error=cause)
                self.note(error.mistakes)
                return
            except StoreError as error:
                log.event("state.busy", error=error)
                self._again_at = time.monotonic() + _AGAIN
                return
            told.refused = False
            self.note([])
            for account in shop.accounts:
                account.again()
            self._loop.begin_anew(shop)
            told.follow()
            log.event("config.reloaded", accounts=len(shop.accounts))

    def _built(self) -> Workshop:
        """The new workshop. Raises `Refused`, and `StoreError` where it may be had later."""
        try:
            # Before what the owner said is read: who is forgotten in between is noticed.
            database = guarded(self._loop.database)
            return replace(self._reload(), database=database)
        except Refused:
            raise
        except StoreError as error:
            if error.exit_code == 1:
                raise
            raise Refused([str(error)]) from error
        except Exception as error:
            # Whatever it is, it is the new configuration's: with the old one all went well.
            kind = type(error).__name__
            words = f"syncd met a fault of its own ({kind}) while it read it: the log says where"
            raise Refused([words]) from error

    def note(self, mistakes: list[str]) -> None:
        """What is wrong with the configuration on the disk; nothing, if nothing."""
        database = self._loop.database
        with suppress(StoreError), database.begin() as connection:
            if mistakes:
                refused.note(connection, database.owner, mistakes, self._clock())
            else:
                refused.clear(connection, database.owner)
