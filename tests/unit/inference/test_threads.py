"""Which mail a mail answers, where its headers do not say."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from unit.inference.letterbox import ANA, BEN, CLEO, NEWSLETTER, judged, mail

from syncd.inference.model import Claim, Real
from syncd.inference.threads import bare_subject, base_subject


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Glaze", "RE: Glaze", "AW: Glaze", "Antw: Glaze", "Antwort: Glaze", "SV: Glaze",
        "VS: Glaze", "Rif: Glaze", "R: Glaze", "Odp: Glaze", "RES: Glaze", "YNT: Glaze",
        "Réf : Glaze", "RE[2]: Glaze", "Re(3): Glaze", "Re^2: Glaze", "回复：Glaze", "答复: Glaze",
        "Re: AW: Re: Glaze", "Re: Fwd: Glaze", "[potters] Re: Glaze", "Re: [potters] Glaze",
        "AW: [EXTERN] AW: Glaze", "RE : glaze", "Отв: Glaze", "Re:Glaze", "Re: Glaze!",
    ],
)  # fmt: skip
def test_prefixes_of_answers(subject: str) -> None:
    """In whatever language, however often, with a list's name before or after."""
    assert base_subject(subject) == ("glaze", True)


@pytest.mark.parametrize(
    "subject",
    ["Glaze", "Fwd: Glaze", "WG: Glaze", "TR: Glaze", "Fwd: Re: Glaze", "RV: Glaze", "转发: Glaze"],
)
def test_what_is_no_answer(subject: str) -> None:
    """A new subject, and what is passed on, though the thread is the same."""
    assert base_subject(subject) == ("glaze", False)


@pytest.mark.parametrize(
    "subject",
    ["", "Re:", "Re: hi", "AW: Hallo!", "Re: (no subject)", "Re: (kein Betreff)", "Re: Olá", "R: x",
     "Re: RE: Re:"],
)  # fmt: skip
def test_subjects_that_name_nothing(subject: str) -> None:
    """Two people may write them at any time."""
    assert base_subject(subject)[0] == ""


def test_words_that_only_begin_alike() -> None:
    """A prefix ends with its colon."""
    assert base_subject("Reading list")[0] == "reading list"
    assert base_subject("I am late: sorry")[0] == "i am late: sorry"


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd:  [EXT] AW: Grant budget", "Grant budget"),
        ("[list] Re: Plan", "Plan"),
        ("[Proposal] Budget", "[Proposal] Budget"),
        ("RE[2]: Übersicht", "Übersicht"),
        ("回复：你好", "你好"),
        ("Lunch: Friday?", "Lunch: Friday?"),
        ("Re:", ""),
    ],
)
def test_a_subject_as_it_was_written(subject: str, bare: str) -> None:
    """For people to read: only the prefixes go."""
    assert bare_subject(subject) == bare


def answer(subject: str = "AW: Glaze", days: float = 2, **more: Any) -> Claim:
    """What becomes of bulk-looking mail from Ben, after mail from Ana about the glaze."""
    asked = mail(ANA, more.pop("to", BEN), "q", subject=more.pop("asked", "Glaze"))
    found = mail(BEN, ANA, "a", days, subject=subject, traits=NEWSLETTER, **more)
    return judged(asked, found)[1]


def test_an_answer_by_its_subject() -> None:
    """It is a direct answer like any other: it beats the headers of bulk mail."""
    found = answer()
    assert (found.real, found.reasons[0], found.answers) == (
        Real.YES, "mail:answers-owner", "message:q@x",
    )  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "Glaze"},
        {"subject": "Fwd: Glaze"},
        {"subject": "Re: Glazes"},
        {"subject": "Re: Hi", "asked": "Hi"},
        {"days": 31},
        {"days": -1},
        {"to": CLEO},
        {"answers": "unknown@x"},
        {"references": ("unknown@x",)},
    ],
)
def test_no_answer_by_its_subject(more: dict[str, Any]) -> None:
    """Another subject, another time, another recipient, or headers that say something else."""
    assert answer(**more).real is Real.NO


def test_the_newest_mail_is_the_one_that_is_answered() -> None:
    """In whatever order they were seen."""
    mails = (
        mail(ANA, BEN, "q", subject="Glaze"),
        mail(ANA, BEN, "q2", 1, subject="Re: Glaze"),
        mail(ANA, BEN, "q3", 3, subject="Re: Glaze"),
        mail(BEN, ANA, "a", 2, subject="Re: Glaze"),
    )
    for order in permutations(mails):
        found = {claim.key: claim for claim in judged(*order)}
        assert found["message:a@x"].answers == "message:q2@x"
        assert found["message:q3@x"].answers == "message:a@x"


def test_the_nearest_ancestor_that_is_known() -> None:
    """The parent was never seen; what it answered was."""
    asked = mail(ANA, BEN, "q")
    lost = mail(BEN, ANA, "a", 2, answers="lost@x", references=("q@x", "lost@x"), traits=NEWSLETTER)
    assert judged(asked, lost)[1].answers == "message:q@x"
    # A known parent decides, whatever came before it.
    found = judged(asked, lost, parents={"lost@x": CLEO})[1]
    assert (found.real, found.answers) == (Real.NO, "")
    # Ben went on from his own mail.
    own = mail(BEN, ANA, "b", 1, traits=NEWSLETTER)
    on = mail(BEN, ANA, "a", 2, references=("q@x", "b@x"), traits=NEWSLETTER)
    assert judged(asked, own, on)[2].real is Real.NO
