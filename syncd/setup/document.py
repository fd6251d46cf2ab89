"""The first configuration as text: every key there is, each with a line that says what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.setup.draft import Draft
from syncd.setup.yaml_words import quoted

__all__ = ["Answers", "quoted", "text_of"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the owner said. Paths as the file is to name them."""

    name: str
    addresses: Sequence[str]
    timezone: str
    mail: Sequence[str] = ()
    calendar: Sequence[str] = ()
    contacts: Sequence[str] = ()
    tasks: str = ""
    state: str = ""  # "": where syncd keeps it by itself
    servers: Sequence[Draft] = ()
    tasks_in: str = "home"  # the account that takes the tasks


def text_of(answers: Answers) -> str:
    """`syncd.yaml`, in preview mode."""
    lines = _HEAD.splitlines()
    lines += ["owner:"]
    lines += _key("name", quoted(answers.name), "What others call you.")
    lines += _listed("addresses", answers.addresses, "Every address that you write from.")
    lines += _key("timezone", quoted(answers.timezone), "The zone that your days are in.")
    lines += _off("not_mine: [ben@example.org]", "Addresses that look like yours and are not.")
    lines += ["", *_ACCOUNTS.splitlines()]
    explained: set[str] = set()
    for draft in answers.servers:
        lines += draft.lines(explained=draft.kind not in explained)
        explained.add(draft.kind)
    if answers.mail or answers.calendar or answers.contacts or answers.tasks:
        lines += _local(answers)
    about = "The account that takes the tasks."
    lines += ["", f"# {about}", f"tasks_in: {quoted(answers.tasks_in)}"]
    lines += ["", *_REST.splitlines()]
    about = "Where syncd keeps what it knows (default: your state directory)."
    lines += ["", f"# {about}"]
    lines += [f"state: {quoted(answers.state)}" if answers.state else "# state: sqlite:///syncd.db"]
    return "\n".join(lines) + "\n"


def _local(answers: Answers) -> list[str]:
    lines = _HOME.splitlines()
    lines += _listed("mail", answers.mail, "Maildirs, mboxes, or folders with any of them.", 4)
    lines += _listed("calendar", answers.calendar, "Folders of .ics files, or single ones.", 4)
    lines += _listed("contacts", answers.contacts, "Folders of .vcf files, or single ones.", 4)
    about = "Where tasks are written, as .ics files: a folder that your task program shows."
    if answers.tasks:
        lines += _key("tasks", quoted(answers.tasks), about, 4)
    else:
        lines += _off("tasks: tasks/", about, 4)
    about = (
        "Where a card is added for somebody you just met, as a .vcf file (docs: cards-and-drafts)."
    )
    lines += _off("cards: contacts/met/", about, 4)
    about = "A Maildir where a draft of a thank-you is left for you to finish; none is ever sent."
    lines += _off("drafts: Maildir/.Drafts", about, 4)
    lines += _off("role: own", "Whose it is: own, shared or delegate.", 4)
    lines += _off("history: 2020-01-01", "What is older is not read.", 4)
    about = "How often to look where changes cannot be heard of at once, from 5s to 24h."
    return lines + _off("poll: 1m", about, 4)


def _key(key: str, value: str, about: str, indent: int = 2) -> list[str]:
    space = " " * indent
    return [f"{space}# {about}", f"{space}{key}: {value}"]


def _off(line: str, about: str, indent: int = 2) -> list[str]:
    space = " " * indent
    return [f"{space}# {about}", f"{space}# {line}"]


def _listed(key: str, values: Sequence[str], about: str, indent: int = 2) -> list[str]:
    space = " " * indent
    if not values:
        return [f"{space}# {about}", f"{space}{key}: []"]
    items = [f"{space}  - {quoted(value)}" for value in values]
    return [f"{space}# {about}", f"{space}{key}:", *items]


_HEAD = """\
# The configuration of syncd, written by `syncd init`. It is yours to change; `syncd check` tells
# every mistake in it. Lines that begin with # say nothing: take the # away to use them.

# Who you are: mail from these addresses is yours, whatever the folder.
"""

_ACCOUNTS = """\
# What is read, and where tasks go. Paths are relative to this file.
accounts:
"""

_HOME = """\
  # What it is called in tasks and messages.
  - name: home
    # The kind of account: files on this machine.
    kind: local
"""

_REST = """\
# In preview nothing is written to your task list until you say `syncd enable`.
mode: preview

# What you want to be reminded of: packs that come with syncd, and rule files of your own beside
# this file. docs/packs.md says what each pack asks of you.
rules:
  - real-networking
  - open-loops
  # Tiers and silences; define your tiers in a rule file.
  # - keep-in-touch
  # Introductions, those made to you and those you make.
  # - introductions
  # Birthdays on the cards of people who are close.
  # - birthdays
  # Your own; docs/rules.md has the words.
  # - my-rules.yaml

# How many tasks a day, how many open that are due within a week, and at what time they come.
# limits: {per_day: 5, open: 15, at: "07:30"}

# What is found more than this late makes no task any more.
# catch_up: 14d

# The days on which you work.
# working_days: [mon, tue, wed, thu, fri]

# People, domains and lists that syncd is to know nothing of.
# ignore: [example.net, "*@lists.example.org"]

# Colleagues, besides those who share your mail domain.
# colleagues: [example.com]

# Whom you are in touch with where syncd sees nothing of it: no rule about silence asks for them.
# elsewhere: [ben@example.org]

# Words for people, which rules can ask for.
# tags: {friend: [ben@example.org]}

# From how many on a mail or a meeting is with nobody in particular.
# groups: {mail: 10, meeting: 8}

# What `syncd run` tells: format auto, json or text; level debug, info, warning or error.
# log: {format: auto, level: info}

# Figures for Prometheus, on a page of this machine alone; docs/metrics.md.
# metrics: {listen: "127.0.0.1:9464"}
"""
