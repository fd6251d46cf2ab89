"""What fails by itself: an item or a person that breaks something is counted, set aside after some
tries, and tried again when the owner says so; everything else goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from overheard import overheard
from pysqlite3 import dbapi2
from sqlalchemy import Connection

from connectors.records import Facet, Item
from syncd import inference
from syncd.inference.model import Claim, Dossier, Owner
from syncd.pipeline import people as looking
from syncd.pipeline import settle, trying
from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Portrait
from syncd.pipeline.regroup import Regrouper
from syncd.retry import TRIES
from syncd.store import observations, trials
from syncd.store.errors import StoreError
from syncd.store.portions import Taken, Terms
from syncd.store.sightings import Where
from syncd.store.trials import Trial
from syncd.views.aside import items_aside, people_aside

from worlds import ANA, BEN, CLEO, Lab, coffee, day, mail

REASON = "syncd failed while it was read (ValueError): please report it"


def letters(lab: Lab) -> dict[str, str]:
    """A letter to Ben and one to Cleo, by their names; returns their refs."""
    return {
        who.name: lab.world.deliver(mail(ANA, who, day(-2), who.name), ref=who.name.split()[0])
        for who in (BEN, CLEO)
    }


def aside(lab: Lab) -> list[dict[str, Any]]:
    database = lab.open()
    with database.read() as connection:
        found = items_aside(connection, database.owner)
    database.close()
    return found


def people_out(lab: Lab) -> list[dict[str, Any]]:
    database = lab.open()
    with database.read() as connection:
        found = people_aside(connection, database.owner)
    database.close()
    return found


def on_trial(lab: Lab) -> list[Trial]:
    database = lab.open()
    with database.read() as connection:
        found = trials.load(connection, database.owner)
    database.close()
    return found


def retry(lab: Lab, now: datetime) -> None:
    """What `syncd retry --all` notes."""
    database = lab.open()
    with database.begin() as connection:
        subjects = [one.subject for one in trials.load(connection, database.owner)]
        trials.again(connection, database.owner, subjects, now)
    database.close()


def sent(lab: Lab, who: Any, now: datetime) -> int:
    number: int = lab.person(who, now)["counts"]["sent"]
    return number


# --- items ---


def test_an_item_that_cannot_be_read_for_now_is_tried_some_times(tmp_path: Path) -> None:
    """Each pass asks for it once more, though nothing says that it changed; then it is set aside
    until the owner asks, and forgotten once it could be read."""
    lab = Lab(tmp_path)
    letters(lab)
    lab.world.spoil_for_now(Facet.MAIL, "Ben")
    for number in range(TRIES):
        lab.once(day(number / 100))
        (one,) = aside(lab)
        assert (one["ref"], one["tries"], one["reason"]) == (
            "memory//Ben",
            number + 1,
            "it is locked",
        )
        assert (one["next_try"] is None) == (number + 1 == TRIES)
    lab.world.mend_quietly(Facet.MAIL, "Ben")
    lab.once(day(1))
    assert [one["tries"] for one in aside(lab)] == [TRIES]
    retry(lab, day(1.1))
    lab.once(day(1.2))
    assert aside(lab) == []
    assert on_trial(lab) == []
    assert sent(lab, BEN, day(1.2)) == 1


def test_what_can_never_be_read_is_set_aside_at_once(tmp_path: Path) -> None:
    """A source that says so is believed; the owner may have it tried all the same."""
    lab = Lab(tmp_path)
    letters(lab)
    lab.world.spoil(Facet.MAIL, "Ben", "it is no mail")
    lab.once(day(0))
    (one,) = aside(lab)
    assert (one["reason"], one["tries"], one["next_try"]) == ("it is no mail", None, None)
    assert on_trial(lab) == []


def break_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Working out what the mail to Ben comes to crashes."""
    original = Terms.take

    def take(self: Terms, item: Item) -> Taken:
        if item.ref.endswith("Ben"):
            raise ValueError("Dear Ben")
        return original(self, item)

    monkeypatch.setattr(Terms, "take", take)


def break_storing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing what the mail to Ben came to crashes."""
    original = observations.apply

    def apply(
        connection: Connection, where: Where, taken: Sequence[Taken], *rest: Any, **more: Any
    ) -> int:
        if any(one.ref.endswith("Ben") and one.entries for one in taken):
            raise ValueError("Dear Ben")
        return original(connection, where, taken, *rest, **more)

    monkeypatch.setattr(observations, "apply", apply)


@pytest.mark.parametrize("broken", [break_reading, break_storing])
def test_an_item_that_breaks_syncd_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """Wherever it crashes on its way into the store, the rest is stored, the cursor moves, and it
    is tried again with the next passes."""
    lab = Lab(tmp_path)
    letters(lab)
    broken(monkeypatch)
    report = lab.once(day(0))
    assert not report.failed
    (one,) = aside(lab)
    assert (one["ref"], one["tries"], one["reason"]) == ("memory//Ben", 1, REASON)
    assert sent(lab, CLEO, day(0)) == 1
    lab.once(day(0.1))
    assert [one["tries"] for one in aside(lab)] == [2]
    monkeypatch.undo()
    lab.once(day(0.2))
    assert aside(lab) == []
    assert sent(lab, BEN, day(0.2)) == 1


# --- people ---


def about_ben(value: Any) -> bool:
    return BEN.addr in (value.addresses if isinstance(value, Dossier) else value.addrs)


def break_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is known of Ben makes inference crash."""
    original = inference.infer

    def infer(dossier: Dossier, owner: Owner, now: datetime) -> tuple[Claim, ...]:
        if about_ben(dossier):
            raise ZeroDivisionError("Dear Ben")
        return original(dossier, owner, now)

    monkeypatch.setattr(settle, "infer", infer)
    monkeypatch.setattr(looking, "infer", infer)


def break_judging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging Ben crashes."""
    original = Decider.stand

    def stand(self: Decider, portrait: Portrait, *rest: Any, **more: Any) -> Any:
        if about_ben(portrait):
            raise ZeroDivisionError("Dear Ben")
        return original(self, portrait, *rest, **more)

    monkeypatch.setattr(Decider, "stand", stand)


@pytest.mark.parametrize("broken", [break_inference, break_judging])
def test_a_person_who_breaks_syncd_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """They are skipped, counted once a pass, and set aside with their newest evidence named; the
    others get their tasks. The log says so when it begins and when it is given up, without a word
    of theirs. What the owner has tried again succeeds once the fault is mended."""
    lab = Lab(tmp_path)
    broken(monkeypatch)
    lab.world.put_event(coffee(day(-1), BEN), ref="with-ben")
    lab.world.put_event(coffee(day(-1.2), CLEO), ref="with-cleo")
    with overheard() as said:
        for number in range(TRIES):
            assert not lab.once(day(number / 100)).failed
            (one,) = people_out(lab)
            assert (one["addresses"], one["tries"], one["fault"]) == (
                [BEN.addr],
                number + 1,
                "ZeroDivisionError",
            )
            assert one["newest"]["ref"] == "memory//with-ben"
            assert (one["next_try"] is None) == (number + 1 == TRIES)
    told = [one["event"] for one in said.events if one["level"] == "warning"]
    assert told == ["person.left_out", "person.set_aside"]
    assert "Ben" not in said.text
    assert {task["person"]["name"] for task in lab.tasks(day(0.1))} == {CLEO.name}
    monkeypatch.undo()
    lab.world.put_event(coffee(day(0.05), BEN), ref="again-with-ben")
    lab.once(day(0.2))
    assert [one["tries"] for one in people_out(lab)] == [TRIES]
    retry(lab, day(0.3))
    lab.once(day(0.3))
    assert people_out(lab) == []
    assert on_trial(lab) == []
    assert lab.person(BEN, day(0.3))["counts"]["meetings"] == 2


def test_another_version_tries_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault may be mended in the next version: nobody has to ask for it."""
    lab = Lab(tmp_path)
    with monkeypatch.context() as broken:
        break_inference(broken)
        lab.world.put_event(coffee(day(-1), BEN))
        for number in range(TRIES):
            lab.once(day(number / 100))
    assert [one["next_try"] for one in people_out(lab)] == [None]
    lab.once(day(0.2))
    assert [one["tries"] for one in people_out(lab)] == [TRIES]
    monkeypatch.setattr(trying, "version", lambda: "the next one")
    lab.once(day(0.3))
    assert people_out(lab) == []
    assert lab.person(BEN, day(0.3))["counts"]["meetings"] == 1


def test_a_fault_that_passes_leaves_what_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the fault is gone the state is that of a run that never met it."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    labs = Lab(tmp_path / "a"), Lab(tmp_path / "b")
    for lab, meets in zip(labs, (True, False), strict=True):
        letters(lab)
        lab.world.put_event(coffee(day(-1), BEN))
        with monkeypatch.context() as broken:
            if meets:
                break_inference(broken)
            lab.once(day(0))
        lab.once(day(0.1))
    first, second = (lab.view(day(0.1)) for lab in labs)
    assert first["people"] == second["people"]
    assert first["explain"] == second["explain"]


def test_an_address_that_breaks_who_is_who_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody is known to be broken, the address that breaks the pass is found and left out;
    it is worked off again until it goes well."""
    lab = Lab(tmp_path)
    letters(lab)
    original = Regrouper.regroup

    def regroup(self: Regrouper, connection: Connection, addrs: set[str]) -> Any:
        if BEN.addr in addrs:
            raise ZeroDivisionError("Dear Ben")
        return original(self, connection, addrs)

    with monkeypatch.context() as broken:
        broken.setattr(Regrouper, "regroup", regroup)
        lab.once(day(0))
        assert sent(lab, CLEO, day(0)) == 1
        (one,) = people_out(lab)
        assert (one["kind"], one["name"], one["tries"]) == ("mark", BEN.addr, 1)
        lab.once(day(0.1))
        assert [one["tries"] for one in people_out(lab)] == [2]
    lab.once(day(0.2))
    assert people_out(lab) == []
    assert sent(lab, BEN, day(0.2)) == 1


def test_a_text_that_breaks_its_reader_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other texts are read, and the pass goes on."""
    from syncd.inference import signals

    lab = Lab(tmp_path)
    original = signals.read_signals

    def read(text: str, **more: Any) -> Any:
        if "Ben" in text:
            raise RecursionError(text)
        return original(text, **more)

    monkeypatch.setattr(signals, "read_signals", read)
    for who in (BEN, CLEO):
        text = f"Hello {who.name.split()[0]}, could you send me the figures by Friday?"
        lab.world.deliver(mail(ANA, who, day(-2), who.name), text)
    assert not lab.once(day(0)).failed
    assert lab.explained(BEN, day(0))["signals"] == []
    assert [one["kind"] for one in lab.explained(CLEO, day(0))["signals"]] == ["asks"]


def test_trouble_of_the_state_is_nobodys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails in the middle of a fold stops the pass; nobody is set aside for it."""
    lab = Lab(tmp_path)
    letters(lab)

    def fail(*_: object) -> Any:
        raise dbapi2.OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(settle, "infer", fail)
        with pytest.raises(StoreError):
            lab.once(day(0))
    assert on_trial(lab) == []
    lab.once(day(0.1))
    assert sent(lab, BEN, day(0.1)) == 1


def test_the_tasks_of_who_is_set_aside_are_shown(tmp_path: Path) -> None:
    """They stand in the list, so `tasks` tells of them as they are stored."""
    lab = Lab(tmp_path)
    lab.world.put_event(coffee(day(-1), BEN), ref="with-ben")
    lab.once(day(0))
    before = lab.tasks(day(0.5))
    with pytest.MonkeyPatch.context() as patched:
        break_inference(patched)
        lab.world.put_event(coffee(day(0.2), BEN), ref="again-with-ben")
        for number in range(TRIES):
            lab.once(day(0.4 + number / 100))
        assert len(people_out(lab)) == 1
        found = lab.tasks(day(0.5))
    assert before
    assert [one | {"evidence": []} for one in found] == [one | {"evidence": []} for one in before]
