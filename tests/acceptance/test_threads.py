"""Which mail answers which: by its headers, and where those are missing by subject and people."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO
from acceptance_world import ANA, Home, Scene, scenes


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return scenes(Home(tmp_path), 1, first="2026-05-04T09:00")[0]


def answered(scene: Scene) -> tuple[int, int]:
    """How many answers are the owner's, and how many are theirs."""
    found = scene.home.explain(scene.addr)["facts"]["answering"]
    return found["mine"]["answers"], found["theirs"]["answers"]


PREFIXES = (
    "Re: ", "RE: ", "re:", "Re[2]: ", "Re^2: ", "AW: ", "Aw: ", "Antw: ", "SV: ", "VS: ", "RES: ",
    "R: ", "Rif: ", "TR : ", "Odp: ", "Re: AW: Re: ", "[EXT] Re: ", "Re : ",
    "RE: [EXTERNAL] ", "回复：",
)  # fmt: skip
FORWARDS = {"TR : "}


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """Who answered, by the prefix of an answer without any header that names its mail."""
    home = Home(tmp_path_factory.mktemp("prefixes"))
    built = scenes(home, len(PREFIXES), first="2025-05-05T09:00", days=9)
    for scene, prefix in zip(built, PREFIXES, strict=True):
        subject = f"The garden of {scene.name}"
        scene.sent(0, subject=subject)
        scene.received(1, subject=prefix + subject)
    home.once()
    return {prefix: answered(scene) for scene, prefix in zip(built, PREFIXES, strict=True)}


@pytest.mark.parametrize("prefix", [one for one in PREFIXES if one not in FORWARDS])
def test_an_answer_without_headers(prefix: str, prefixed: dict[str, tuple[int, int]]) -> None:
    """Without In-Reply-To and References the same subject between the same people is an answer."""
    assert prefixed[prefix] == (0, 1)


def test_the_owners_answers_as_well(scene: Scene) -> None:
    """What the owner answers without headers makes the first mail real, and counts as answered."""
    scene.received(0, subject="Plans for the old mill")
    scene.sent(1, subject="Re: Plans for the old mill")
    scene.home.once()
    assert answered(scene) == (1, 0)
    assert [one["real"] for one in scene.home.interactions(scene.addr)] == ["yes", "yes"]


@pytest.mark.parametrize("header", ["In-Reply-To", "References"])
def test_either_header_is_enough(scene: Scene, header: str) -> None:
    """In-Reply-To alone, or References alone with the mail last, names what is answered."""
    name = scene.sent(0, subject="The garden")
    scene.received(1, subject="Something quite different", headers={header: f"<{name}>"})
    scene.home.once()
    assert answered(scene) == (0, 1)


def test_an_answer_to_what_is_missing(scene: Scene) -> None:
    """Where the mail between is missing, References names the owner's mail further up."""
    name = scene.sent(0, subject="The garden")
    trail = {"In-Reply-To": "<lost@example.com>", "References": f"<{name}> <lost@example.com>"}
    scene.received(2, subject="Re: The garden", headers=trail)
    scene.home.once()
    assert answered(scene) == (0, 1)


GENERIC = ("", "Hello", "Hi", "(no subject)", "Question", "Meeting", "Invoice", "Update", "Fwd:")


@pytest.mark.parametrize("subject", GENERIC)
def test_a_generic_subject_matches_nothing(scene: Scene, subject: str) -> None:
    """A subject that anybody uses makes no thread of two mails that do not say Re."""
    scene.sent(0, subject=subject or " ")
    scene.received(3, subject=subject or " ")
    scene.home.once()
    assert answered(scene) == (0, 0)


def test_the_same_subject_anew(scene: Scene) -> None:
    """A new mail under an old subject, without Re, answers nothing."""
    scene.sent(0, subject="Minutes of the garden committee")
    scene.received(5, subject="Minutes of the garden committee")
    scene.home.once()
    assert answered(scene) == (0, 0)


def test_other_people_with_the_same_subject(scene: Scene) -> None:
    """Re: under the same subject from somebody who was not written to answers nothing."""
    scene.sent(0, subject="Plans for the old mill")
    scene.sent(0.2, to="dora@example.net", subject="Something else")
    scene.received(1, author="Dora <dora@example.net>", subject="Re: Plans for the old mill")
    scene.home.once()
    theirs = scene.home.explain("dora@example.net")["facts"]["answering"]["theirs"]
    assert theirs["answers"] == 0


def test_an_answer_does_not_come_before(scene: Scene) -> None:
    """What was written before the owner's mail does not answer it, whatever its subject."""
    scene.sent(-100)
    scene.received(-1, subject="Re: Plans for the old mill")
    scene.sent(0, subject="Plans for the old mill")
    scene.home.once()
    assert answered(scene)[1] == 0


def test_years_later_is_another_matter(scene: Scene) -> None:
    """The same subject after more than a year is no answer."""
    scene.sent(-500, subject="Plans for the old mill")
    scene.received(0, subject="Re: Plans for the old mill")
    scene.home.once()
    assert answered(scene)[1] == 0


BULK = {"List-Unsubscribe": "<https://example.com/out>", "Precedence": "bulk"}


def real(scene: Scene) -> str:
    """What the last mail is."""
    found: str = scene.home.interactions(scene.addr)[-1]["real"]
    return found


def test_an_answer_beats_bulk_headers(scene: Scene) -> None:
    """A direct answer to the owner's own mail counts although a mailing tool sent it."""
    name = scene.sent(0, subject="The garden")
    scene.received(1, subject="Re: The garden", answers=name, headers=BULK)
    scene.home.once()
    assert real(scene) == "yes"


def test_an_answer_to_others_does_not(scene: Scene) -> None:
    """An answer to somebody else's mail is still what its bulk headers say."""
    scene.sent(0, subject="The garden")
    other = scene.home.mail("Dora <dora@example.net>", [ANA, scene.addr], scene.day(1))
    scene.received(2, answers=other, headers=BULK)
    scene.home.once()
    assert real(scene) == "no"


def test_a_subject_does_not_beat_bulk_headers(scene: Scene) -> None:
    """A newsletter that begins with Re: answers nobody."""
    scene.sent(0, subject="The garden")
    scene.received(1, subject="Re: The garden sale", headers=BULK)
    scene.home.once()
    assert real(scene) == "no"


def test_a_newsletter_that_forges_a_thread(scene: Scene) -> None:
    """A name of a mail that the owner never wrote is no answer to the owner."""
    scene.sent(0, subject="The garden")
    scene.received(1, subject="Re: Sale", answers="never@example.org", headers=BULK)
    scene.home.once()
    assert real(scene) == "no"


def test_one_to_whom_nothing_was_sent(scene: Scene) -> None:
    """A stranger who answers the owner's mail to somebody else is no machine for it."""
    name = scene.home.mail(ANA_WHO, "dora@example.net", scene.day(0), subject="The garden")
    scene.received(1, subject="Re: The garden", answers=name)
    scene.home.once()
    assert real(scene) in {"yes", "pending"}


def test_the_question_is_closed_by_the_answer(scene: Scene) -> None:
    """A question is closed by an answer that only its subject names."""
    scene.sent(0)
    scene.received(1, "Could you send me the plan of the mill?\n", subject="Plan of the mill")
    scene.sent(2, "Here it is.\n", subject="AW: Plan of the mill")
    scene.home.once()
    (asked,) = [one for one in scene.home.explain(scene.addr)["signals"] if one["kind"] == "asks"]
    assert asked["state"] == "closed"
