"""What an owner changes about accounts on servers: whom they forget, whose mailbox it is, since
when it is read, what accounts and lists are called."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from acceptance_servers import BEN, CLEO, House, davs, house, servers
from acceptance_world import ANA, at
from servers.dav import PASSWORD
from servers.proxy import Proxy

__all__ = ["davs", "house", "servers"]

BOTH = ["Answer Ben", "Call Cleo"]


@pytest.fixture
def lived(house: House) -> House:
    """Ben waits for an answer and Cleo for a call; both tasks are in the list."""
    house.exchange()
    house.meeting()
    house.once()
    assert house.titles() == BOTH
    return house


def statuses(house: House) -> dict[str, str]:
    """What became of each task, by its title."""
    return {one["title"]: one["status"] for one in house.syncd("tasks", "--json").json}


def test_forgotten_while_the_server_is_away(lived: House) -> None:
    """The task goes when the server is back, and `forget` says until then that it is not done; who
    is forgotten stays out, mail and card though they are there."""
    where = urlsplit(lived.dav.url)
    with Proxy(where.port or 0) as proxy:
        lived.accounts(lived.post(), lived.caldav(url=f"http://127.0.0.1:{proxy.port}/"))
        lived.once()
        proxy.refuse()
        assert lived.syncd("forget", CLEO, "--yes").code == 1
        assert lived.titles() == BOTH
        proxy.refuse(False)
        lived.once()
        assert lived.titles() == ["Answer Ben"]
        assert lived.syncd("forget", CLEO, "--yes").code == 0
    lived.letter(f"Cleo Birkin <{CLEO}>", ANA, at("2026-06-14T10:00"))
    lived.accounts(lived.post(), lived.caldav())
    lived.once()
    assert lived.titles() == ["Answer Ben"]
    assert not [one for one in lived.people() if CLEO in one["addresses"]]


def test_accounts_are_renamed(lived: House) -> None:
    """All is read anew under the other names, and is what it was: nothing counts twice, no task is
    written again."""
    before = lived.counts(BEN)
    lived.password("brief", "secret")
    lived.password("termine", PASSWORD)
    lived.accounts(
        lived.post().replace("name: post", "name: brief"),
        lived.caldav().replace("name: dav", "name: termine"),
    )
    for now in (lived.now, "2026-06-16T12:00:00+00:00"):
        lived.syncd("once", now=now)
        assert (lived.counts(BEN), lived.titles()) == (before, BOTH)


def test_two_accounts_for_one_mailbox(house: House) -> None:
    """What both see counts once."""
    house.password("zwei", "secret")
    house.accounts(house.post(), house.post().replace("name: post", "name: zwei"), house.caldav())
    house.exchange()
    house.once()
    assert (house.counts(BEN)["sent"], house.titles()) == (1, ["Answer Ben"])


def test_a_shared_mailbox(house: House) -> None:
    """Of what lies in its sent mail only that counts which the owner wrote."""
    house.accounts(house.post("role: shared"), house.caldav())
    house.letter(
        "Zed <zed@example.com>", f"Ben Archer <{BEN}>", at("2026-06-01T10:00"), "Sent Messages"
    )
    house.exchange()
    house.once()
    assert house.counts(BEN)["sent"] == 1


def test_what_is_older_is_not_read(house: House) -> None:
    """`history:` bounds both kinds; `audit` misses nothing of what is before it."""
    house.accounts(house.post("history: 2026-06-10"), house.caldav("history: 2026-06-13"))
    house.exchange()
    house.meeting()
    house.once()
    assert house.status()["observations"] == {"message": 1, "card": 1}
    assert house.syncd("audit").code == 0


@pytest.mark.parametrize("read_before", [False, True])
def test_a_list_is_renamed(lived: House, *, read_before: bool) -> None:
    """On the server, then in the configuration as well: it is the same list with the same tasks,
    also where it was not read since it was made."""
    if read_before:
        lived.once()
    place = f"{lived.dav.home}tasks-of-{lived.mailbox.user}/"
    lived.dav.rename(place, f"Soon {lived.mailbox.user}")
    lived.once()
    lived.list = f"Soon {lived.mailbox.user}"
    lived.accounts(lived.post(), lived.caldav())
    lived.once()
    assert lived.titles() == BOTH
    assert statuses(lived) == dict.fromkeys(BOTH, "open")


def test_a_list_is_renamed_on_both_sides(lived: House) -> None:
    """Between two readings."""
    lived.once()
    lived.list = f"Late {lived.mailbox.user}"
    lived.dav.rename(f"{lived.dav.home}tasks-of-{lived.mailbox.user}/", lived.list)
    lived.accounts(lived.post(), lived.caldav())
    lived.once()
    assert statuses(lived) == dict.fromkeys(BOTH, "open")
