"""Meetings that are still to come: scheduled from when the owner means to be there."""

from __future__ import annotations

from pathlib import Path

from acceptance_rules import AMPLE, clock
from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, House, at

APRIL = at("2026-04-01", "10:00")
PAGE = "https://pages.example.org/talks/1"
_PROPOSE = "It was long ago. We should have coffee some time!\n"


def test_a_meeting_is_scheduled_from_the_acceptance(tmp_path: Path) -> None:
    """An unanswered invitation is no date: the clock starts, the loop closes and the pause begins
    when the owner is first seen to have accepted. What the owner organises is one at once."""
    house = House(tmp_path)
    house.settings = AMPLE
    house.rules = clock("prepare", "meeting_scheduled")
    house.rules += clock("find", "meeting_proposed", "until: [meeting_scheduled]")
    house.rules += clock("loose", "meeting_proposed", "until: [resolved]")
    house.rules += clock("write", "message_received", "pause_while: scheduled")
    one = house.mail(ANA, BEN, at("2026-01-05"), "Good to know you")
    house.mail(BEN, ANA, at("2026-01-05", "13:00"), "Re: Good to know you", answers=one)
    house.once(at("2026-03-01"))

    def invited(mine: str, cleos: str) -> None:
        house.meet(BEN, APRIL, uid="m", organizer=BEN, mine=mine)
        house.meet(CLEO, at("2026-04-02", "10:00"), uid="n", organizer=CLEO, mine=cleos)

    def dues(now: str) -> dict[tuple[str, str], str]:
        return {
            (task["rule"], task["person"]["name"]): task["due"]
            for task in house.tasks(at(now))
            if task["status"] == "open"
        }

    invited("NEEDS-ACTION", "ACCEPTED")
    house.meet(DORA, at("2026-04-03", "10:00"), uid="o", answer="NEEDS-ACTION")
    house.meet(EMIL, at("2026-04-04", "10:00"), uid="p", organizer=EMIL, mine="TENTATIVE")
    house.once(at("2026-03-02"))
    at_once = {("prepare", "Cleo Marsh"): "2026-03-12", ("prepare", "Dora Lind"): "2026-03-12"}
    assert dues("2026-03-02") == at_once

    house.mail(BEN, ANA, at("2026-03-03", "09:00"), "Hi", _PROPOSE)
    invited("TENTATIVE", "DECLINED")
    house.once(at("2026-03-03"))
    bens = dues("2026-03-03")
    assert {rule for rule, who in bens if who == "Ben Archer"} == {"find", "loose", "write"}
    assert ("prepare", "Cleo Marsh") not in bens

    invited("ACCEPTED", "DECLINED")
    house.once(at("2026-03-04"))
    found = dues("2026-03-04")
    assert found["prepare", "Ben Archer"] == "2026-03-14"
    assert not {("find", "Ben Archer"), ("loose", "Ben Archer")} & found.keys()
    (proposal,) = (
        signal
        for signal in house.explain(BEN, at("2026-03-04"))["signals"]
        if signal["kind"] == "proposes_meeting"
    )
    assert proposal["state"] == "closed"
    assert proposal["closed_by"].startswith("meeting:m/")

    # It stays the same date when other things about it change.
    house.meet(BEN, at("2026-04-08", "10:00"), "Lunch", uid="m", organizer=BEN, sequence=1)
    house.once(at("2026-03-06"))
    assert dues("2026-03-06")["prepare", "Ben Archer"] == "2026-03-14"
    assert house.explain(BEN, at("2026-03-06"))["facts"]["scheduled"] is True


def test_the_page_of_a_meeting_is_its_link(tmp_path: Path) -> None:
    """A calendar entry that names a web page links to it, else to where it takes place; what nobody
    should click on is no link."""
    house = House(tmp_path)
    house.settings = AMPLE
    house.rules = """
  - id: met
    since: first_meeting
    due: 10d
    task: {title: "T", notes: "<{{ since.link }}>"}
"""
    call = "https://acme.zoom.us/j/1"
    lines = {
        BEN: [f"URL;VALUE=URI:{PAGE}", f"DESCRIPTION:Join {call}"],
        CLEO: [f"DESCRIPTION:Join {call}"],
        DORA: ["URL:javascript:alert(1)"],
        EMIL: ["URL:https://emil:secret@pages.example.org/"],
    }
    for hour, (who, more) in enumerate(lines.items(), 10):
        house.meet(who, at("2026-03-03", f"{hour}:00"), hours=0.5, more=more)
    now = at("2026-03-03", "18:00")
    house.once(now)
    expected = {BEN: PAGE, CLEO: call, DORA: "", EMIL: ""}
    for who, link in expected.items():
        task = house.task(now, who=who)
        assert task["notes"].splitlines()[0] == f"<{link}>"
        assert [one["link"] for one in task["evidence"][0]["evidence"]] == [link]
        (shown,) = house.explain(who, now)["interactions"]
        assert [one["link"] for one in shown["evidence"]] == [link]
