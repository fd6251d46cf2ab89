"""Every event there is: its name, how much it matters, what it says, and the facts it comes with.

    python -m syncd.log.events > docs/events.md

A name is `noun.verb_past` and never changes its meaning: alerts and filters are built on it. What
happens for every single message is debug; what a person wants to see is info; what is wrong and
will mend itself, or was mended, is a warning; what needs somebody is an error.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Known:
    """One event: its level, what it says, and the names of its facts, any of which may be absent.
    Where `error` is an error itself, `error_at` and `error_cause` come with it."""

    level: str
    about: str
    facts: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.facts.split())


EVENTS: Final[dict[str, Known]] = {
    # --- accounts and what is read from them
    "source.batch_committed": Known(
        "info", "What a source listed is stored, and its cursor with it", "account facet items"
    ),
    "source.failed": Known(
        "debug", "A source or a task list could not be read or written", "account facet error"
    ),
    "readers.not_started": Known("warning", "No process could be started to read with", "error"),
    "reader.lost": Known("warning", "A process that reads ended before its work", "code"),
    "account.down": Known(
        "warning",
        "An account cannot be used as it should: said once in an outage",
        "account facet state kind remedy",
    ),
    "account.up": Known("info", "The account can be used again", "account"),
    "account.hindered": Known(
        "warning",
        "Not all changes of an account are heard of: so many sources are polled, status says why",
        "account sources",
    ),
    "account.unhindered": Known("info", "All changes of the account are heard of again", "account"),
    "item.failed": Known(
        "debug", "An item could not be taken in, and is tried again", "account facet tries error"
    ),
    "item.set_aside": Known(
        "warning",
        "An item failed too often: `syncd retry` tries again",
        "account facet tries error",
    ),
    # --- people
    "aliases.changed": Known(
        "info", "Addresses were found to be the owner's, or no longer", "found lost"
    ),
    "people.reinferred": Known("info", "A newer version has judged everybody anew", "changed"),
    "people.settled": Known("info", "Whoever was touched is looked at anew", "people"),
    "texts.read": Known("info", "Texts that could tell more were read", "texts"),
    "person.forgotten": Known("info", "The owner had somebody forgotten"),
    "person.failed": Known(
        "debug", "A person could not be judged, and is tried again", "tries error"
    ),
    "person.left_out": Known(
        "warning",
        "A person could not be judged, for the first time: their tasks stay as they are",
        "error",
    ),
    "person.set_aside": Known(
        "warning", "A person failed too often: `syncd retry` tries again", "tries error"
    ),
    "mark.failed": Known(
        "warning", "Whom something concerns could not be found, and is tried again", "tries error"
    ),
    "text.failed": Known(
        "warning", "A text could not be read; what it says stays unknown", "account error"
    ),
    # --- tasks
    "verdicts.followed": Known(
        "info", "The rules were applied to those whose moment had come", "people drawn"
    ),
    "errands.delivered": Known("info", "Cards were added, drafts left", "cards drafts"),
    "outbox.delivered": Known(
        "info", "What was queued for the task lists was written", "created updated completed failed"
    ),
    "step.made": Known(
        "debug", "What came in is stored, and whom it touches judged", "taken people judged"
    ),
    "step.fell_back": Known(
        "warning", "A message could not be taken by itself: whom it touches is folded anew", "error"
    ),
    "tasks.drawn": Known("info", "Tasks were drawn from the candidates", "drawn daily"),
    "state.restored": Known(
        "warning", "The state is older than what it has written: it looks first"
    ),
    # --- this machine and this process
    "disk.failed": Known("error", "The state cannot be written: nothing is decided until it can"),
    "disk.recovered": Known("info", "The state can be written again"),
    "clock.failed": Known("error", "The clock is wrong: nothing is decided until it is right"),
    "clock.recovered": Known("info", "The clock is right again"),
    "process.crashed": Known("error", "Nobody caught an error", "error"),
    "job.failed": Known("warning", "A job of the engine ended in an error", "kind error"),
    "state.lost": Known("error", "The state was removed or replaced under the daemon: it leaves"),
    "state.busy": Known("warning", "The state could not be had, and is tried again", "error"),
    "clock.jumped": Known("info", "The clock was set, or the machine slept", "seconds"),
    "daemon.started": Known("info", "The daemon watches", "accounts"),
    "daemon.settled": Known("info", "Every source was asked once; now it waits for news"),
    "daemon.stopped": Known("info", "The daemon leaves; everything is stored", "code"),
    "config.reloaded": Known("info", "Configuration and rules were read anew", "accounts"),
    "config.refused": Known(
        "error", "They are wrong: those from before stay in use", "mistakes error"
    ),
    "worker.failed": Known(
        "error",
        "A thread of the daemon came upon a fault: it goes on, later each time",
        "worker tries error",
    ),
    "worker.died": Known(
        "error",
        "A thread of the daemon has ended: another one takes over, later each time",
        "worker kind tries",
    ),
    "engine.stuck": Known("error", "The engine should have made progress long ago"),
    "engine.went_on": Known("warning", "The engine, which was stuck, makes progress again"),
    "library.warned": Known(
        "warning", "A library warned; `said` are words of its code alone", "library at said error"
    ),
    "library.failed": Known(
        "error", "A library told of an error; `said` as above", "library at said error"
    ),
    "metrics.served": Known("info", "The page of metrics answers on this port of loopback", "port"),
    "metrics.not_served": Known(
        "error",
        "The page cannot be had: EADDRINUSE says that another one has the port",
        "port code",
    ),
    "metrics.left_behind": Known(
        "error", "Metrics could not be brought up to the configuration: work goes on", "error"
    ),
    "metrics.failed": Known("error", "A request for the metrics could not be answered", "error"),
    "metrics.not_written": Known(
        "warning", "The file for the textfile collector was not written: ENOENT, EACCES", "code"
    ),
    "metrics.written": Known("info", "The file for the textfile collector is written again"),
}


def level_of(name: str) -> str:
    """The level of an event; info for one that is not in the list."""
    known = EVENTS.get(name)
    return known.level if known else "info"


def page() -> str:
    """docs/events.md."""
    rows = [
        f"| `{name}` | {known.level} | {known.about} | {_code(known.names)} |"
        for name, known in sorted(EVENTS.items())
    ]
    return "\n".join([_HEAD, *rows, ""])


def _code(names: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


_HEAD = """\
# Events

What `syncd run` writes to standard error, and every other command with `--verbose`: one line an
event. Names keep their meaning from version to version, so that filters and alerts can be built on
them. This page is written by `make docs` from `syncd/log/events.py`.

- On a terminal it is `key=value` in colours, in the journal one JSON object a line, elsewhere plain
  `key=value`. `log: json` or `log: text` in `syncd.yaml` says otherwise.
- `log: {level: debug}` or `--verbose` tells more: what happens for every single message.
- `timestamp` (UTC), `level` and `event` are in every line. In the journal a line has its priority,
  so `journalctl -u syncd -p warning` shows what is wrong, and
  `journalctl -u syncd -o cat | jq 'select(.event == "source.failed")'` one kind of event.
- No line has an address, a subject, a title, a name, a text or a secret. What looks like one is
  replaced, as a whole, by `[address]`, `[path]`, `[secret]` or `[text]`. An account whose name is
  an address is called by its number: `account-2`.
- `error` is the kind of an error, `error_at` the places in the code that it came through (innermost
  first), `error_cause` what caused it. The message of an error may quote a mail and is not told:
  `syncd status` has the owner's sentence for it.

| event | level | what it says | facts |
|---|---|---|---|"""


if __name__ == "__main__":
    sys.stdout.write(page())
