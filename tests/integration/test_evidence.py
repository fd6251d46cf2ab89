"""What mail tells besides its text, through the whole pipeline: bounces, invitations, sharing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.memory.world import World
from connectors.records import Mailbox, PartStat
from syncd.cli.once import lines_of, report_of
from syncd.config import ConfigErrors
from syncd.inference import meetings
from syncd.wiring import assemble, owner_of

from evidence import DAEMON, IVY, carrier, itip, report
from worlds import ANA, BEN, CLEO, DORA, Lab, card, coffee, day, mail, meeting

YES, OPEN = PartStat.ACCEPTED, PartStat.UNKNOWN


def test_mail_that_came_back_thanks_nobody(tmp_path: Path) -> None:
    """The task that it closed is open again, as the same task."""
    lab = Lab(tmp_path)
    lab.world.put_event(coffee(day(0), BEN, name="c"))
    lab.once(day(0.5))
    before = {task["key"] for task in lab.tasks(day(0.5))}
    lab.world.deliver(mail(ANA, BEN, day(1), "Thank you", name="t"), "Thank you for your time!")
    lab.once(day(1.1))
    assert len(lab.tasks(day(1.1))) < len(before)
    report(day(1.11), BEN, "t", "r").put(lab.world)
    lab.once(day(1.2))
    assert {task["key"] for task in lab.tasks(day(1.2))} == before
    shown = lab.explained(BEN, day(1.2))
    assert shown["facts"]["suspended"] == [BEN.addr]
    assert "address:suspended" in shown["reasons"]
    (sent,) = [one for one in shown["interactions"] if one["title"] == "Thank you"]
    assert (sent["real"], sent["reasons"]) == ("no", ["mail:bounced"])


def test_a_report_makes_nobody_known(tmp_path: Path) -> None:
    """It names an address that nobody ever wrote to: no person, and no name."""
    lab = Lab(tmp_path)
    report(day(1), IVY, "forged", "r").put(lab.world)
    lab.once(day(2))
    shown = lab.view(day(2))
    assert shown["people"] == []
    assert {one["address"] for one in shown["explain"]} >= {DAEMON.addr}
    assert all(one["person"] is None for one in shown["explain"])


def test_a_report_about_somebody_ignored_does_not_name_them(tmp_path: Path) -> None:
    """What is ignored is stored nowhere, not even as an address that failed."""
    lab = Lab(tmp_path, ignore=["glade.example.com"])
    report(day(1), IVY, "", "r").put(lab.world)
    lab.once(day(2))
    assert IVY.addr.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("syncd.db*"))


def test_an_invitation_by_mail_is_a_meeting_once_it_is_accepted(tmp_path: Path) -> None:
    """Without any calendar: Dora's invitation, then Ana's answer in her sent mail."""
    lab = Lab(tmp_path)
    ask = itip("request", "t", DORA, {ANA: YES, DORA: YES}, day(2), day(1))
    carrier(DORA, ANA, ask, "ask").put(lab.world)
    lab.once(day(3))
    (shown, *_) = lab.explained(DORA, day(3))["interactions"]
    assert (shown["real"], shown["reasons"]) == ("unknown", ["meeting:owner-unanswered"])
    carrier(ANA, DORA, itip("reply", "t", DORA, {ANA: YES}, day(2), day(1.5)), "yes").put(lab.world)
    lab.once(day(3))
    assert lab.person(DORA, day(3))["counts"]["meetings"] == 1
    lab.world.remove_mail("yes")
    lab.world.remove_mail("ask")
    lab.once(day(3))
    assert lab.person(DORA, day(3))["counts"]["meetings"] == 1


def test_a_forged_cancellation_cancels_nothing(tmp_path: Path) -> None:
    """It comes from somebody who has nothing to say about the meeting."""
    lab = Lab(tmp_path)
    lab.world.put_event(meeting(CLEO, {ANA: YES, CLEO: YES}, day(2), "Visit", name="v"))
    off = itip("cancel", "v", CLEO, {ANA: OPEN}, day(2), day(1), sequence=9)
    carrier(Mailbox("mallory@example.com"), ANA, off, "forged").put(lab.world)
    lab.once(day(3))
    assert lab.person(CLEO, day(3))["counts"]["meetings"] == 1
    carrier(CLEO, ANA, off, "real").put(lab.world)
    lab.once(day(3))
    assert lab.person(CLEO, day(3))["counts"]["meetings"] == 0


def test_a_letter_with_a_calendar_file_is_a_letter(tmp_path: Path) -> None:
    """The file invites nobody and is no note of Ana's; the mail counts as any other."""
    lab = Lab(tmp_path)
    lab.world.deliver(mail(ANA, BEN, day(0), "Trip", name="a"), "Hello.")
    note = replace(meeting(None, {}, day(2), "Lunch with Ben", name="file"), method="")
    traits = {"calendar-part": ""}
    lab.world.deliver(
        mail(BEN, ANA, day(1), "My train", name="b", traits=traits), "Hi.", carries=(note,)
    )
    lab.once(day(4))
    assert lab.person(BEN, day(4))["counts"]["received"] == 1
    assert lab.person(BEN, day(4))["counts"]["meetings"] == 0


def test_a_forged_copy_is_no_meeting(tmp_path: Path) -> None:
    """A stranger's file says that Ana called a meeting with them, and that both came."""
    lab = Lab(tmp_path)
    mal = Mailbox("mallory@example.com", "Mal Lory")
    fake = itip("publish", "x", ANA, {ANA: YES, mal: YES, CLEO: YES}, day(1), day(0.5))
    lab.world.deliver(
        mail(mal, ANA, day(0.5), "Our meeting", name="m", traits={"calendar-part": "PUBLISH"}),
        "Hi.",
        carries=(fake,),
    )
    lab.once(day(2))
    (met,) = [i for i in lab.explained(CLEO, day(2))["interactions"] if i["kind"] == "meeting"]
    assert (met["real"], met["reasons"][0]) == ("unknown", "meeting:only-published")
    assert CLEO.name not in {entry["name"] for entry in lab.view(day(2))["people"]}


def test_somebody_elses_card_does_not_replace_one_in_the_book(tmp_path: Path) -> None:
    """A card in a mail may carry the UID of a card that Ana keeps."""
    lab = Lab(tmp_path)
    lab.world.put_card(card(BEN))
    lab.world.deliver(mail(ANA, BEN, day(0), "Hi", name="a"), "Hello.")
    fake = replace(card(BEN), name="Aaron Fake", attached_by="mallory@example.com")
    evil = Mailbox("mallory@example.com", "Mal Lory")
    lab.world.deliver(mail(evil, ANA, day(1), "My card", name="m"), "Hi.", carries=(fake,))
    lab.once(day(2))
    assert lab.person(BEN, day(2))["name"] == "Ben Archer"
    assert lab.person(BEN, day(2))["wanted"]


def test_the_same_account_read_as_shared(tmp_path: Path) -> None:
    """When its role changes everything is judged anew, and back."""
    lab = Lab(tmp_path, worlds={"home": World(), "desk": World()})
    boss = Mailbox("boss@example.org", "Max Boss")
    lab.worlds["desk"].put_event(meeting(None, {}, day(1), "Lunch with Ben", name="n"))
    lab.worlds["desk"].put_event(meeting(boss, {boss: YES, BEN: YES}, day(2), "Plan", name="p"))
    lab.world.deliver(mail(ANA, BEN, day(0), "Hi", name="a"), "Hello.")
    for shared, count in ((frozenset[str](), 1), (frozenset({"desk"}), 0), (frozenset[str](), 1)):
        lab.shared = shared
        lab.once(day(3))
        assert lab.person(BEN, day(3))["counts"]["meetings"] == count


def test_a_newer_version_says_what_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many people changed, nobody's name; a task that lost its reason closes as void."""
    lab = Lab(tmp_path, version="1")
    lab.world.put_event(coffee(day(0), BEN, name="c"))
    lab.world.deliver(mail(ANA, DORA, day(0), "Hello", name="d"), "Hello.")
    assert lab.once(day(1)).reinferred is None
    assert len(lab.tasks(day(1))) == 2
    assert lab.once(day(1)).reinferred is None
    monkeypatch.setattr(meetings, "is_crowd_title", lambda title: title == "Coffee")
    lab.version = "2"
    result = lab.once(day(1.1))
    assert result.reinferred == 1
    assert report_of(result)["reinferred"] == 1
    assert "judged anew by a newer version: 1 person changed" in lines_of(result)
    assert lab.tasks(day(1.1)) == []
    states = {row["state"] for row in lab.explained(BEN, day(1.1))["verdicts"] if row["key"]}
    assert "void" in states
    assert lab.once(day(1.1)).reinferred is None


def test_a_newer_version_opens_nothing_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it finds out about the far past is a report line, no task."""
    lab = Lab(tmp_path, version="1")
    monkeypatch.setattr(meetings, "is_crowd_title", lambda title: title == "Coffee")
    lab.world.put_event(coffee(day(0), BEN, name="c"))
    lab.once(day(1))
    assert lab.tasks(day(1)) == []
    monkeypatch.undo()
    lab.version = "2"
    assert lab.once(day(30)).reinferred == 1
    assert lab.tasks(day(30)) == []


CONFIG = """
owner: {name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: Maildir}
  - {name: desk, kind: local, role: ROLE, mail: Desk}
"""


@pytest.mark.parametrize(
    ("role", "shared"), [("own", []), ("shared", ["desk"]), ("delegate", ["desk"])]
)
def test_the_role_of_an_account(tmp_path: Path, role: str, shared: list[str]) -> None:
    """`role:` says which accounts are not the owner's alone."""
    path = tmp_path / "syncd.yaml"
    path.write_text(CONFIG.replace("ROLE", role))
    assert sorted(owner_of(assemble(path).settings).shared) == shared


def test_a_role_that_nobody_knows(tmp_path: Path) -> None:
    """The message says what can stand there, and where."""
    path = tmp_path / "syncd.yaml"
    path.write_text(CONFIG.replace("ROLE", "boss"))
    with pytest.raises(ConfigErrors, match=r"yaml:5:\d+: accounts.role: write own, shared or "):
        assemble(path)
