"""What one message changes beside itself is found out: then it is not taken by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from newest_world import RULES, counting, derived, one
from stepping import Forgetful, lab_in, put

from connectors.records import Card, Mailbox, Meeting, Message, PartStat
from syncd.inference.model import Reading, Signal, SignalKind
from syncd.pipeline import forget as forgetting
from syncd.pipeline.decide import Decider
from syncd.pipeline.settle import Settler
from syncd.relationships import earlier
from syncd.store import people, readings, sources
from syncd.store.lock import exclusive
from syncd.store.target import Target

from worlds import ANA, BEN, CLEO, Lab, card, day, mail, meeting

BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")
EVE = Mailbox("eve@post.example.com", "Eve Holm")
YES = PartStat.ACCEPTED
SILENT = """\
version: 1
rules:
  - {id: write, since: interaction, until: [interaction], remind: 9d, due: 14d,
     task: {title: "Write to {{ first_name }}"}}
"""
BULK = {"list-unsubscribe": "<https://example.com/out>"}
KNOWN = (
    mail(ANA, BEN, day(0), "Harbour", name="k1"),
    mail(BEN, ANA, day(1), "Harbour tour", name="k2", answers="k1"),
)
ALONE: dict[str, tuple[Message | Card | Meeting, ...]] = {
    "sent": (mail(ANA, BEN, day(3), "Plan", name="n"),),
    "received": (mail(BEN, ANA, day(3), "Plan", name="n"),),
    "an answer": (mail(BEN, ANA, day(3), "Re: Harbour", name="n", answers="k1"),),
    "a machine's": (mail(BEN, ANA, day(3), "Offers", name="n", traits=BULK),),
}
# What the last message of each changes beside itself, or is judged by.
TOGETHER: dict[str, tuple[Message | Card | Meeting, ...]] = {
    "an older one answers it by its subject": (
        mail(BEN, ANA, day(5), "Re: Offer", name="o", traits=BULK),
        mail(ANA, BEN, day(4), "Offer", name="n"),
    ),
    "an older one refers to it": (
        replace(mail(BEN, ANA, day(2), "About it", name="o", traits=BULK), references=("n",)),
        mail(ANA, BEN, day(3), "Offer", name="n"),
    ),
    "an older one answers it": (
        mail(BEN, ANA, day(2), "About it", name="o", traits=BULK, answers="n"),
        mail(ANA, BEN, day(3), "Offer", name="n"),
    ),
    "it refers to an older one": (
        replace(mail(BEN, ANA, day(3), "About it", name="n", traits=BULK), references=("k1",)),
    ),
    "it answers an older one by its subject": (
        mail(BEN, ANA, day(3), "Re: Harbour", name="n", traits=BULK),
    ),
    "the address is suspended": (
        mail(Mailbox("mailer-daemon@example.org"), ANA, day(2), "Undelivered", name="o",
             traits={"failed-recipient": BEN.addr, "auto-submitted": "auto-replied"}),
        mail(ANA, BEN, day(3), "Again", name="n"),
    ),
    "it tells that another one did not arrive": (
        mail(ANA, BEN, day(2), "Lost", name="o"),
        mail(BEN, ANA, day(3), "Undelivered", name="n",
             traits={"failed-recipient": BEN.addr, "auto-submitted": "auto-replied"}),
    ),
    "it makes cold mail warm": (
        mail(CLEO, ANA, day(1.5), "Re: Harbour", name="p", answers="k1"),
        mail(CLEO, ANA, day(2), "Pitch", name="o"),
        mail(ANA, CLEO, day(3), "Well", name="n"),
    ),
    "it is of the same moment": (mail(BEN, ANA, day(1), "Plan", name="a"),),
    "it is older": (mail(ANA, BEN, day(0.5), "Plan", name="n"),),
    "it is older than a meeting": (
        meeting(ANA, {ANA: YES, BEN: YES}, day(2), "Talk", name="e"),
        mail(BEN, ANA, day(1.9), "Plan", name="n"),
    ),
    "it was sent as a meeting ended": (
        meeting(ANA, {ANA: YES, BEN: YES}, day(2), "Talk", name="e"),
        mail(BEN, ANA, day(2) + timedelta(hours=1), "Plan", name="n"),
    ),
    "somebody else goes by the same name": (
        mail(Mailbox("ben.archer@firm.example.com", BEN.name), ANA, day(2), "Hello", name="o"),
        mail(BEN, ANA, day(3), "Plan", name="n"),
    ),
    "it comes from tomorrow": (mail(BEN, ANA, day(30), "Plan", name="n"),),
    "they call themselves something else": (
        mail(Mailbox(BEN.addr, "Benedict Archer-Lind"), ANA, day(3), "Plan", name="n"),
    ),
    "they become known": (
        mail(CLEO, ANA, day(2), "Pitch", name="o"),
        mail(CLEO, ANA, day(3), "Re: Harbour", name="n", answers="k1"),
    ),
    "they are no machine after all": (
        mail(CLEO, ANA, day(2), "Offers", name="o", traits=BULK),
        mail(BEN, [ANA, CLEO], day(3), "All of us", name="n"),
    ),
    "it asks for answers to somebody else": (
        mail(ANA, CLEO, day(1.5), "Mill", name="o"),
        mail(CLEO, ANA, day(2), "Re: Mill", name="p", answers="o"),
        replace(mail(BEN, ANA, day(3), "Answer there", name="n"), reply_to=(CLEO,)),
    ),
    "they have another address": (
        mail(BEN_HOME, ANA, day(2), "From home", name="o"),
        card(BEN, BEN_HOME.addr),
        mail(BEN, ANA, day(3), "Plan", name="n"),
    ),
    "somebody is new in it": (mail(BEN, [ANA, EVE], day(3), "Meet Eve", name="n"),),
}  # fmt: skip


@pytest.mark.parametrize("what", [*ALONE, *TOGETHER])
def test_what_one_message_changes_is_found_out(what: str, tmp_path: Path) -> None:
    """What leaves all else as it was is taken by itself; whatever else a message changes, or is
    judged by, comes to the same as if everybody had been folded anew."""
    found = []
    taken: Counter[str] = Counter()
    for name, allowed in (("quick", True), ("whole", False)):
        (tmp_path / name).mkdir()
        messages = (*KNOWN, *(ALONE | TOGETHER)[what])
        lab = lab_in(tmp_path / name, rules=RULES)
        for message in messages[:-1]:
            _arrives(lab, message, Counter(), allowed=allowed)
        found.append(_arrives(lab, messages[-1], taken if allowed else Counter(), allowed=allowed))
    assert found[0] == found[1]
    assert taken["newest"] == (what in ALONE), taken


def _arrives(
    lab: Lab, message: Message | Card | Meeting, taken: Counter[str], *, allowed: bool = True
) -> dict[str, list[Any]]:
    put(lab.world, message, "")
    with counting(taken, allowed=allowed):
        return one(lab, day(12), texts=True, finish=True)


def test_who_was_folded_under_other_terms_is_folded_anew(tmp_path: Path) -> None:
    """Another address of the owner's, and a step before any pass has noticed it."""
    lab = lab_in(tmp_path, rules=RULES)
    taken: Counter[str] = Counter()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    lab.addresses |= {"ana.silva@example.org"}
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1


def test_who_cannot_be_folded_has_no_brief(tmp_path: Path) -> None:
    """What it was made of is out of date, so nothing is taken by it later."""
    lab = lab_in(tmp_path, rules=RULES)
    found = [_arrives(lab, message, Counter()) for message in KNOWN]
    assert found[-1]["brief"]
    with mock.patch.object(Settler, "_folded", side_effect=ValueError("cannot be folded")):
        assert not _arrives(lab, mail(ANA, BEN, day(0.5), "Plan", name="n"), Counter())["brief"]


def test_who_is_not_looked_at_by_themselves_is_folded_anew_when_time_has_changed_them(
    tmp_path: Path,
) -> None:
    """A meeting that was still to come is over, and no moment of theirs has said so."""
    lab, taken = lab_in(tmp_path, rules=RULES), Counter[str]()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    put(lab.world, meeting(ANA, {ANA: YES, BEN: YES}, day(13), "Talk", name="e"), "")
    one(lab, day(12), texts=True, finish=True)
    _looked_at(lab, None)
    put(lab.world, mail(BEN, ANA, day(14), "Plan", name="n"), "")
    with counting(taken):
        one(lab, day(15), texts=True, finish=True)
    assert taken["anew"] == 1, taken


def test_a_loop_of_long_ago_that_is_closed_is_kept_no_longer(tmp_path: Path) -> None:
    """No rule asks for it, and the brief says the same as if everybody had been folded anew."""
    asks = "Could you send me the plan by Friday?"
    said = [(mail(ANA, BEN, day(0), "Hello", name="l0"), "")]
    said += [(mail(BEN, ANA, day(1), "Plan", name="l1"), asks)]
    said += [(mail(BEN, ANA, day(1 + n), f"News {n}", name=f"l{1 + n}"), "") for n in range(1, 6)]
    said += [(mail(ANA, BEN, day(9), "Here it is", name="l9"), "")]
    found: list[dict[str, list[Any]]] = []
    taken = Counter[str]()
    with mock.patch.multiple(earlier, LEAST=2, PORTION=4):
        for name, allowed in (("quick", True), ("whole", False)):
            (tmp_path / name).mkdir()
            lab = lab_in(tmp_path / name, rules=SILENT)
            for place, (message, text) in enumerate(said):
                taken.clear()
                put(lab.world, message, text)
                with counting(taken, allowed=allowed):
                    at = day(10 + place / 10)
                    # To read the last text as well would be to fold everything anew.
                    more = place < len(said) - 1
                    found.append(one(lab, at, texts=more, finish=True))
            assert taken["newest"] == allowed, taken
            assert taken["long"] == allowed, taken
            assert not taken["beyond"], taken
    assert found[: len(said)] == found[len(said) :]


def test_a_message_whose_text_is_known_already_is_folded_with_all(tmp_path: Path) -> None:
    """It came before, was read, and everything else of it was lost."""
    lab, taken = lab_in(tmp_path, rules=RULES), Counter[str]()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    database = lab.open()
    with database.begin() as connection:
        known = Reading((Signal(SignalKind.ASKS, 0.9),))
        readings.save(connection, database.owner, {"message:n": known})
    database.close()
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1, taken


def test_whose_moment_has_come_is_folded_anew(tmp_path: Path) -> None:
    """What that moment changes is not in their brief."""
    lab, taken = lab_in(tmp_path, rules=RULES), Counter[str]()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    _looked_at(lab, day(12))
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1, taken


def test_who_was_folded_while_an_account_was_read_is_folded_anew(tmp_path: Path) -> None:
    """It has been read by now, and nobody has noticed yet."""
    lab, taken = lab_in(tmp_path, rules=RULES), Counter[str]()
    database = lab.open()
    with database.begin() as connection:
        (row, *_) = [one for one in sources.load(connection, database.owner) if one.done_at]
        sources.put(connection, database.owner, replace(row, done_at=None))
    database.close()
    for message in KNOWN:
        _arrives(lab, message, Counter())
    database = lab.open()
    with database.begin() as connection:
        sources.put(connection, database.owner, row)
    database.close()
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1, taken


def test_who_could_not_be_judged_is_folded_anew(tmp_path: Path) -> None:
    """Nothing can be said of the rules from how they stood before."""
    lab, taken = lab_in(tmp_path, rules=RULES), Counter[str]()
    for message in KNOWN[:-1]:
        _arrives(lab, message, Counter())
    put(lab.world, KNOWN[-1], "")
    with (
        mock.patch.object(Decider, "stand", side_effect=ValueError("cannot be judged")),
        counting(Counter(), allowed=False),
    ):
        assert not one(lab, day(12), texts=False, finish=False)["brief"]
    _arrives(lab, mail(BEN, ANA, day(3), "Plan", name="n"), taken)
    assert taken["anew"] == 1, taken


def test_nobody_keeps_a_brief_once_somebody_is_forgotten(tmp_path: Path) -> None:
    """Whoever has one then was folded since: a brief holds the keys of mail with many in it."""
    lab = lab_in(tmp_path, Forgetful, rules=RULES)
    _arrives(lab, mail(ANA, [BEN], day(0), "Harbour", name="k1"), Counter())
    assert len(_arrives(lab, mail(ANA, CLEO, day(1), "Plan", name="k2"), Counter())["brief"]) == 2
    database = lab.open()
    shop = lab.shop(database)
    with exclusive(database):
        with database.read() as connection:
            whose = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
        forgetting.forget(shop, day(12), Target(frozenset({BEN.addr}), whose, BEN.name))
    assert not derived(database)["brief"]
    database.close()


def _looked_at(lab: Lab, moment: datetime | None) -> None:
    """Ben is to be looked at again then."""
    database = lab.open()
    with database.begin() as connection:
        whose = people.owners_of(connection, database.owner, [BEN.addr])[BEN.addr]
        people.set_next(connection, database.owner, {whose: moment})
    database.close()
