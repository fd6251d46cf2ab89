"""When two addresses are one human, and when two of the same name are not.

Each row of the table is one sentence with people of its own; all rows are read by one run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from acceptance_letters import deliver, groups, letter, multi, part
from acceptance_world import ANA, Home, Scene, scenes

Build = Callable[[Scene], object]


def work(scene: Scene) -> str:
    """Their address at work, on a domain that is nobody else's."""
    return scene.addr


def free(scene: Scene) -> str:
    """An address of theirs with a free-mail provider."""
    first, last = scene.name.lower().split()
    return f"{first}.{last}{scene.number}@gmx.de"


def short(scene: Scene) -> str:
    """Another one, that says nothing of the name."""
    return f"sunshine{scene.number}@web.de"


def wrote(scene: Scene, addr: str, name: str = "", day: float = 0) -> str:
    """The owner and an address wrote to each other; the Message-ID of their answer."""
    who = f"{name or scene.name} <{addr}>"
    first = scene.sent(day, to=who, subject=f"Number {addr}")
    return scene.received(day + 0.5, author=who, subject=f"Re: Number {addr}", answers=first)


def reversed_name(scene: Scene) -> str:
    first, last = scene.name.split()
    return f'"{last}, {first}"'


def vcard(name: str, *addresses: str, more: str = "", uid: str = "") -> str:
    emails = "".join(f"EMAIL;TYPE=INTERNET:{addr}\r\n" for addr in addresses)
    uids = f"UID:{uid}\r\n" if uid else ""
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\n{uids}FN:{name}\r\n{more}{emails}END:VCARD\r\n"


def attached(scene: Scene, author: str, card: str, day: float = 3) -> None:
    body = multi(
        part("text/plain; charset=utf-8", "My card.\r\n"),
        part("text/x-vcard; charset=utf-8; name=card.vcf", card,
             {"Content-Disposition": "attachment; filename=card.vcf"}),
    )  # fmt: skip
    name = f"vcf{scene.number}@example.com"
    kind = 'multipart/mixed; boundary="=_one"'
    deliver(scene.home, letter(author, ANA, scene.day(day), body, name=name, kind=kind))


def two(scene: Scene) -> None:
    """Both addresses are in use, under the same full name."""
    wrote(scene, work(scene))
    wrote(scene, free(scene), day=1)


def by_card(scene: Scene) -> None:
    wrote(scene, work(scene))
    wrote(scene, short(scene), "sunshine", day=1)
    scene.home.card(scene.name, work(scene), short(scene))


def by_reply_to(scene: Scene) -> None:
    two(scene)
    scene.received(2, headers={"Reply-To": f"{scene.name} <{free(scene)}>"})


def reply_to_alone(scene: Scene) -> None:
    """A Reply-To to somebody of another name is no proof."""
    wrote(scene, work(scene))
    wrote(scene, short(scene), "Desk Team", day=1)
    scene.received(2, headers={"Reply-To": f"Desk Team <{short(scene)}>"})


def answers_from_the_other(scene: Scene) -> None:
    wrote(scene, free(scene))
    name = scene.sent(2, to=f"{scene.name} <{work(scene)}>", subject="The mill")
    who = f"{scene.name} <{free(scene)}>"
    scene.received(3, author=who, subject="Re: The mill", answers=name)


def answers_in_place_of(scene: Scene) -> None:
    """A colleague of another name answers what was sent to somebody."""
    wrote(scene, work(scene))
    name = scene.sent(2, subject="The mill")
    who = f"Desk Team <{short(scene)}>"
    scene.received(3, author=who, subject="Re: The mill", answers=name)


def two_cards(scene: Scene) -> None:
    """Two cards with the same name and different addresses: father and son."""
    two(scene)
    for addr in (work(scene), free(scene)):
        scene.home.card(scene.name, addr)


def two_cards_answering(scene: Scene) -> None:
    two_cards(scene)
    scene.received(2, headers={"Reply-To": f"{scene.name} <{free(scene)}>"})


def first_names(scene: Scene) -> None:
    """Only the first name is the same."""
    wrote(scene, work(scene), scene.first_name)
    wrote(scene, free(scene), scene.first_name, day=1)
    scene.received(2, author=f"{scene.first_name} <{work(scene)}>")


def spelled_backwards(scene: Scene) -> None:
    """ "Archer, Ben" and "Ben Archer" are one name: with a Reply-To, one person."""
    wrote(scene, work(scene), reversed_name(scene))
    wrote(scene, free(scene), day=1)
    who = f"{reversed_name(scene)} <{work(scene)}>"
    scene.received(2, author=who, headers={"Reply-To": f"{scene.name} <{free(scene)}>"})


def own_card_by_mail(scene: Scene) -> None:
    wrote(scene, work(scene))
    wrote(scene, short(scene), scene.first_name, day=1)
    attached(scene, scene.who, vcard(scene.name, work(scene), short(scene)))


def own_card_with_anothers_address(scene: Scene) -> None:
    """Whoever sends a card that claims the address of somebody they are not."""
    wrote(scene, work(scene))
    wrote(scene, short(scene), "Rowan Sunshine", day=1)
    attached(scene, scene.who, vcard(scene.name, work(scene), short(scene)))


def card_by_somebody_else(scene: Scene) -> None:
    wrote(scene, work(scene))
    wrote(scene, short(scene), scene.first_name, day=1)
    other = f"Otto Lund <{scene.other(3)}>"
    attached(scene, other, vcard(scene.name, work(scene), short(scene)))


def group_card(scene: Scene) -> None:
    wrote(scene, work(scene))
    wrote(scene, short(scene), "Rowan Sunshine", day=1)
    emails = vcard("The Club", work(scene), short(scene), more="KIND:group\r\n")
    scene.home.write(f"contacts/group{scene.number}.vcf", emails.replace("3.0", "4.0"))


def apple_group(scene: Scene) -> None:
    wrote(scene, work(scene))
    wrote(scene, short(scene), "Rowan Sunshine", day=1)
    more = "X-ADDRESSBOOKSERVER-KIND:group\r\n"
    emails = vcard("The Club", work(scene), short(scene), more=more)
    scene.home.write(f"contacts/group{scene.number}.vcf", emails)


def shared_on_cards(scene: Scene) -> None:
    """Husband and wife: one address on both cards, one of their own on each."""
    family = f"family{scene.number}@gmx.de"
    wrote(scene, work(scene))
    wrote(scene, short(scene), "Rowan Sunshine", day=1)
    scene.home.card(scene.name, work(scene), family)
    scene.home.card("Rowan Sunshine", short(scene), family)


def namesakes_in_one_thread(scene: Scene) -> None:
    """One passes the owner's mail on to another of the same name, who answers it."""
    two(scene)
    first, second = f"{scene.name} <{work(scene)}>", f"{scene.name} <{free(scene)}>"
    name = scene.sent(2, to=first, subject="The mill")
    scene.received(3, to=[ANA, second], subject="Re: The mill", answers=name)
    scene.received(4, author=second, to=[ANA, first], subject="Re: The mill", answers=name)


class Case(NamedTuple):
    """What came, two addresses, and whether they are one person's."""

    truth: str
    build: Build
    second: Callable[[Scene], str]
    one: bool


CASES = (
    Case("the same full name alone", two, free, False),
    Case("a card with both", by_card, short, True),
    Case("the same name, and a Reply-To to the other", by_reply_to, free, True),
    Case("a Reply-To to another name", reply_to_alone, short, False),
    Case("the same name answers from the other address", answers_from_the_other, free, True),
    Case("namesakes who write to each other", namesakes_in_one_thread, free, False),
    Case("another name answers", answers_in_place_of, short, False),
    Case("two cards of the same name are two humans", two_cards, free, False),
    Case("even when one is the other's Reply-To", two_cards_answering, free, False),
    Case("the same first name alone", first_names, free, False),
    Case("the surname first is the same name", spelled_backwards, free, True),
    Case("a card that they attach themselves", own_card_by_mail, short, True),
    Case("unless it claims who is called otherwise", own_card_with_anothers_address, short, False),
    Case("a card attached by somebody else", card_by_somebody_else, short, False),
    Case("a group's card (RFC 6350 KIND)", group_card, short, False),
    Case("a group's card as Apple writes it", apple_group, short, False),
    Case("an address on two cards", shared_on_cards, short, False),
)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether the two addresses of a case are one person, by its truth."""
    home = Home(tmp_path_factory.mktemp("same"))
    built = scenes(home, len(CASES), first="2026-02-02T09:00")
    for scene, case in zip(built, CASES, strict=True):
        case.build(scene)
    home.once()
    found = groups(home)
    result = {}
    for scene, case in zip(built, CASES, strict=True):
        first, second = work(scene), case.second(scene)
        assert any(first in one for one in found), case.truth
        result[case.truth] = any({first, second} <= one for one in found)
    return result


@pytest.mark.parametrize("case", CASES, ids=[case.truth for case in CASES])
def test_one_person_or_two(case: Case, joined: dict[str, bool]) -> None:
    """The sentence that names the case."""
    assert joined[case.truth] == case.one


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        ("ben@sales.harbourmill.com", "ben@harbourmill.com", True),
        ("ben@harbourmill.com", "ben@harbourmill.eu", False),
        ("ben@harbourmill.co.uk", "ben@quarrymill.co.uk", False),
        ("ben@harbourmill.uk.com", "ben@quarrymill.uk.com", False),
        ("ben@harbourmill.eu.org", "ben@quarrymill.eu.org", False),
        ("ben@one.t-online.de", "ben@two.t-online.de", False),
    ],
)
def test_where_an_organisation_ends(tmp_path: Path, one: str, other: str, joined: bool) -> None:
    """Hosts of one organisation, not of one registry or provider, private suffixes included."""
    home = Home(tmp_path)
    (scene,) = scenes(home, 1, first="2026-05-04T09:00")
    wrote(scene, one)
    wrote(scene, other, day=1)
    home.once()
    assert (len(home.people()) == 1) == joined
