"""Who works where the owner does: by the domain, never by a free host."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.records import Mailbox

from worlds import ANA, Lab, card, day, mail


@pytest.mark.parametrize(
    ("addr", "colleague"),
    [
        ("ben@example.org", True),
        ("ben@Mail.Example.ORG", True),
        ("ben@lab.sea.example.org", True),
        ("ben@example.com", False),
        ("ben@notexample.org", False),
        ("ben@example.org.test", False),
        ("ben@org", False),
        ("ben@gmail.com", False),
    ],
)
def test_whoever_is_at_or_below_the_owners_domain(
    tmp_path: Path, addr: str, colleague: bool
) -> None:
    """Sub-domains are the same house; a domain that only ends alike is another."""
    lab = Lab(tmp_path, addresses=frozenset({ANA.addr, "ana@gmail.com"}))
    ben = Mailbox(addr, "Ben Archer")
    lab.world.deliver(mail(ANA, ben, day(0)))
    lab.once(day(1))
    (shown,) = lab.view(day(1))["people"]
    assert shown["colleague"] is colleague


def test_an_alias_brings_its_colleagues(tmp_path: Path) -> None:
    """At a domain that turns out to be the owner's, too, there are colleagues."""
    lab = Lab(tmp_path)
    ben = Mailbox("ben@oldjob.example.com", "Ben Archer")
    lab.world.deliver(mail(ANA, ben, day(0)))
    lab.once(day(1))
    assert not lab.person(ben, day(1))["colleague"]
    lab.world.put_card(card(ANA, "silva@oldjob.example.com"))
    lab.once(day(1))
    assert lab.person(ben, day(1))["colleague"]
