"""Whatever comes first, in however many runs, twice or once: the same state in the end."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from acceptance_letters import ANA_WHO, difference, itip, letter, multi, part, shaped, told
from acceptance_world import ANA, Home, at, calendar, vevent
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

BEN_WHO, GUSTAV_WHO = "Ben Archer <ben@example.com>", "Gustav Hollis <gustav.hollis@example.com>"
BEN, MILL = "ben@example.com", "archer@mill.example.net"
CLEO, DORA = "cleo@example.net", "dora@example.org"
EGON, FRIDA = "egon@example.com", "frida@example.net"
GUSTAV, GREEN = "gustav.hollis@example.com", "gustav.hollis@green.example.net"
GREEN_WHO = f"Gustav Hollis <{GREEN}>"
ALIAS = "a.silva@work.example.com"
DAY = at("2026-06-01T09:00")
WORK = "  - {name: work, kind: local, mail: [work/], calendar: [work-calendar/]}\n"
YES = "ACCEPTED"
REPORT = 'multipart/report; report-type=delivery-status; boundary="=_one"'


class Piece(NamedTuple):
    """A file, and what stood in it before, if it was ever different."""

    path: str
    data: bytes
    before: bytes = b""


def mail(
    name: str, author: str, to: str, day: float, text: str = "It rained.\n", **more: Any
) -> Piece:
    when = DAY + timedelta(days=day)
    more.setdefault("subject", f"About {name}")
    body = more.pop("body", text)
    return Piece(
        f"mail/{name}.eml", letter(author, to, when, body, name=f"{name}@example.net", **more)
    )


def meeting(
    uid: str,
    who: str,
    day: float,
    *,
    theirs: str = YES,
    mine: str = YES,
    by: str = ANA,
    more: tuple[str, ...] = (),
) -> bytes:
    answers = {ANA: mine, who: theirs}
    start = DAY + timedelta(days=day)
    return calendar(vevent(start, "Talk", uid, organizer=by, attendees=answers, more=more)).encode()


def by_mail(
    name: str,
    author: str,
    method: str,
    organizer: str,
    answers: dict[str, str],
    day: float,
    start: float,
    more: tuple[str, ...] = (),
) -> Piece:
    """An iTIP message about the meeting that begins on day `start`."""
    when = DAY + timedelta(days=day)
    to = next((addr for addr in answers if addr != ANA), ANA) if author == ANA_WHO else ANA
    uid = f"{(to if author == ANA_WHO else author).partition('@')[0]}@c"
    text = itip(
        method,
        DAY + timedelta(days=start),
        uid,
        answers,
        organizer=organizer,
        more=more,
        stamp=f"{when:%Y%m%dT%H%M%SZ}",
    )
    subject = f"{method}: Talk"
    return mail(name, author, to, day, subject=subject, **shaped("google", method, text))


def card(name: str, *addresses: str) -> Piece:
    uid = name.replace(" ", "-").lower()
    emails = "".join(f"EMAIL:{addr}\r\n" for addr in addresses)
    text = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\n{emails}END:VCARD\r\n"
    return Piece(f"contacts/{uid}.vcf", text.encode())


def bounce() -> Piece:
    told = (
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {DORA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    head = f"From: {ANA_WHO}\r\nTo: {DORA}\r\nMessage-ID: <to-dora@example.net>\r\n\r\n"
    body = multi(
        part("text/plain", "Not delivered.\r\n"),
        part("message/delivery-status", told),
        part("text/rfc822-headers", head),
    )
    return mail("bounce", "mailer-daemon@mx.example.org", ANA, 4.01, body=body, kind=REPORT)


CANCELLED = ("STATUS:CANCELLED", "SEQUENCE:1")
PIECES = (
    # Ben: two addresses that only a card joins, a question from one, its answer to the other.
    mail("to-ben", ANA_WHO, BEN_WHO, 0),
    mail("ben-asks", BEN_WHO, ANA, 1, "Could you send me the slides?\n"),
    mail("mill", f"archer <{MILL}>", ANA, 2, "I will send you the plan tomorrow.\n"),
    mail("to-mill", ANA_WHO, MILL, 3, "Here they are.\n"),
    card("Ben Archer", BEN, MILL),
    Piece("calendar/ben.ics", meeting("ben@c", BEN, 5, more=CANCELLED), meeting("ben@c", BEN, 5)),
    Piece("calendar/mill.ics", meeting("mill@c", MILL, 6)),
    # Cleo: a stranger whom a late answer makes real; her second mail has no In-Reply-To.
    mail("cleo", f"Cleo <{CLEO}>", ANA, 0, "Shall we have coffee?\n", subject="The old mill"),
    mail("to-cleo", ANA_WHO, f"Cleo <{CLEO}>", 6, subject="Re: The old mill"),
    mail("cleo-again", f"Cleo <{CLEO}>", ANA, 7, subject="Re: The old mill"),
    # Dora: the mail to her came back.
    mail("to-dora", ANA_WHO, f"Dora <{DORA}>", 4),
    bounce(),
    mail("to-dora-2", ANA_WHO, f"Dora <{DORA}>", 8),
    # Egon: a meeting that he cancels by mail.
    mail("to-egon", ANA_WHO, f"Egon <{EGON}>", 0),
    Piece("calendar/egon.ics", meeting("egon@c", EGON, 9, by=EGON)),
    by_mail("egon-cancels", EGON, "CANCEL", EGON, {ANA: YES, EGON: YES}, 8, 9, CANCELLED),
    # Frida: a meeting whose invitation and answer only came by mail, in either order.
    by_mail("to-frida", ANA_WHO, "REQUEST", ANA, {ANA: YES, FRIDA: "NEEDS-ACTION"}, 3, 10),
    by_mail("frida", FRIDA, "REPLY", ANA, {FRIDA: YES}, 4, 10),
    by_mail("frida-2", FRIDA, "REPLY", ANA, {FRIDA: "DECLINED"}, 5, 10),
    # Gustav: two addresses under one full name, and a Reply-To from the one to the other.
    mail("to-gustav", ANA_WHO, GUSTAV_WHO, 1),
    mail("gustav", GUSTAV_WHO, ANA, 2, more={"Reply-To": GREEN_WHO}),
    mail("green", GREEN_WHO, ANA, 3, "Please let me know which day suits you.\n"),
    # The owner under another address, which only a card tells.
    card("Ana Silva", ANA, ALIAS),
    mail("alias", f"Ana Silva <{ALIAS}>", "Hedda <hedda@example.com>", 2),
    mail("hedda", "Hedda <hedda@example.com>", ALIAS, 3, "Could you call me?\n"),
)  # fmt: skip


def home_in(folder: str, mode: str) -> Home:
    home = Home(Path(folder), rules="real-networking, open-loops", more=mode)
    (home.folder / "work").mkdir()
    (home.folder / "work-calendar").mkdir()
    home.configure(home.config.read_text().replace("tasks_in:", WORK + "tasks_in:"))
    return home


def put(home: Home, piece: Piece, *, twice: bool, old: bool = False) -> None:
    home.write(piece.path, piece.before if old else piece.data)
    where = piece.path.partition("/")[0]
    if twice and where != "contacts":
        copy = piece.path.replace("mail/", "work/").replace("calendar/", "work-calendar/")
        home.write(copy, piece.before if old else piece.data)


ORDERS = st.permutations(range(len(PIECES)))
CUTS = st.lists(st.integers(1, len(PIECES) - 1), max_size=3).map(sorted)
TWICE = st.sets(st.integers(0, len(PIECES) - 1), max_size=6)
FEW = settings(
    max_examples=int(os.environ.get("SYNCD_SOAK", "2")),
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def at_once(twice: set[int], mode: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, mode)
        for index, piece in enumerate(PIECES):
            put(home, piece, twice=index in twice)
        home.once()
        return told(home, accounts=True)


@given(order=ORDERS, cuts=CUTS, twice=TWICE)
@FEW
def test_the_order_of_arrival_does_not_matter(
    order: list[int], cuts: list[int], twice: set[int]
) -> None:
    """Shuffled, in several runs, some twice: what is told is as if all had come at once."""
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, "mode: preview\n")
        for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            for index in order[begin:end]:
                piece = PIECES[index]
                put(home, piece, twice=index in twice, old=bool(piece.before) and end != len(order))
            home.once()
        for index, piece in enumerate(PIECES):
            if piece.before:
                put(home, piece, twice=index in twice)
        home.once()
        found = told(home, accounts=True)
    expected = at_once(twice, "mode: preview\n")
    assert found == expected, difference(expected, found)


@given(cuts=CUTS, order=ORDERS)
@FEW
def test_copies_come_later(cuts: list[int], order: list[int]) -> None:
    """Mail that appears in a second account after it was judged changes only its evidence."""
    some = set(order[: len(order) // 2])
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, "mode: preview\n")
        for piece in PIECES:
            put(home, piece, twice=False)
        home.once()
        before = told(home)
        for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            for index in order[begin:end]:
                if index in some:
                    put(home, PIECES[index], twice=True)
            home.once()
        assert told(home) == before, difference(before, told(home))
        found = told(home, accounts=True)
    expected = at_once(some, "mode: preview\n")
    assert found == expected, difference(expected, found)


def waiting(said: dict[str, Any]) -> set[tuple[str, ...]]:
    """Whom an open task is about, and by which rule."""
    open_ones = [task for task in said["tasks"] if task["status"] == "open"]
    return {(task["rule"], *task["person"]["addresses"]) for task in open_ones}


@given(order=ORDERS, cuts=CUTS)
@FEW
def test_what_is_delivered_on_the_way(order: list[int], cuts: list[int]) -> None:
    """Tasks written by the runs between are closed by late evidence: in the end the same wait."""
    limits = "limits: {per_day: 50, open: 50}\n"
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, limits)
        for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            for index in order[begin:end]:
                put(home, PIECES[index], twice=False)
            home.once()
        home.once()
        found = told(home)
    expected = at_once(set(), limits)
    assert found["people"] == expected["people"]
    assert waiting(found) == waiting(expected)


def test_another_run_changes_nothing() -> None:
    """A run that finds nothing new says the same, whatever was delivered by the one before."""
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, "limits: {per_day: 50, open: 50}\n")
        for piece in PIECES:
            put(home, piece, twice=True)
        home.once()
        before = told(home, accounts=True)
        assert any(task["status"] == "open" for task in before["tasks"])
        home.once()
        assert told(home, accounts=True) == before


def test_what_was_judged_is_what_is_meant() -> None:
    """The world of these tests holds what it says: joins, a bounce, a cancellation, an alias."""
    with tempfile.TemporaryDirectory() as folder:
        home = home_in(folder, "mode: preview\n")
        for piece in PIECES:
            put(home, piece, twice=False)
        home.once()
        people = {frozenset(one["addresses"]) for one in home.people()}
        assert {frozenset({BEN, MILL}), frozenset({GUSTAV, GREEN})} <= people
        assert ALIAS not in home.everything()
        assert "yes" not in {one["real"] for one in home.interactions(DORA)}
        for addr in (EGON, FRIDA):
            met = [one["real"] for one in home.interactions(addr) if one["kind"] == "meeting"]
            assert met == ["no"], addr
        assert [one["real"] for one in home.interactions(CLEO)] == ["yes"] * 3
        assert {one["real"] for one in home.interactions("hedda@example.com")} == {"yes"}
