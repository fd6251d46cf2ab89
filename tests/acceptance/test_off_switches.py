"""Mute, pause, preview: what they hold back, what they leave alone, and what comes afterwards."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from acceptance_rules import AMPLE, LATER, NOON, rule
from acceptance_tasks import ANA, BEN, CLEO, DORA, House, Ran, at

SUB = "bo@mail.mill.example.com"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Ana met Ben at ten and Cleo at eight; `once` has not run yet."""
    house = House(tmp_path, rules=rule() + rule("other", since="meeting"), settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.meet(CLEO, at("2026-03-03", "08:00"), uid="c")
    return house


def said(house: House, *words: str, now: datetime, code: int = 0) -> Ran:
    ran = house.run(*words, now=now)
    assert ran.code == code, (words, ran.code, ran.out, ran.err)
    return ran


def statuses(house: House, now: datetime) -> dict[tuple[str, str], str]:
    """By (rule, address), `--all` included."""
    return {
        (one["rule"], one["person"]["addresses"][0]): one["status"]
        for one in house.tasks(now, everything=True)
    }


def known(house: House) -> None:
    """Everybody is known and nothing is written yet."""
    house.settings = AMPLE + "mode: preview\n"
    house.once(at("2026-03-03", "11:30"))
    house.settings = AMPLE


def test_a_muted_person_gets_no_new_tasks(house: House) -> None:
    """Every rule, or one, is muted for one person; `tasks --all`, `explain` and `mute` say so, and
    unmuting judges anew."""
    known(house)
    said(house, "mute", "Ben Archer", now=NOON)
    said(house, "mute", CLEO, "--rule", "other", now=NOON)
    house.once(NOON)
    assert statuses(house, NOON) == {
        ("met", BEN): "muted",
        ("other", BEN): "muted",
        ("met", CLEO): "open",
        ("other", CLEO): "muted",
    }
    verdicts = house.explain(BEN, NOON)["verdicts"]
    assert [(one["state"], one["reasons"]) for one in verdicts] == [("muted", ["mute:owner"])] * 2
    listed = sorted(
        said(house, "mute", "--json", now=NOON).json, key=lambda one: one["person"]["name"]
    )
    assert [(one["person"]["name"], one["rule"], one["until"]) for one in listed] == [
        ("Ben Archer", None, None),
        ("Cleo Marsh", "other", None),
    ]
    assert "Ben Archer" in said(house, "status", now=NOON).out
    said(house, "unmute", BEN, now=LATER)
    house.once(LATER)
    assert statuses(house, LATER)["met", BEN] == "open"
    assert statuses(house, LATER)["other", CLEO] == "muted"


def test_a_mute_ends_with_its_day(house: House) -> None:
    """`--until` is the first day on which all is as before, in the owner's zone; what was muted is
    judged anew within catch_up."""
    known(house)
    said(house, "mute", BEN, "--until", "2026-03-10", now=NOON)
    said(house, "mute", CLEO, "--until", "2026-03-20", now=NOON)
    for now, ben, cleo in (
        (at("2026-03-09", "23:59"), "muted", "muted"),
        (at("2026-03-10", "00:00"), "open", "muted"),
        (at("2026-03-20", "00:00"), "open", "missed"),
    ):
        house.once(now)
        found = statuses(house, now)
        assert (found["met", BEN], found["met", CLEO]) == (ben, cleo), now
    assert said(house, "mute", "--json", now=at("2026-03-20", "00:00")).json == []


def test_an_open_task_of_somebody_muted_stays_and_closes(house: House) -> None:
    """What is in the list is the owner's: it stays as it is, moves no more, and closes."""
    house.rules = rule(since="meeting", more="until: [message_sent]")
    house.once(NOON)
    files = house.files()
    said(house, "mute", BEN, now=NOON)
    house.meet(BEN, at("2026-03-04", "09:00"), "Lunch")
    house.once(LATER)
    assert house.files() == files
    assert house.task(LATER)["status"] == "open"
    house.mail(ANA, BEN, at("2026-03-04", "13:00"))
    now = at("2026-03-05")
    house.once(now)
    assert house.task(now)["status"] == "closed"


def test_a_domain_takes_its_subdomains_with_it(house: House) -> None:
    """A domain is muted with all below it, for who is known and who is still to come; a person in
    it is unmuted with it."""
    house.meet(SUB, at("2026-03-03", "06:00"), uid="s")
    known(house)
    said(house, "mute", "mill.example.com", now=NOON)
    house.meet(DORA, at("2026-03-03", "07:00"), uid="d")
    house.once(NOON)
    found = statuses(house, NOON)
    assert {found["met", SUB], found["met", DORA]} == {"muted"}
    assert found["met", BEN] == "open"
    ran = said(house, "unmute", SUB, now=NOON, code=1)
    assert "syncd unmute mill.example.com" in ran.err
    said(house, "unmute", "mill.example.com", now=LATER)
    house.once(LATER)
    assert statuses(house, LATER)["met", SUB] == "open"


def test_a_mute_survives_merging_and_splitting(house: House) -> None:
    """Muted by address: who turns out to be one with somebody muted is muted too, and no more once
    they are two again."""
    known(house)
    said(house, "mute", BEN, now=NOON)
    said(house, "merge", BEN, CLEO, now=NOON)
    house.once(NOON)
    assert set(statuses(house, NOON).values()) == {"muted"}
    said(house, "split", BEN, now=NOON)
    house.once(LATER)
    found = statuses(house, LATER)
    assert (found["met", BEN], found["met", CLEO]) == ("muted", "open")


def test_unmuting_forgives_two_deletions(house: House) -> None:
    """What two deleted tasks muted is listed as such, and unmuted by naming the person."""
    house.rules = rule(since="meeting")
    for day in ("2026-03-03", "2026-03-05"):
        now = at(day, "12:00")
        if day != "2026-03-03":
            house.meet(BEN, at(day, "10:00"), "Lunch")
        house.once(now)
        (key,) = [
            one["key"]
            for one in house.tasks(now)
            if one["status"] == "open" and BEN in one["person"]["addresses"]
        ]
        house.delete(key)
    house.meet(BEN, at("2026-03-06", "10:00"), "Dinner")
    now = at("2026-03-06", "14:00")
    house.once(now)
    (entry,) = said(house, "mute", "--list", "--json", now=now).json
    assert (entry["rule"], entry["why"]) == ("met", "deleted-twice")
    said(house, "unmute", BEN, "--rule", "met", now=now)
    house.once(now)
    found = [one["status"] for one in house.tasks(now) if BEN in one["person"]["addresses"]]
    assert sorted(found) == ["dismissed", "dismissed", "open"]
    assert said(house, "mute", "--json", now=now).json == []
    for more in ([], ["--rule", "met"]):  # there is nothing left to take back
        assert "was not muted" in said(house, "unmute", BEN, *more, now=now).out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["mute", "ben@harbor.example.com"], 1, "ben@harbour.example.com"),
        (["mute", "ben@mill.example.org"], 1, "did you mean\n  ben@harbour.example.com"),
        (["mute", "ivan@harbour.example.com"], 1, "lists everybody"),
        (["mute", "Nobody Known"], 1, "nobody here"),
        (["mute", ANA], 1, "is you"),
        (["mute", BEN, "--rule", "mett"], 2, "met"),
        (["mute", BEN, "--until", "tomorrow"], 2, "2026-07-01"),
        (["mute", BEN, "--until", "2026-03-03"], 2, "later day"),
        (["mute", "--rule", "met"], 2, "name whom"),
        (["unmute", "Nobody Known"], 1, "nobody here"),
        (["unmute", BEN, "--rule", "mett"], 2, "met"),
        (["pause", "--until", "soon"], 2, "2026-07-01"),
        (["pause", "--until", "2026-03-02"], 2, "later day"),
    ],
)
def test_what_cannot_be_switched_off(
    words: list[str], code: int, says: str, once_known: House
) -> None:
    """An unknown person has near matches, an unknown rule too; a day has to be one to come."""
    ran = said(once_known, *words, now=NOON, code=code)
    assert says in ran.err + ran.out


@pytest.fixture(scope="module")
def once_known(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One house for all that changes nothing."""
    house = House(tmp_path_factory.mktemp("known"), settings=AMPLE)
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m")
    house.once(NOON)
    return house


def test_a_pause_holds_back_what_is_new(house: House) -> None:
    """During a pause no task appears, urgent or not; open ones close; afterwards everything is
    judged anew, and what is too late by then is missed."""
    house.rules = rule(more="until: [message_sent]") + rule("now", "urgent: true", "meeting")
    house.once(at("2026-03-03", "09:00"))  # Cleo's only
    said(house, "pause", "--until", "2026-03-20", now=at("2026-03-03", "09:30"))
    house.mail(ANA, CLEO, at("2026-03-03", "11:00"))
    house.once(NOON)
    found = statuses(house, NOON)
    assert (found["met", BEN], found["now", BEN]) == ("held", "held")
    assert found["met", CLEO] == "closed"
    (held,) = [one for one in house.tasks(NOON, everything=True) if one["rule"] == "now"
               and BEN in one["person"]["addresses"]]  # fmt: skip
    assert held["reasons"][0] == "pause:owner"
    assert "2026-03-20" in said(house, "pause", now=NOON).out
    assert "Paused until 2026-03-20" in said(house, "status", now=NOON).out
    house.meet(DORA, at("2026-03-18", "10:00"))
    now = at("2026-03-20", "00:00")
    # It is over by itself, though no run has judged anything since.
    held_by = said(house, "status", "--json", now=now).json["tasks"]["held_by"]
    assert set(held_by) == {"pause:over"}
    house.once(now)
    found = statuses(house, now)
    assert (found["met", BEN], found["met", DORA], found["now", DORA]) == ("missed", "open", "open")
    assert "Not paused" in said(house, "pause", now=now).out
    status = said(house, "status", "--json", now=now).json
    assert {one["kind"] for one in status["report"]} == {"missed"}
    assert "found too late" in said(house, "status", now=now).out


def test_resume_ends_a_pause(house: House) -> None:
    """At once, within catch_up; a second time it says that there was none."""
    house.once(at("2026-03-03", "07:00"))
    said(house, "pause", "--until", "2026-05-01", now=at("2026-03-03", "07:00"))
    house.once(NOON)
    assert house.files() == {}
    said(house, "resume", now=LATER)
    assert "no pause" in said(house, "resume", now=LATER).out
    house.once(LATER)
    assert set(statuses(house, LATER).values()) == {"open"}


def test_a_preview_until_it_is_enabled(house: House) -> None:
    """`mode: preview` writes nothing, not even a closing, and `once` says how much it would;
    `enable` starts it without touching the configuration, and a later preview is one again."""
    preview = AMPLE + "mode: preview\n"
    house.settings = preview
    ran = said(house, "once", now=NOON)
    assert "4 tasks" in ran.out
    assert "syncd tasks --all" in ran.out
    assert said(house, "once", "--json", now=NOON).json["preview"] == 4
    assert set(statuses(house, NOON).values()) == {"held"}
    assert house.files() == {}
    assert "preview (nothing is written)" in said(house, "status", now=NOON).out
    config = house.config.read_bytes()
    assert "4 of 4" in said(house, "enable", now=NOON).out
    assert "already" in said(house, "enable", now=NOON).out
    reasons = {one["reasons"][0] for one in house.tasks(NOON, everything=True)}
    assert reasons == {"budget"}
    assert said(house, "once", now=NOON).out == ""
    assert len(house.files()) == 4
    assert house.config.read_bytes() == config
    assert "enabled on 2026-03-03" in said(house, "status", now=NOON).out
    house.settings = AMPLE
    house.once(LATER)
    assert "Nothing to enable" in said(house, "enable", now=LATER).out
    assert "Mode:" not in said(house, "status", now=LATER).out
    house.settings = preview
    files = house.files()
    house.meet(BEN, at("2026-03-03", "10:00"), uid="m", status="CANCELLED", sequence=1)
    house.meet(DORA, at("2026-03-04", "10:00"))
    now = at("2026-03-05")
    house.once(now)
    assert statuses(house, now)["met", DORA] == "held"
    assert house.files() == files
    said(house, "enable", now=now)
    house.once(now)
    assert statuses(house, now)["met", DORA] == "open"
    assert len(house.files()) == 6
