"""A task list on a server that its owner deletes, and makes again."""

from __future__ import annotations

from acceptance_servers import House, davs, house, servers
from servers.dav import DavServer

__all__ = ["davs", "house", "servers"]

_LATER = [f"2026-06-15T{hour}:00:00+00:00" for hour in range(13, 20)]


def test_a_list_that_is_deleted_and_made_again(house: House, davs: DavServer) -> None:
    """Neither is an answer: the tasks keep their state, nothing is written anew, `status` asks, and
    the exit code is 1, until the owner says what was meant."""
    house.exchange()
    house.meeting()
    house.once()
    assert len(house.files()) == 2
    place = f"{davs.home}tasks-of-{house.mailbox.user}/"
    davs.delete(place)
    gone = house.syncd("once", now=_LATER[0])
    assert gone.code == 1
    assert "vanished" in gone.err + gone.out
    assert states(house) == {"Answer Ben": "open", "Call Cleo": "open"}
    assert davs.ask("PROPFIND", place, headers={"Depth": "0"})[0] == 404

    davs.make_calendar(f"tasks-of-{house.mailbox.user}", house.list, "VTODO")
    empty = house.syncd("once", now=_LATER[1])
    assert empty.code == 1
    assert house.files() == {}
    assert states(house) == {"Answer Ben": "open", "Call Cleo": "open"}
    assert house.status(_LATER[1])["incidents"]

    meant = house.syncd("once", "--accept-deletions", now=_LATER[2])
    assert meant.code == 0, meant.err
    assert states(house) == {"Answer Ben": "dismissed", "Call Cleo": "dismissed"}
    house.once(_LATER[3])
    assert house.files() == {}


def states(house: House) -> dict[str, str]:
    """How it stands with each task."""
    return {one["title"]: one["status"] for one in house.syncd("tasks", "--json").json}
