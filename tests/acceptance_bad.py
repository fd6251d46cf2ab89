"""What several tests of bad input share."""

from __future__ import annotations

from acceptance_world import Home, Result

BEN = "ben@example.com"


def aside(home: Home) -> dict[str, str]:
    """What `status` says was set aside: the reason by file."""
    found = {}
    for entry in home.status()["set_aside"]:
        assert entry.keys() >= {"account", "ref", "reason"}
        assert (entry["account"], bool(entry["reason"])) == ("home", True)
        found[entry["ref"].rpartition("/")[2]] = entry["reason"]
    return found


def one_line(result: Result, code: int, *words: str) -> None:
    """A failure that says what is wrong in one line, without a traceback."""
    assert (result.code, result.out) == (code, ""), result
    assert len(result.err.strip().splitlines()) == 1, result.err
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err, result.err


def lines(*texts: bytes) -> bytes:
    return b"\r\n".join(texts) + b"\r\n"
