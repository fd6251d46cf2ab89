"""Who the owner probably is: the author of what lies in folders of sent mail."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from connectors.records import Mailbox
from syncd.people import normalise, words_of
from syncd.setup.headers import Envelope, envelopes
from syncd.setup.home import Home
from syncd.setup.model import Box

_BOXES = 40  # folders that are sampled
# A further address of theirs wrote at least so many of what was sent, and this share of it.
_FEW = 3
_SHARE = 0.1
# Without a folder of sent mail: in how many of all mails the owner must be named.
_EVERYWHERE = 0.6
_FEWEST = 5
_GIT = re.compile(r"^[ \t]*(name|email)[ \t]*=[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*\[[ \t]*user[ \t]*\]([^\[]*)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """A name and addresses ("" and () where unknown), and where they were taken from."""

    name: str = ""
    addresses: tuple[str, ...] = ()
    why: str = ""


def guess(home: Home, boxes: Sequence[Box]) -> Guess:
    """The owner, by the surest sign there is; what one sign does not tell, another may."""
    sent = _authors([box for box in boxes if box.sent])
    mail = sent if sent.addresses else _on_most(boxes)
    others = [_git(home), _environment(home)]
    first = next((one for one in (mail, *others) if one.addresses), Guess())
    name = next((one.name for one in (mail, *others) if one.name), "")
    return Guess(name, first.addresses, first.why)


def _authors(boxes: Sequence[Box]) -> Guess:
    """Who wrote what was sent: the most frequent author, and further addresses of the same name."""
    wrote: Counter[str] = Counter()
    names: dict[str, Counter[str]] = {}
    for envelope in _sample(boxes):
        addr = normalise(envelope.author.addr)
        if addr:
            wrote[addr] += 1
            _count_name(names.setdefault(addr, Counter()), envelope.author)
    if not wrote:
        return Guess()
    (first, _), *others = _ranked(wrote)
    name = _most(names[first])
    least = max(_FEW, _SHARE * sum(wrote.values()))
    also = [
        addr
        for addr, count in others
        if count >= least and words_of(name) & words_of(_most(names[addr]))
    ]
    return Guess(name, (first, *also), "the author of your sent mail")


def _on_most(boxes: Sequence[Box]) -> Guess:
    """Whom most mails are from or to, where no folder says what was sent."""
    wrote: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    names: dict[str, Counter[str]] = {}
    total = 0
    for envelope in _sample(boxes):
        total += 1
        mailboxes = (envelope.author, *envelope.recipients)
        for one in mailboxes:
            if addr := normalise(one.addr):
                _count_name(names.setdefault(addr, Counter()), one)
        seen.update({normalise(one.addr) for one in mailboxes} - {""})
        wrote[normalise(envelope.author.addr)] += 1
    found = [
        addr
        for addr, count in _ranked(seen)
        if count >= max(_FEWEST, _EVERYWHERE * total) and 0 < wrote[addr] < total
    ]
    if len(found) != 1:
        return Guess()
    return Guess(_most(names[found[0]]), (found[0],), "on most of your mail")


def _sample(boxes: Sequence[Box]) -> Iterable[Envelope]:
    for box in islice(boxes, _BOXES):
        yield from envelopes(box)


def _count_name(names: Counter[str], mailbox: Mailbox) -> None:
    name = " ".join(mailbox.name.split())
    if name and "@" not in name:
        names[name] += 1


def _ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first; the alphabet decides where numbers do not."""
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _most(names: Counter[str]) -> str:
    return next((name for name, _ in _ranked(names)), "")


def _git(home: Home) -> Guess:
    """`[user]` of git's configuration."""
    config = home.folder("XDG_CONFIG_HOME", ".config")
    for path in (home.path / ".gitconfig", config / "git" / "config"):
        try:
            text = path.read_text("utf-8", "replace")[:100_000]
        except OSError:
            continue
        found = {
            match[1]: match[2].strip('"')
            for section in _SECTION.findall(text)
            for match in _GIT.finditer(section)
        }
        addr = normalise(found.get("email", ""))
        if addr or found.get("name"):
            return Guess(found.get("name", ""), (addr,) if addr else (), "git's settings")
    return Guess()


def _environment(home: Home) -> Guess:
    """$EMAIL, and the name that the system has for its user."""
    addr = normalise(home.environment.get("EMAIL", ""))
    name = _gecos() if home.own else ""
    return Guess(name, (addr,) if addr else (), "$EMAIL")


def _gecos() -> str:
    try:
        import pwd

        field = pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0].strip()
    except (ImportError, KeyError):
        return ""
    # "root" is nobody's name.
    return field if " " in field else ""
