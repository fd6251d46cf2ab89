"""Invitations, answers and cancellations that come by mail, as evidence for their meeting.

Each row of a table is one sentence with somebody of its own; all rows are read by one run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from acceptance_letters import ANA_WHO, SHAPES, deliver, difference, itip, letter, shaped, told
from acceptance_world import ANA, Home, Scene, scenes

Build = Callable[[Scene], object]
World = dict[str, tuple[Scene, list[dict[str, Any]]]]
NEEDS, YES, NO = "NEEDS-ACTION", "ACCEPTED", "DECLINED"


def uid(scene: Scene) -> str:
    return f"talk-{scene.number}@example.net"


def told_by_mail(
    scene: Scene,
    method: str,
    answers: dict[str, str],
    *,
    by: str = "",
    day: float = -2,
    start: float = 0,
    organizer: str = ANA,
    shape: str = "outlook",
    more: Sequence[str] = (),
) -> None:
    """A mail with an iTIP message about the scene's meeting, `by` them if nobody is named."""
    author = by or scene.who
    to = scene.who if author == ANA_WHO else ANA
    stamp = f"{scene.day(day):%Y%m%dT%H%M%SZ}"
    text = itip(
        method,
        scene.day(start),
        uid(scene),
        answers,
        organizer=organizer,
        more=more,
        stamp=stamp,
    )
    name = f"i{scene.home.next_number()}@example.net"
    deliver(
        scene.home,
        letter(
            author,
            to,
            scene.day(day),
            name=name,
            subject=f"{method.title()}: Talk",
            **shaped(shape, method, text),
        ),
    )


def entry(scene: Scene, theirs: str = NEEDS, mine: str = YES, organizer: str = ANA) -> None:
    """The meeting as it stands in the owner's calendar."""
    scene.meeting(0, mine=mine, theirs=theirs, organizer=organizer, uid=uid(scene))


def reply(answer: str, *, day: float = -2, **more: Any) -> Build:
    return lambda scene: told_by_mail(scene, "REPLY", {scene.addr: answer}, day=day, **more)


def my_reply(answer: str, day: float = -2, **more: Any) -> Build:
    """The owner's own answer, in the folder of what was sent."""

    def build(scene: Scene) -> None:
        told_by_mail(
            scene, "REPLY", {ANA: answer}, by=ANA_WHO, day=day, organizer=scene.addr, **more
        )

    return build


def request(*, day: float = -3, mine: str = NEEDS, **more: Any) -> Build:
    """They invite the owner."""

    def build(scene: Scene) -> None:
        answers = {ANA: mine, scene.addr: YES}
        told_by_mail(scene, "REQUEST", answers, day=day, organizer=scene.addr, **more)

    return build


def my_request(scene: Scene) -> None:
    told_by_mail(scene, "REQUEST", {ANA: YES, scene.addr: NEEDS}, by=ANA_WHO, day=-3, organizer=ANA)


def cancel(*, by: str = "", day: float = -1, **more: Any) -> Build:
    def build(scene: Scene) -> None:
        told_by_mail(
            scene,
            "CANCEL",
            {ANA: YES, scene.addr: YES},
            by=by,
            day=day,
            organizer=scene.addr,
            more=["STATUS:CANCELLED", "SEQUENCE:1"],
            **more,
        )

    return build


def both(*builds: Build) -> Build:
    def build(scene: Scene) -> None:
        for one in builds:
            one(scene)

    return build


def theirs_in_calendar(scene: Scene) -> None:
    entry(scene, theirs=YES, organizer=scene.addr)


def counter(scene: Scene) -> None:
    told_by_mail(scene, "COUNTER", {scene.addr: "TENTATIVE"}, start=2)


def moved(scene: Scene) -> None:
    request()(scene)
    my_reply(YES)(scene)
    newer = ["SEQUENCE:1"]
    request(day=-1, start=1, more=newer)(scene)
    my_reply(YES, day=-0.5, start=1, more=newer)(scene)


def forwarded(scene: Scene) -> None:
    """Somebody passes on an invitation between two others."""
    answers = {scene.other(1): YES, scene.addr: YES}
    told_by_mail(scene, "REQUEST", answers, by=f"Otto <{scene.other(2)}>", organizer=scene.addr)


class Case(NamedTuple):
    """What came, and what `explain` says of the meetings, oldest first; `not yes` for either."""

    truth: str
    build: Build
    expected: tuple[str, ...]


CASES = (
    Case("without an answer nobody knows", entry, ("not yes",)),
    Case("their acceptance by mail makes it real", both(entry, reply(YES)), ("yes",)),
    Case("their refusal by mail makes it none", both(entry, reply(NO)), ("no meeting:declined",)),
    Case("the later answer counts", both(entry, reply(YES), reply(NO, day=-1)), ("no",)),
    Case("and in the other order as well", both(entry, reply(YES, day=-1), reply(NO)), ("yes",)),
    Case(
        "an answer given by somebody else counts for nothing",
        both(entry, reply(YES, by="Otto Lund <otto@example.net>")),
        ("not yes",),
    ),
    Case(
        "nor does a refusal by somebody else",
        both(theirs_in_calendar, reply(NO, by="Otto Lund <otto@example.net>")),
        ("yes",),
    ),
    Case("an invitation alone is no meeting", request(), ("not yes",)),
    Case("the owner's acceptance by mail makes it one", both(request(), my_reply(YES)), ("yes",)),
    Case("the owner's refusal makes it none", both(request(), my_reply(NO)), ("no",)),
    Case("the owner's own invitation, accepted", both(my_request, reply(YES)), ("yes",)),
    Case("the owner's own invitation, declined", both(my_request, reply(NO)), ("no",)),
    Case("a refusal alone makes no meeting", reply(NO), ("not yes",)),
    Case("the organiser's cancellation", both(theirs_in_calendar, cancel()), ("no",)),
    Case("a cancellation without calendar", both(request(mine=YES), cancel()), ("no",)),
    Case(
        "somebody else's cancellation cancels nothing",
        both(theirs_in_calendar, cancel(by="Otto Lund <otto@example.net>")),
        ("yes",),
    ),
    Case("a counter-proposal moves nothing", both(entry, counter, reply(YES, day=-1)), ("yes",)),
    Case("a newer invitation moves the meeting", moved, ("yes +1",)),
    Case("an invitation among others is not the owner's", forwarded, ("not yes",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Scene, list[dict[str, Any]]]]:
    """The interactions of every case, oldest first, by its truth."""
    home = Home(tmp_path_factory.mktemp("itip"))
    built = scenes(home, len(CASES), first="2025-03-03T09:00", days=9)
    for scene, case in zip(built, CASES, strict=True):
        case.build(scene)
    home.once()
    found = home.everything()
    return {
        case.truth: (scene, found[scene.addr]["interactions"][::-1] if scene.addr in found else [])
        for case, scene in zip(CASES, built, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=[case.truth for case in CASES])
def test_what_mail_says_of_a_meeting(case: Case, judged: World) -> None:
    """The sentence that names the case."""
    scene, found = judged[case.truth]
    met = [one for one in found if one["kind"] == "meeting"]
    if case.expected == ("not yes",):
        assert all(one["real"] != "yes" for one in met), met
        return
    assert len(met) == len(case.expected), met
    for one, said in zip(met, case.expected, strict=True):
        real, _, more = said.partition(" ")
        assert one["real"] == real, met
        day = scene.day(1 if more == "+1" else 0)
        assert one["at"].startswith(f"{day:%Y-%m-%d}")
        if ":" in more:
            assert more in one["reasons"]


def test_the_mail_itself_is_none(judged: World) -> None:
    """A mail that answers an invitation is never an interaction: it is about its meeting."""
    for truth, (_, found) in judged.items():
        mails = [one for one in found if one["title"].startswith("Reply:")]
        assert all(one["real"] == "no" for one in mails), truth
        assert all(one["reasons"] for one in mails), truth


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_the_same(tmp_path: Path, shape: str) -> None:
    """Google, Outlook and Apple wrap an answer differently; it is one answer about one meeting."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    entry(scene)
    reply(YES, shape=shape)(scene)
    home.once()
    found = home.interactions(scene.addr)
    assert [(one["kind"], one["real"]) for one in found] == [("message", "no"), ("meeting", "yes")]
    assert home.status()["set_aside"] == []


@pytest.mark.parametrize("shape", ["google", "outlook", "apple"])
def test_the_order_does_not_matter(tmp_path: Path, shape: str) -> None:
    """Entry before mail, mail before entry, or both at once: the same is told."""
    orders: tuple[tuple[tuple[Build, ...], ...], ...] = (
        ((entry, reply(YES, shape=shape)),),
        ((entry,), (reply(YES, shape=shape),)),
        ((reply(YES, shape=shape),), (entry,)),
    )
    answers = []
    for index, steps in enumerate(orders):
        home = Home(tmp_path / str(index))
        (scene,) = scenes(home, 1, first="2026-05-04T09:00")
        for step in steps:
            for build in step:
                build(scene)
            home.once()
        answers.append(told(home))
    for said in answers[1:]:
        assert said == answers[0], difference(answers[0], said)


WEEKLY = ("RRULE:FREQ=WEEKLY;COUNT=3",)


@pytest.mark.parametrize("calendar", [True, False], ids=["with an entry", "by mail alone"])
@pytest.mark.parametrize("method", ["REPLY", "CANCEL"])
def test_one_of_a_series(tmp_path: Path, method: str, calendar: bool) -> None:
    """An answer or cancellation with a RECURRENCE-ID concerns that one instance."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    organizer = ANA if method == "REPLY" else scene.addr
    answers = {ANA: YES, scene.addr: YES}
    if calendar:
        scene.meeting(0, organizer=organizer, uid=uid(scene), more=WEEKLY)
    else:
        by = ANA_WHO if organizer == ANA else ""
        told_by_mail(scene, "REQUEST", answers, by=by, organizer=organizer, more=WEEKLY)
        if not by:
            my_reply(YES, day=-1, more=WEEKLY)(scene)
    told_by_mail(
        scene,
        method,
        {scene.addr: NO} if method == "REPLY" else answers,
        day=6,
        start=7,
        organizer=organizer,
        more=[f"RECURRENCE-ID:{scene.day(7):%Y%m%dT%H%M%SZ}"],
    )
    home.once()
    met = [one for one in home.interactions(scene.addr) if one["kind"] == "meeting"]
    assert [one["real"] for one in met] == ["yes", "no", "yes"]


def test_a_whole_series_cancelled(tmp_path: Path) -> None:
    """A cancellation of the series takes back what lies ahead of it, not what took place."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    scene.meeting(0, organizer=scene.addr, uid=uid(scene), more=WEEKLY)
    cancel(day=8)(scene)
    home.once()
    met = [one for one in home.interactions(scene.addr) if one["kind"] == "meeting"]
    assert met[-1]["real"] != "yes"


def test_the_future_is_pending(tmp_path: Path) -> None:
    """A meeting accepted by mail that lies ahead is scheduled, and pending."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-06-22T09:00")
    request(day=-10)(scene)
    my_reply(YES, day=-9)(scene)
    home.once()
    met = [one for one in home.interactions(scene.addr) if one["kind"] == "meeting"]
    assert [one["real"] for one in met] == ["pending"]
    (person,) = home.people()
    assert person["next_meeting"].startswith("2026-06-22T09:00")
