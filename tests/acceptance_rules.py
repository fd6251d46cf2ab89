"""Rules, people and moments that several tests of rules, tasks and the owner's hand share."""

from __future__ import annotations

from acceptance_tasks import (
    BEN,
    CLEO,
    DORA,
    EMIL,
    FLORA,
    GUS,
    HANA,
    House,
    at,
)

NOON = at("2026-03-03", "12:00")  # a Tuesday
LATER = at("2026-03-04", "12:00")
EVERYBODY = [BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA]
AMPLE = "limits: {per_day: 90, open: 90}\n"
MANY = 'limits: {per_day: 90, open: 90, at: "07:30"}\n'
TIERS = f"""  - {{name: inner, people: [{BEN}], cadence: 14d}}
  - {{name: met, where: {{counts: {{meetings: {{at_least: 1}}}}}}, cadence: 3w}}
"""


def rule(name: str = "met", more: str = "", since: str = "first_meeting", due: str = "10d") -> str:
    return f"""
  - id: {name}
    since: {since}
    due: {due}
    task: {{title: "After meeting {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}
    {more}
"""


def clock(rule: str, since: str, more: str = "", title: str = "Do it") -> str:
    return f"""
  - id: {rule}
    since: {since}
    due: 10d
    task: {{title: "{title}"}}
    {more}
"""


def written(house: House) -> str:
    """The key of Ben's task, once it is in the folder."""
    house.once(NOON)
    key: str = house.task(NOON)["key"]
    return key
