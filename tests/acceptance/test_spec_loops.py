"""What opens and what settles a loop, on whatever channel: every case in one house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from acceptance_world import Home, Scene, scenes

MONDAY = "2026-03-02T09:00"
Act = Callable[[Scene, str], object]


class Case(NamedTuple):
    """What opened the loop on Monday, what happened on Tuesday, and how the task stands then."""

    truth: str
    since: str
    text: str
    act: Act
    status: str
    mine: bool = False  # the owner wrote what opened it


def i_write(text: str = "Some words", *, answers: bool = True, subject: str = "") -> Act:
    """The owner writes on Tuesday, in the thread or with a subject of its own."""

    def act(scene: Scene, opener: str) -> None:
        about = subject or f"Re: Matter {scene.number}"
        words = f"{text}, number {scene.number}.\n"
        scene.sent(1, words, subject=about, answers=opener if answers else "")

    return act


def they_write(text: str = "Some words") -> Act:
    def act(scene: Scene, opener: str) -> None:
        words = f"{text}, number {scene.number}.\n"
        scene.received(1, words, subject=f"Re: Matter {scene.number}", answers=opener)

    return act


def meets(day: float) -> Act:
    return lambda scene, _: scene.meeting(
        day + scene.number / 24, "Talk", minutes=30, more=["LOCATION:Café Aurora"]
    )


def logs(words: str) -> Act:
    return lambda scene, _: scene.home.syncd(
        "log", f"{words} {scene.addr}", now=(scene.day(1) + timedelta(hours=1)).isoformat()
    )


def nothing(_: Scene, __: str) -> None:
    pass


ASK = "Could you send me the plan of hut {}?\n"
PROMISE = "I will send you the drawings of hut {} by Friday.\n"
PROPOSE = "We should have coffee some time, now that hut {} stands!\n"
SHARE = "Attached is the report on hut {} we talked about.\n"
CASES = [
    Case("nothing settles a question", "asked_me", ASK, nothing, "open"),
    Case("an answer settles it", "asked_me", ASK, i_write(), "closed"),
    Case("so does a letter", "asked_me", ASK, i_write(answers=False, subject="News"), "closed"),
    Case("their second letter does not", "asked_me", ASK, they_write(), "open"),
    Case("a meeting answers it", "asked_me", ASK, meets(1), "closed"),
    Case("a meeting to come does not", "asked_me", ASK, meets(9), "open"),
    Case("a call does", "asked_me", ASK, logs("call with"), "closed"),
    Case("a logged letter does", "asked_me", ASK, logs("wrote to"), "closed"),
    Case("they answer", "i_asked", ASK, they_write(), "closed", mine=True),
    Case("asking again settles nothing", "i_asked", ASK, i_write(), "open", mine=True),
    Case("a call is an answer", "i_asked", ASK, logs("call with"), "closed", mine=True),
    Case(
        "a promise kept",
        "i_promised",
        PROMISE,
        i_write("Here are the drawings"),
        "closed",
        mine=True,
    ),
    Case(
        "thanks in advance keep no promise", "i_promised", PROMISE, they_write(), "open", mine=True
    ),
    Case("they keep theirs", "they_promised", PROMISE, they_write("Here they are"), "closed"),
    Case("a reminder does not", "they_promised", PROMISE, i_write(), "open"),
    Case("a proposed meeting is on the calendar", "meeting_proposed", PROPOSE, meets(9), "closed"),
    Case("or took place", "meeting_proposed", PROPOSE, meets(1), "closed"),
    Case("proposed by the owner", "meeting_proposed", PROPOSE, meets(9), "closed", mine=True),
    Case("a yes is no day", "meeting_proposed", PROPOSE, i_write("Yes, let us"), "open"),
    Case("what was shared is thanked for", "shared_with_me", SHARE, i_write("Thanks"), "closed"),
    Case("or talked about", "shared_with_me", SHARE, meets(1), "closed"),
    Case("more of it changes nothing", "shared_with_me", SHARE, they_write(), "open"),
]


@pytest.fixture(scope="module")
def stands(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """How each task stood on Monday and on Tuesday evening, by the truth of its case."""
    home = Home(tmp_path_factory.mktemp("loops"), rules="loops.yaml")
    home.more = "limits: {per_day: 99, open: 99}\n"
    home.config.write_text(home.config.read_text() + home.more)
    home.write(
        "loops.yaml",
        "version: 1\nrules:\n"
        + "".join(
            f"  - {{id: {since}, since: {since}, until: [resolved], due: 9d, task: {{title: T}}}}\n"
            for since in {case.since: None for case in CASES}
        ),
    )
    found = scenes(home, len(CASES), first=MONDAY, days=0)
    openers = []
    for scene, case in zip(found, CASES, strict=True):
        day = scene.number / 24 / 4  # a quarter of an hour each
        first = scene.sent(day - 9, f"Good to know you, {scene.name}.\n", subject=scene.name)
        scene.received(day - 8, "Likewise.\n", subject=f"Re: {scene.name}", answers=first)
        write = scene.sent if case.mine else scene.received
        text = case.text.format(scene.number)
        openers.append(write(day, text, subject=f"Matter {scene.number}"))
    told = []
    for act, moment in ((False, "2026-03-02T20:00+00:00"), (True, "2026-03-04T20:00+00:00")):
        for scene, case, opener in zip(found, CASES, openers, strict=True):
            if act:
                case.act(scene, opener)
        home.once(moment)
        tasks = home.syncd("tasks", "--json", now=moment).json
        told.append({(one["rule"], one["person"]["addresses"][0]): one["status"] for one in tasks})
    before, after = told
    keys = [(case.since, scene.addr) for scene, case in zip(found, CASES, strict=True)]
    return {
        case.truth: (before.get(key, "none"), after.get(key, "none"))
        for case, key in zip(CASES, keys, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.truth)
def test_what_settles_a_loop(stands: dict[str, tuple[str, str]], case: Case) -> None:
    """The loop makes a task, and it closes by itself exactly when that is settled."""
    assert stands[case.truth] == ("open", case.status)
