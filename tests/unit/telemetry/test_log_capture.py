"""What libraries say, and what nobody caught, goes the same way as everything else."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from syncd import log
from syncd.cli import main

PRIVATE = "Coffee with ben@example.net, token eyJhbGciOiJIUzI1NiJ9"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was written since, while somebody listens; nothing private is in any of it."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.listen("debug", "json")

    def written() -> list[dict[str, Any]]:
        text = stream.getvalue()
        for word in ("Coffee", "ben@", "eyJ"):
            assert word not in text
        return [json.loads(line) for line in text.splitlines()]

    yield written
    log.silence()


def test_a_library_is_heard_from_warnings_on(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """Its words are those of its code, without what it put in; below WARNING it is not heard."""
    library = logging.getLogger("googleapiclient.http")
    library.info("Session %s", PRIVATE)
    library.warning("Retrying after %s: %r", 30, PRIVATE)
    library.error("It is over")
    warned, failed = lines()
    assert (warned["event"], warned["library"]) == ("library.warned", "googleapiclient")
    assert warned["said"] == "Retrying after %s: %r"
    assert warned["at"].startswith("test_log_capture:")
    assert (failed["event"], failed["said"]) == ("library.failed", "It is over")


def test_words_put_together_before_are_not_repeated(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """An f-string, an old `%`, a name made from data: nobody can tell the mail from the words."""
    library = logging.getLogger("imapclient.connection")
    library.warning(f"Retrying {PRIVATE}")  # this is what libraries do
    library.warning("Retrying %s" % PRIVATE)  # noqa: UP031
    library.warning(PRIVATE.upper().title())
    library.warning(ValueError(PRIVATE))
    told = lines()
    assert [one["event"] for one in told] == ["library.warned"] * 4
    assert not [one for one in told if "said" in one]


def test_a_librarys_error_is_its_kind(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """`logger.exception` brings the error with it, and not its message."""
    try:
        raise OSError(PRIVATE)
    except OSError:
        logging.getLogger("caldav").exception("Request failed")
    (told,) = lines()
    assert (told["event"], told["error"], told["said"]) == (
        "library.failed",
        "OSError",
        "Request failed",
    )


def test_warnings_of_python_are_heard(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """They would be printed with the line of code they are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(PRIVATE, UserWarning, stacklevel=1)
    (told,) = lines()
    assert (told["event"], told["library"]) == ("library.warned", "python")


def test_what_nobody_caught_is_an_event(lines: Callable[[], list[dict[str, Any]]]) -> None:
    """In the main thread, in any other, and where Python can only ignore it."""

    def fail() -> None:
        raise ValueError(PRIVATE)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    odd: object = type("Odd", (), {"__del__": lambda _: fail()})()
    del odd
    told = lines()
    assert [one["event"] for one in told] == ["process.crashed"] * 3
    assert {one["error"] for one in told} == {"ValueError"}
    assert all("test_log_capture" in one["error_at"] for one in told)


def test_to_be_silent_puts_everything_back() -> None:
    """Hooks, handlers and warnings are as they were before anybody listened."""
    before = (
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
        list(logging.getLogger().handlers),
        warnings.showwarning,
    )
    log.listen()
    assert sys.excepthook is not before[0]
    log.listen()
    log.silence()
    log.silence()
    assert before == (
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
        list(logging.getLogger().handlers),
        warnings.showwarning,
    )


def test_what_counts_events_hears_libraries_too(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """The metrics know of a library's troubles without reading the log."""
    heard: list[str] = []

    def hearer(name: str, facts: Mapping[str, Any]) -> None:
        heard.append(f"{name} {facts['library']}")

    log.hear(hearer)
    logging.getLogger("msal").warning("Refused")
    log.unhear(hearer)
    assert heard == ["library.warned msal"]
    assert len(lines()) == 1


def test_a_fault_that_ends_the_program_is_told_as_an_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While somebody listens no traceback is printed: its last line quotes what broke."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)

    def app() -> None:
        log.listen("info", "text")
        raise ValueError(PRIVATE)

    monkeypatch.setattr(main, "app", app)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    try:
        with pytest.raises(ValueError, match="Coffee") as raised:
            main.main()
        sys.excepthook(ValueError, raised.value, raised.value.__traceback__)
    finally:
        log.silence()
    assert "event=process.crashed error=ValueError error_at=" in stream.getvalue()
    assert "Coffee" not in stream.getvalue()
