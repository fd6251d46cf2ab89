"""What signals mean to a daemon: leave, or read the configuration anew.

Whoever is told to leave does so behind the transaction that is open; one that takes too long is
undone, which is as good, since whatever it stored is found again.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from syncd.engine.mailbox import Leaving, Mailbox

_TOO_LONG = 0.5  # seconds
_OURS = {signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP}


def leave_to_main() -> None:
    """Signals are not for this thread, nor for those that it starts. Python acts on them in the
    main thread alone, which sleeps on where another one was interrupted."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)


class Signals:
    """SIGTERM and SIGINT set the `code` to leave with; SIGHUP posts a letter, "reload"."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.code: int | None = None
        self._mailbox = mailbox
        self._hurried = True
        self._rereading = False  # a letter about it waits

    def leave_if_told(self) -> None:
        """Between two transactions. Raises `Leaving`."""
        if self.code is not None:
            raise Leaving

    def reread_begins(self) -> None:
        """Whoever sends SIGHUP from now on may mean what is not read any more."""
        self._rereading = False

    def quiet(self) -> None:
        """We leave: nothing hurries us any more, and nobody has to say it twice."""
        self._hurried = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    @contextmanager
    def left_to_main(self) -> Iterator[None]:
        """Threads that are started meanwhile leave signals to this one."""
        leave_to_main()
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)

    @contextmanager
    def heard(self, bell: int = -1) -> Iterator[None]:
        """In the main thread, which alone hears signals. It may be just about to fall asleep, or
        another thread be interrupted: so each one is also written to `bell`, the writing end of a
        pipe whose reader wakes this thread; -1: to none."""
        acts = {
            signal.SIGTERM: self._leave,
            signal.SIGINT: self._leave,
            signal.SIGALRM: self._give_up,
            signal.SIGHUP: self._reload,
        }
        before = {number: signal.signal(number, act) for number, act in acts.items()}
        rung = signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(rung)
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, act in before.items():
                signal.signal(number, act)

    def _leave(self, number: int, _frame: object) -> None:
        # To be ended is what a service is there for; Ctrl-C is told to the shell as always.
        self.code = 0 if number == signal.SIGTERM else 128 + number
        # Again and again: what is raised inside of a finalizer is lost.
        signal.setitimer(signal.ITIMER_REAL, _TOO_LONG, _TOO_LONG)
        self._mailbox.post("leave")

    def _give_up(self, _number: int, _frame: object) -> None:
        if self._hurried:
            raise Leaving

    def _reload(self, _number: int, _frame: object) -> None:
        # However many wait to be answered, what is on the disk is read once for all of them.
        if not self._rereading:
            self._rereading = True
            self._mailbox.post("reload")
