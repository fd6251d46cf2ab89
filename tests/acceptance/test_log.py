"""`syncd log` and `syncd note`: what the owner says themselves at the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at

BEN, CLEO = "ben@harbour.example.com", "cleo@mill.example.com"
RULES = """\
version: 1
rules:
  - id: call-back
    since: message_received
    until: [meeting, call]
    due: 5d
    task: {title: "Call {{ first_name }}"}
  - id: thank
    since: first_meeting
    until: [message_sent]
    due: 2d
    task: {title: "Thank {{ first_name }} for {{ since.title }}", notes: "{{ notes }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben and Cleo, and they answered; it is Wednesday evening."""
    made = Home(tmp_path, rules="rules.yaml", now="2026-03-11T18:00:00+00:00")
    made.write("rules.yaml", RULES)
    for addr, name in ((BEN, "Ben Archer"), (CLEO, "Cleo Marsh")):
        made.mail(ANA, f"{name} <{addr}>", at("2026-03-09T09:00"))
        made.mail(f"{name} <{addr}>", ANA, at("2026-03-09T15:00"))
    made.once()
    return made


def log(home: Home, *words: str, code: int = 0) -> str:
    """`syncd log`; what it printed, or said was wrong."""
    done = home.syncd("log", *words)
    assert done.code == code, (done.out, done.err)
    return done.out if code == 0 else done.err


def state(home: Home, who: str, rule: str) -> list[str]:
    return [one["state"] for one in home.explain(who)["verdicts"] if one["rule"] == rule]


def test_a_logged_coffee_is_a_meeting(home: Home) -> None:
    """It is an interaction at once: counted, explained, and it opens and satisfies rules."""
    assert state(home, CLEO, "call-back") == ["open"]
    assert "coffee with Cleo Marsh, in person, on 2026-03-10" in log(
        home, "coffee with Cleo, yesterday"
    )
    (cleo,) = [one for one in home.people() if CLEO in one["addresses"]]
    assert (cleo["counts"]["meetings"], cleo["counts"]["in_person"]) == (1, 1)
    assert cleo["stage"] == "connection"
    newest = home.interactions(CLEO)[-1]
    assert (newest["kind"], newest["mode"], newest["real"]) == ("log", "in_person", "yes")
    assert (newest["at"], newest["weight"]) == ("2026-03-10T12:00:00+00:00", 1.0)
    assert newest["reasons"] == ["log:owner"]
    assert state(home, CLEO, "call-back") == ["satisfied"]
    assert state(home, CLEO, "thank") == ["held"]
    written = {one["title"]: one["status"] for one in home.syncd("tasks", "--json").json}
    assert written == {"Call Ben": "open", "Call Cleo": "closed"}
    home.once()
    titles = [one["title"] for one in home.syncd("tasks", "--json").json]
    assert "Thank Cleo for coffee with Cleo" in titles


def test_a_logged_call_is_a_call_and_no_meeting(home: Home) -> None:
    """By telephone nobody met; a video call is both."""
    log(home, "called Ben, 2 days ago")
    (ben,) = [one for one in home.people() if BEN in one["addresses"]]
    assert (ben["counts"]["calls"], ben["counts"]["meetings"]) == (1, 0)
    log(home, "zoom with Ben, yesterday")
    (ben,) = [one for one in home.people() if BEN in one["addresses"]]
    counts = ben["counts"]
    assert (counts["calls"], counts["meetings"], counts["in_person"]) == (2, 1, 0)


def test_logged_messages_go_one_way(home: Home) -> None:
    """What was written elsewhere counts as sent or received."""
    log(home, "wrote to Ben on LinkedIn, yesterday")
    log(home, "Ben texted me yesterday at 15:00")
    kinds = [(one["kind"], one["direction"]) for one in home.interactions(BEN)[-2:]]
    assert kinds == [("log", "sent"), ("log", "received")]
    (ben,) = [one for one in home.people() if BEN in one["addresses"]]
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (2, 2)


def test_several_people_share_it(home: Home) -> None:
    """Lunch with two weighs half for each, as in a calendar."""
    log(home, "lunch with Ben Archer and Cleo Marsh at the harbour, yesterday at 13:00")
    for who in (BEN, CLEO):
        newest = home.interactions(who)[-1]
        assert (newest["weight"], newest["at"]) == (0.5, "2026-03-10T13:00:00+00:00")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lunch with Cleo, tomorrow"], 2, "nothing in the future is an interaction"),
        (["lunch with Cleo", "--at", "2026-03-12"], 2, "nothing in the future"),
        (["lunch with Cleo today at 19:00"], 2, "nothing in the future"),
        (["lunch with Cleo, last week"], 2, "names no single day"),
        (["something with Cleo"], 2, "does not say what it was"),
        (["coffee"], 2, "with whom"),
        (["coffee with Zoe"], 1, "nobody here is known as 'Zoe'"),
        (["coffee with Ben Norwood"], 1, "'Ben Norwood'"),
        (["coffee with Cleo", "--kind", "party"], 2, "'party' is none of"),
        (["coffee with Cleo", "--at", "whenever"], 2, "'whenever' is no day"),
        (["coffee with ana@example.org"], 1, "is you"),
        (["coffee with noreply@shop.example.com"], 1, "is no person"),
    ],
)
def test_what_is_unclear_is_not_logged(home: Home, words: list[str], code: int, said: str) -> None:
    """Nothing is guessed: an exit code, and a sentence that says what to do."""
    assert said in " ".join(log(home, *words, code=code).replace("│", " ").split())
    assert home.syncd("log", "--json").json == []


def test_an_ambiguous_name_is_asked_about(home: Home) -> None:
    """Two Bens: near matches with their addresses."""
    home.mail(ANA, "Ben Dahl <dahl@pier.example.com>", at("2026-03-10T09:00"))
    home.once()
    said = log(home, "call with Ben", code=1)
    assert BEN in said
    assert "dahl@pier.example.com" in said


def test_options_overrule_the_words(home: Home) -> None:
    """--with, --at, --kind and --mode say it exactly."""
    log(home, "coffee with Cleo", "--with", BEN, "--at", "2026-03-08T10:00", "--mode", "video")
    newest = [one for one in home.interactions(BEN) if one["kind"] == "log"]
    assert [(one["at"], one["mode"]) for one in newest] == [("2026-03-08T10:00:00+00:00", "video")]
    assert all(one["kind"] != "log" for one in home.interactions(CLEO))
    log(home, "--kind", "call", "--with", "Cleo", "--at", "yesterday")
    assert home.interactions(CLEO)[-1]["mode"] == "phone"


def test_somebody_new_exists_from_then_on(home: Home) -> None:
    """An address that nothing was seen of becomes a person; their mail finds them."""
    log(home, "lunch, yesterday", "--with", "Zoe Lind <zoe@quay.example.net>")
    found = home.explain("Zoe")
    assert found["person"]["addresses"] == ["zoe@quay.example.net"]
    assert found["facts"]["stage"] == "connection"
    home.mail("Zoe L. <zoe@quay.example.net>", ANA, at("2026-03-11T09:00"))
    home.once()
    assert [one["kind"] for one in home.interactions("zoe@quay.example.net")] == ["log", "message"]


def test_the_same_words_are_one_log(home: Home) -> None:
    """Saying it twice changes nothing."""
    log(home, "coffee with Cleo, yesterday")
    before = home.explain(CLEO)
    assert log(home, "coffee with Cleo, yesterday").startswith("Logged already")
    assert home.explain(CLEO) == before


def test_a_log_can_be_taken_back(home: Home) -> None:
    """The list has numbers; after --undo everything is as it was."""
    before = (home.explain(CLEO), home.people())
    log(home, "coffee with Cleo, yesterday")
    log(home, "dinner with Ben, 3 days ago")
    listed: list[dict[str, Any]] = home.syncd("log", "--list", "--json").json
    assert [(one["number"], one["people"]) for one in listed] == [
        (1, ["Cleo Marsh"]),
        (2, ["Ben Archer"]),
    ]
    log(home, "--undo", "2")
    log(home, "--undo", "1")
    after = (home.explain(CLEO), home.people())
    assert after == before
    assert "Nothing logged yet" in log(home)
    assert "nothing was logged under 7" in log(home, "--undo", "7", code=1)


def test_a_new_person_goes_with_their_only_log(home: Home) -> None:
    """Nobody is left of somebody whom nothing names any more."""
    log(home, "lunch, yesterday", "--with", "Zoe Lind <zoe@quay.example.net>")
    log(home, "--undo", "1")
    assert home.syncd("explain", "zoe@quay.example.net").code == 1


def test_it_outlives_what_is_derived_anew(home: Home) -> None:
    """Another owner's address, a setting, a full reading: what was logged stays logged."""
    log(home, "coffee with Cleo, yesterday")
    before = home.interactions(CLEO)
    config = home.config.read_text()
    home.configure(config.replace("[ana@example.org]", "[ana@example.org, ana@example.net]"))
    home.once()
    home.configure(config + "ignore: [nobody@example.com]\ncolleagues: [mill.example.com]\n")
    home.once()
    assert home.interactions(CLEO) == before


def test_order_does_not_matter(home: Home, tmp_path: Path) -> None:
    """Logged first and read later, or the other way round: the same state."""
    log(home, "coffee with Cleo, yesterday")
    other = Home(tmp_path / "other", rules="rules.yaml", now=home.now)
    other.write("rules.yaml", RULES)
    log(other, "coffee with Cleo, yesterday", "--with", CLEO)
    for name in ("mail", "calendar", "contacts"):
        for path in (home.folder / name).iterdir():
            other.write(f"{name}/{path.name}", path.read_bytes())
    other.once()
    mine, theirs = home.explain(CLEO), other.explain(CLEO)
    for key in ("person", "facts", "interactions", "signals"):
        assert mine[key] == theirs[key], key


def test_a_card_joins_what_was_logged(home: Home) -> None:
    """A log goes where its address goes: that is a merge, and a split."""
    log(home, "coffee with Cleo, yesterday")
    card = home.card("Cleo Marsh", CLEO, BEN)
    home.once()
    assert [one["kind"] for one in home.interactions(BEN)].count("log") == 1
    card.unlink()
    home.once()
    assert [one["kind"] for one in home.interactions(BEN)].count("log") == 0
    assert [one["kind"] for one in home.interactions(CLEO)].count("log") == 1


def test_notes_reach_the_task(home: Home) -> None:
    """A line on somebody is listed, stands in their next task, and can be taken away."""
    assert home.syncd("note", "Cleo", "needs:", "a", "tiler").code == 0
    assert home.syncd("note", "Cleo", "about: sails").code == 0
    assert home.syncd("note", "Cleo", "about: sails").out.startswith("Noted already")
    listed = home.syncd("note", CLEO, "--json").json
    assert [(one["number"], one["line"]) for one in listed] == [
        (1, "about: sails"),
        (2, "needs: a tiler"),
    ]
    assert set(home.explain(CLEO)["facts"]["notes"]) == {"about: sails", "needs: a tiler"}
    log(home, "coffee with Cleo, yesterday")
    home.once()
    notes = [t["notes"] for t in home.syncd("tasks", "--json").json if "Thank" in t["title"]]
    assert "needs: a tiler" in notes[0]
    assert home.syncd("note", "Cleo", "--remove", "1").code == 0
    assert [one["line"] for one in home.syncd("note", CLEO, "--json").json] == ["needs: a tiler"]
    assert home.syncd("note", "Cleo", "--remove", "9").code == 1
    assert home.syncd("note", "Zoe", "about: x").code == 1
