"""The two files through which the demo's owner talks to syncd: configuration and own rules."""

from __future__ import annotations

from syncd.demo.cast import OWNER, OWNER_ZONE, Cast

_CONFIGURATION = """\
owner: {{name: {name}, addresses: [{address}], timezone: {zone}}}
accounts:
  - name: home
    kind: local
    mail: [Maildir]
    calendar: [calendars/]
    contacts: [contacts/]
    tasks: tasks/
tasks_in: home
rules: [real-networking, open-loops, my-rules.yaml]
limits: {{per_day: 5, open: 15, at: "07:30"}}
catch_up: 14d
state: sqlite:///syncd.db
"""

_RULES = """\
version: 1
tiers:
  - {{name: inner, people: [{people}], cadence: 14d}}
rules:
  - id: inner-circle
    about: The few people whom two weeks without a word are too long for
    since: interaction
    until: [interaction]
    remind: cadence
    due: cadence
    where: {{tier: inner}}
    pause_while: scheduled
    priority: 60
    done_means: message
    task:
      title: "Write to {{{{ first_name }}}}"
      notes: "{{{{ evidence }}}}"
"""


def configuration() -> str:
    """`syncd.yaml`: everything beside it, nothing outside the folder."""
    return _CONFIGURATION.format(name=OWNER.name, address=OWNER.address, zone=OWNER_ZONE)


def own_rules(cast: Cast) -> str:
    """`my-rules.yaml`: one tier and one rule, as an owner would start."""
    people = (cast.one("inner_overdue"), cast.named("Miguel"))
    return _RULES.format(people=", ".join(person.address for person in people))
