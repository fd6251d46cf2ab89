"""Accounts that are not only the owner's: shared mailboxes and those kept for somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO, BEN, BEN_WHO
from acceptance_world import ANA, Home, at

OFFICE = "office@example.org"
SHARED = """\
  - {{name: team, kind: local, role: {role}, mail: [team/], calendar: [team-calendar/]}}
tasks_in:"""


def with_account(folder: Path, role: str) -> Home:
    home = Home(folder)
    (folder / "team").mkdir()
    (folder / "team-calendar").mkdir()
    text = home.config.read_text().replace("tasks_in:", SHARED.format(role=role))
    home.configure(text)
    return home


@pytest.fixture(params=["shared", "delegate"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    return with_account(tmp_path, request.param)


def team_mail(home: Home, author: str, to: str, day: int, **more: str) -> str:
    headers = {key.title(): value for key, value in more.items() if key == "sender"}
    return home.mail(
        author, to, at(f"2026-05-{day:02}T09:00"), folder="team", headers=headers,
        answers=more.get("answers", ""),
    )  # fmt: skip


def test_what_the_owner_wrote_there_counts(home: Home) -> None:
    """In a shared mailbox the mail that the owner wrote is theirs."""
    team_mail(home, ANA_WHO, BEN_WHO, 4)
    home.once()
    (one,) = home.interactions(BEN)
    assert (one["direction"], one["real"]) == ("sent", "yes")


def test_what_others_wrote_there_does_not(home: Home) -> None:
    """What a colleague sent from a shared mailbox makes no tie of the owner's."""
    team_mail(home, "Otto Lund <otto@example.org>", BEN_WHO, 4)
    answer = team_mail(home, BEN_WHO, "otto@example.org", 5)
    team_mail(home, "Otto Lund <otto@example.org>", BEN_WHO, 6, answers=answer)
    home.once()
    assert all(one["counts"]["sent"] == 0 for one in home.people())
    found = home.everything()
    for addr in (BEN, "otto@example.org"):
        assert all(
            one["real"] != "yes" for one in found.get(addr, {"interactions": []})["interactions"]
        )


def test_from_counts_and_not_sender(home: Home) -> None:
    """What was sent in the owner's name is the owner's; in another's name it is not."""
    team_mail(home, "Otto Lund <otto@example.org>", BEN_WHO, 4, sender=ANA_WHO)
    team_mail(home, ANA_WHO, "Dora <dora@example.net>", 5, sender="Otto Lund <otto@example.org>")
    home.once()
    assert [one["real"] for one in home.interactions("dora@example.net")] == ["yes"]
    found = home.everything().get(BEN, {"interactions": []})
    assert all(one["real"] != "yes" for one in found["interactions"])


def test_the_office_is_no_alias(home: Home) -> None:
    """Mail to the shared address does not address the owner, even if the owner knows its author."""
    home.mail(ANA_WHO, BEN_WHO, at("2026-05-03T09:00"))
    team_mail(home, BEN_WHO, OFFICE, 4)
    home.once()
    assert [one["real"] for one in home.interactions(BEN)] == ["yes", "no"]


def test_the_same_mail_in_both_accounts(home: Home) -> None:
    """A mail that lies in the owner's own account as well is judged as there."""
    for folder in ("mail", "team"):
        home.mail(ANA_WHO, BEN_WHO, at("2026-05-04T09:00"), name="a@example.org", folder=folder)
        home.mail(
            BEN_WHO, [ANA, OFFICE], at("2026-05-05T09:00"), name="b@example.com", folder=folder
        )
    home.once()
    found = home.interactions(BEN)
    assert [one["real"] for one in found] == ["yes", "yes"]
    assert [len(one["evidence"]) for one in found] == [2, 2]


def test_an_assistant_who_organises_is_no_attendee(home: Home) -> None:
    """Whoever only organised a meeting for the owner, and does not attend, was not met."""
    home.event(
        at("2026-05-06T09:00"),
        organizer="otto@example.org",
        attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
        folder="team-calendar",
    )
    home.once()
    assert [one["real"] for one in home.interactions(BEN)] == ["yes"]
    found = home.everything().get("otto@example.org", {"interactions": []})
    assert all(one["real"] != "yes" for one in found["interactions"])


def test_meetings_of_others(home: Home) -> None:
    """An event in a shared calendar to which the owner was not invited is nobody's they met."""
    home.event(
        at("2026-05-06T09:00"),
        organizer="otto@example.org",
        attendees={"otto@example.org": "ACCEPTED", BEN: "ACCEPTED"},
        folder="team-calendar",
    )
    home.event(at("2026-05-07T09:00"), "Coffee with Dora Lind", folder="team-calendar")
    home.card("Dora Lind", "dora@example.net")
    home.once()
    found = home.everything()
    for addr in (BEN, "otto@example.org", "dora@example.net"):
        met = found.get(addr, {"interactions": []})["interactions"]
        assert all(one["real"] != "yes" for one in met), addr


@pytest.mark.parametrize("role", ["sharde", "7", "[own]"])
def test_a_wrong_role(tmp_path: Path, role: str) -> None:
    """A role that does not exist is a mistake of the configuration, said with its place."""
    result = with_account(tmp_path, role).syncd("check")
    assert result.code == 78
    assert "role" in result.out + result.err
    assert "syncd.yaml" in result.out + result.err


def test_own_is_the_default(tmp_path: Path) -> None:
    """`role: own` says what is so without it."""
    home = with_account(tmp_path, "own")
    team_mail(home, ANA_WHO, BEN_WHO, 4)
    team_mail(home, BEN_WHO, ANA, 5)
    home.once()
    assert [one["real"] for one in home.interactions(BEN)] == ["yes", "yes"]
