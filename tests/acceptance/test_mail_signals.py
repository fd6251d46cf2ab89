"""Mail on the command line: what a text says.

Each row of a table is one sentence of DESIGN section 5 with somebody of its own; all rows of a
table are read by one run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from acceptance_mail import Build, world_of
from acceptance_world import ANA, Home, Scene, at


class Text(NamedTuple):
    """A mail between two people who write to each other, and the signals that are in it."""

    truth: str
    text: str
    expected: tuple[str, ...]
    sent: bool = False


TEXTS = (
    Text(
        "a question asks",
        "Hi Ana,\n\nCould you send me the slides by Friday?\n\nBest\nBen\n",
        ("asks",),
    ),
    Text("a request asks", "Please let me know which day suits you.\n", ("asks",)),
    Text("the owner asks as well", "Could you send me the contract?\n", ("asks",), sent=True),
    Text("a promise", "I will send you the report tomorrow.\n", ("promises",)),
    Text(
        "the owner promises as well",
        "I'll send you the draft on Monday.\n",
        ("promises",),
        sent=True,
    ),
    Text("a meeting proposed", "Shall we meet for lunch next week?\n", ("proposes_meeting",)),
    Text("a vague coffee", "We should have coffee some time.\n", ("proposes_meeting",), sent=True),
    Text("thanks", "Thank you so much for your help with the garden.\n", ("thanks",)),
    Text("a courtesy asks nothing", "Let me know if you have any questions.\n", ()),
    Text("plain news says nothing", "The garden is green again.\n", ()),
    Text(
        "what is quoted is not said again",
        "Yes, it is blue.\n\nOn Mon, 4 May 2026 at 09:00, Ana Silva wrote:\n"
        "> Could you send me the contract?\n> I will call you tomorrow.\n",
        (),
    ),
    Text(
        "a forwarded mail is not the author's",
        "See below, it rained.\n\n-----Original Message-----\nFrom: Otto Lund\n"
        "Sent: Monday\nTo: Ben\nSubject: Rain\n\nCould you send me the umbrella?\n",
        (),
    ),
    Text(
        "a signature is no signal",
        "It is green.\n\n-- \nBen Archer\nPlease let me know how we did: example.com/survey\n",
        (),
    ),
)
SIGNALS = {"asks", "promises", "proposes_meeting", "thanks"}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The signals of every text of the table."""
    home = Home(tmp_path_factory.mktemp("texts"), now="2026-06-15T12:00:00+00:00")

    def build_of(case: Text) -> Build:
        def build(scene: Scene) -> None:
            scene.sent(0)
            (scene.sent if case.sent else scene.received)(1, case.text)

        return build

    built = world_of(home, [build_of(case) for case in TEXTS], "2026-05-04T09:00", days=2)
    found = home.everything()
    return {c.truth: found[s.addr]["signals"] for c, s in zip(TEXTS, built, strict=True)}


@pytest.mark.parametrize("case", TEXTS, ids=[case.truth for case in TEXTS])
def test_what_a_text_says(case: Text, read: dict[str, list[dict[str, Any]]]) -> None:
    """The signals that are in the text, and no others of the four kinds."""
    found = read[case.truth]
    kinds = {signal["kind"] for signal in found} & SIGNALS
    assert set(case.expected) <= kinds, found
    assert case.expected or not kinds, found
    way = "sent" if case.sent else "received"
    assert {signal["direction"] for signal in found} <= {way}


def test_a_request_knows_its_day(read: dict[str, list[dict[str, Any]]]) -> None:
    """ "By Friday" is the Friday after the day the mail was written on."""
    (asked,) = [s for s in read["a question asks"] if s["kind"] == "asks"]
    assert asked["at"].startswith("2026-05-05")
    assert asked["due"] == "2026-05-08"
    assert 0 < asked["confidence"] <= 1


def test_a_loop_is_open_until_it_is_answered(tmp_path: Any) -> None:
    """A question is open until its answer, which closes it, and is named."""
    home = Home(tmp_path)
    home.mail(ANA, "Ben Archer <ben@example.com>", at("2026-06-01T09:00"))
    asked = home.mail(
        "Ben Archer <ben@example.com>",
        ANA,
        at("2026-06-02T09:00"),
        "Could you send me the slides?\n",
        subject="Slides",
    )
    home.once(now="2026-06-03T09:00:00Z")
    (signal,) = home.explain("ben@example.com", "2026-06-03T09:00:00Z")["signals"]
    assert (signal["kind"], signal["state"], signal["closed_by"]) == ("asks", "open", None)
    home.mail(
        ANA,
        "ben@example.com",
        at("2026-06-04T09:00"),
        "Here they are.\n",
        answers=asked,
        subject="Re: Slides",
    )
    home.once(now="2026-06-05T09:00:00Z")
    (signal,) = [
        s
        for s in home.explain("ben@example.com", "2026-06-05T09:00:00Z")["signals"]
        if s["kind"] == "asks"
    ]
    assert signal["state"] == "closed"
    assert signal["closed_by"]


def test_a_machines_text_is_never_read(tmp_path: Any) -> None:
    """A newsletter that asks for something asks nothing of the owner."""
    home = Home(tmp_path)
    home.mail(
        "Shop <ben@example.com>",
        ANA,
        at("2026-06-01T09:00"),
        "Could you send us your address?\n",
        headers={"List-Unsubscribe": "<https://example.com/out>"},
    )
    home.once()
    assert home.explain("ben@example.com")["signals"] == []
