"""What `syncd doctor` says: one finding a line, each with what to do next.

A finding is ok, a warning (it works, but not as it should) or wrong. The exit code follows the
remedy: 78 where the configuration, the rules, a secret of the state or the state itself are wrong,
77 where no account can sign in, else 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

OK, WARNING, WRONG = "ok", "warning", "wrong"
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: str
    says: str
    do: str = ""
    code: int = 0  # of what is wrong: 1, 77 or 78


def ok(what: str, says: str) -> Finding:
    return Finding(what, OK, says)


def warning(what: str, says: str, do: str) -> Finding:
    return Finding(what, WARNING, says, do)


def wrong(what: str, says: str, do: str = "", *, code: int = 1) -> Finding:
    return Finding(what, WRONG, says, do, code)


def code_of(found: list[Finding]) -> int:
    return max((one.code for one in found), default=0)


def lines_of(found: list[Finding]) -> Iterator[str]:
    width = max(len(one.what) for one in found)
    for one in found:
        yield f"{one.state:<8}{one.what:<{width}}  {one.says}"
        if one.do:
            yield f"{'':<{8 + width}}  -> {one.do}"


def plain(found: list[Finding]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "checks": [
            {"what": one.what, "state": one.state, "says": one.says, "do": one.do or None}
            for one in found
        ],
        "wrong": sum(one.state == WRONG for one in found),
        "warnings": sum(one.state == WARNING for one in found),
    }


# What has to hold between the rows of a state, and a query for those for which it does not.
_HOLDS: Final = {
    "every task has its verdict": """
        SELECT t.key FROM task t LEFT JOIN verdict v ON v.owner = t.owner AND v.key = t.key
        WHERE t.owner = :owner AND v.key IS NULL""",
    "every write that waits has its task": """
        SELECT o.key FROM outbox o LEFT JOIN task t ON t.owner = o.owner AND t.key = o.key
        WHERE o.owner = :owner AND t.key IS NULL""",
    "every open task belongs to somebody": """
        SELECT t.key FROM task t LEFT JOIN person p ON p.owner = t.owner AND p.id = t.person
        WHERE t.owner = :owner AND t.status = 'open' AND p.id IS NULL""",
    "every address belongs to somebody": """
        SELECT a.person FROM address a LEFT JOIN person p ON p.owner = a.owner AND p.id = a.person
        WHERE a.owner = :owner AND p.id IS NULL""",
    "every observation was seen somewhere": """
        SELECT o.id FROM observation o LEFT JOIN sighting s ON s.observation = o.id
        LEFT JOIN logged l ON l.observation = o.id
        WHERE o.owner = :owner AND s.observation IS NULL AND l.observation IS NULL""",
    "every sighting has its observation": """
        SELECT s.observation FROM sighting s LEFT JOIN observation o ON o.id = s.observation
        WHERE s.owner = :owner AND o.id IS NULL""",
    "whoever takes part takes part in something": """
        SELECT i.observation FROM involved i LEFT JOIN observation o ON o.id = i.observation
        WHERE i.owner = :owner AND o.id IS NULL""",
    "every entry that names somebody names somebody here": """
        SELECT n.person FROM named n LEFT JOIN person p ON p.owner = n.owner AND p.id = n.person
        WHERE n.owner = :owner AND p.id IS NULL""",
}


def invariants(connection: Connection, owner: str) -> list[Finding]:
    """What does not hold between the rows of a state; one finding that all is well."""
    found = []
    for says, query in _HOLDS.items():
        rows = connection.execute(text(f"{query} LIMIT 100"), {"owner": owner}).scalars().all()
        if rows:
            shown = ", ".join(map(str, rows[:_SHOWN]))
            count = "100 or more do" if len(rows) == 100 else f"{len(rows)} do"
            found.append(
                wrong(
                    "rows",
                    f"{says}: {count} not ({shown})",
                    "restore a backup, and tell the makers of syncd",
                    code=78,
                )
            )
    return found or [ok("rows", f"{len(_HOLDS)} promises between rows hold")]
