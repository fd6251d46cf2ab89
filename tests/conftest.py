"""What every test gets: no network beyond this machine, an end in any case, signals as they were,
and the corpora where they are present."""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fakes.loopback import sitecustomize
from hypothesis import settings
from kept import Kept
from mortal import forks_die_with_us
from remembered import remember

REPOSITORY = Path(__file__).resolve().parent.parent

# A loaded machine is no failure, so examples have no deadline; a failing one says how to replay it.
# In CI the examples are always the same: a change is judged by what it changes, not by its luck.
settings.register_profile(
    "syncd", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("syncd")

# No test reaches beyond this machine: importing the guard is enough here, and Python imports it by
# itself in the processes that tests start.
_GUARD = str(Path(sitecustomize.__file__).resolve().parent)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_GUARD, os.environ.get("PYTHONPATH"))))
forks_die_with_us()


def pytest_collection_finish() -> None:
    """All modules with tests are loaded, and with them what they use."""
    remember()


# --- a test that hangs ---

# For setting up, for the test itself, for tearing down. `seconds(600)` marks those that need more.
_SECONDS = 240.0
_told = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is captured yet: what is told here is seen."""
    config.addinivalue_line("markers", "seconds(most): longer than other tests, which have 240")
    config.stash[_told] = os.dup(2)


@contextmanager
def _limited(item: pytest.Item) -> Iterator[None]:
    """Whoever takes longer ends the process, with the stacks of all threads. That is done by a
    thread without Python in it, so it happens whatever holds the interpreter or a lock. Other
    workers go on, and name the test that was running (`worker 'gw0' crashed while running ...`)."""
    if "SYNCD_SOAK" in os.environ:  # as long as one likes
        yield
        return
    mark = item.get_closest_marker("seconds")
    most = _SECONDS if mark is None else float(mark.args[0])
    faulthandler.dump_traceback_later(most, exit=True, file=item.config.stash[_told])
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    with _limited(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with _limited(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    with _limited(item):
        yield


# --- a test that leaves its signals behind ---

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGCHLD)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """A program that ran in this process has handlers of its own, which would be the next one's."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            if signal.getsignal(number) != handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """Servers and the like, until all tests are over."""
    with ExitStack() as stack:
        yield Kept(stack)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of real mail, calendars and cards: $SYNCD_CORPORA, or one beside this repository."""
    configured = os.environ.get("SYNCD_CORPORA")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}: set SYNCD_CORPORA to try real mail")
    return folder
