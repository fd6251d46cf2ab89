"""Machines that write: newsletters, calendars, shops, tickets, a mailing list, bounces."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.demo.cast import OWNER, Person, Program
from syncd.demo.chatter import office_hour
from syncd.demo.clock import YEAR, moment
from syncd.demo.letter import Headers, Letter, compose
from syncd.demo.mime import Part, multipart, text_part
from syncd.demo.scene import Scene


@dataclass(frozen=True, slots=True)
class Machine:
    """A sender that is nobody: every `every` days one of its `lines`."""

    name: str
    address: str
    every: float
    subject: str
    lines: tuple[str, ...]

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]


LIST = Machine("Cycling Lisbon", "cycling@lists.example.net", 0, "", ())

NEWSLETTERS = (
    Machine("The Daily Ledger", "news@ledger.example.com", 1.4, "Ledger no. {n}", (
        "Markets are calm, bakers are not.", "Five charts about bridges.", "What ports know.")),
    Machine("Design Weekly", "hello@designweekly.example.net", 7, "Issue {n}: forms and figures", (
        "This week: a chair, a map and a long read.", "Ten fonts nobody asked for.")),
    Machine("Claire at Founders Circle", "claire@circle.example.com", 7, "A quick thought ({n})", (
        "I was thinking of you this morning. Are you making time for what matters?",
        "Can I ask you something? Hit reply and tell me what holds you back.")),
    Machine("Museum of the River", "noticias@museu.example.org", 14, "What is on, {n}", (
        "Two new rooms, one old boat.", "Opening on Thursday, with music.")),
    Machine("Seats and Stages", "offers@stages.example.net", 5, "Last seats, night {n}", (
        "Front row, back row, any row.", "The violin is back.")),
    Machine("Cloud Digest", "digest@cloudly.example.com", 7, "Digest {n}", (
        "Seven outages and what they taught.", "Cheaper disks, dearer bits.")),
    Machine("Running Club Newsletter", "club@runners.example.net", 30, "Bulletin {n}", (
        "The spring race has a new route.",)),
)  # fmt: skip

ROBOTS = (
    Machine("Service Desk", "support@desk.example.org", 2.2, "[DESK-{n}] Ticket updated", (
        "Your ticket DESK-{n} has been updated. Status: in progress.",
        "Your ticket DESK-{n} has been resolved. Do you still need help? Reply above this line.")),
    Machine("Build Server", "builds@ci.example.org", 2.9, "Build {n} passed", (
        "All checks have passed.", "Two checks were skipped.")),
    Machine("Calendar", "calendar-notification@calendar.example.com", 2.6, "Agenda, page {n}", (
        "Your agenda for today is in your calendar.",)),
    Machine("Paper & Ink", "invoices@paperink.example.com", 9, "Your invoice {n}", (
        "Please find invoice {n} attached. It is payable within 30 days.",)),
    Machine("City Water", "no-reply@water.example.net", 30, "Bill {n} is ready", (
        "Your bill is ready in your customer area.",)),
    Machine("Corner Shop Online", "noreply@cornershop.example.com", 8, "Order {n} is on its way", (
        "Your parcel has left the warehouse.", "Your parcel is with the neighbour.")),
    Machine("Account Security", "security@login.example.com", 25, "New sign-in, case {n}", (
        "We noticed a sign-in from a new device. Was this you?",)),
    Machine("Rail Tickets", "tickets@rail.example.net", 15, "Booking {n} confirmed", (
        "Seat 41, coach 6, window. Have a pleasant journey.",)),
)  # fmt: skip

_LIST_WORDS = (
    "Does anybody know whether the river path is open again after the storm?",
    "It is open as far as the old pier. After that there is a fence.",
    "Saturday's ride starts at nine at the fountain, as always.",
    "I am selling a steel frame, size 56, hardly a scratch.",
    "Has anyone a spare inner tube for the small wheels? Asking for my daughter.",
    "The council has published the map of new lanes. It is better than I feared.",
    "My chain keeps jumping on the smallest gear. What would you look at first?",
    "The cassette. And then the hanger.",
)


def machine_mail(scene: Scene) -> None:
    """Everything that no human wrote, and the list where humans write to nobody in particular."""
    rng = scene.dice("robots")
    for sender in NEWSLETTERS:
        for number, when in _rhythm(scene, rng, sender):
            scene.mailbox.add(_newsletter(rng, sender, number, when))
    for sender in ROBOTS:
        for number, when in _rhythm(scene, rng, sender):
            scene.mailbox.add(_notice(rng, sender, number, when))
    _mailing_list(scene, rng)


def bounce(scene: Scene, letter: Letter, person: Person) -> None:
    """A hard bounce (RFC 3464) of what the owner just sent to `person`."""
    text = f"<{person.address}>: host mx.{person.domain} said: 550 5.1.1 user unknown\n"
    status = f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {person.address}\n"
    status += "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n"
    report = Part("message/delivery-status", "7bit", status.encode())
    scene.mailbox.add(
        Letter(
            author=Machine("Mail Delivery System", "mailer-daemon@mx.example.org", 0, "", ()),
            to=(OWNER,),
            subject="Undelivered Mail Returned to Sender",
            when=letter.when + timedelta(seconds=40),
            message_id=f"<{scene.rng.getrandbits(90):x}@mx.example.org>",
            body=multipart("report; report-type=delivery-status", (text_part(text), report)),
            references=(letter.message_id,),
            headers=(("Auto-Submitted", "auto-replied"),),
            envelope="",
        )
    )


def out_of_office(scene: Scene, letter: Letter, person: Person, words: str) -> None:
    """An automatic answer (RFC 3834), in the name of a human who read nothing."""
    scene.mailbox.add(
        Letter(
            author=person,
            to=(OWNER,),
            subject=f"Automatic reply: {letter.subject}",
            when=letter.when + timedelta(seconds=25),
            message_id=f"<{scene.rng.getrandbits(90):x}@{person.domain}>",
            body=text_part(words + "\n"),
            references=(letter.message_id,),
            headers=(
                ("Auto-Submitted", "auto-replied"),
                ("X-Auto-Response-Suppress", "All"),
                ("Precedence", "auto_reply"),
            ),
            envelope="",
        )
    )


def _rhythm(scene: Scene, rng: random.Random, sender: Machine) -> list[tuple[int, datetime]]:
    """The numbered moments at which `sender` writes: early, and not on weekends."""
    found: list[tuple[int, datetime]] = []
    ago = YEAR - rng.uniform(0, min(sender.every, 20))
    hour = rng.randrange(4, 8)
    while ago >= 0:
        clock = f"{hour:02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
        when = moment(scene.clock.day(int(ago)), clock)
        if scene.clock.is_past(when):
            found.append((len(found) + 117, when))
        ago -= sender.every
    return found


def _newsletter(rng: random.Random, sender: Machine, number: int, when: datetime) -> Letter:
    token = f"{rng.getrandbits(64):016x}"
    words = rng.choice(sender.lines)
    link = f"https://{sender.domain}/u/{token}"
    text = f"{sender.name}\n\n{words}\n\nUnsubscribe: {link}\n"
    page = (
        f'<html><body><table width="600"><tr><td><h1>{sender.name}</h1><p>{words}</p>'
        f'<p><a href="{link}">Unsubscribe</a></p><img src="https://{sender.domain}/p/{token}.gif" '
        'width="1" height="1" alt=""></td></tr></table></body></html>'
    )
    html = text_part(page, "html", "quoted-printable")
    headers: Headers = (
        ("List-Unsubscribe", f"<{link}>, <mailto:leave-{token}@{sender.domain}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("Feedback-ID", f"{number}:{sender.domain}"),
    )
    return _from_machine(
        rng, sender, number, when, multipart("alternative", (text_part(text), html)), headers
    )


def _notice(rng: random.Random, sender: Machine, number: int, when: datetime) -> Letter:
    text = rng.choice(sender.lines).format(n=number)
    headers: Headers = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))
    return _from_machine(rng, sender, number, when, text_part(text + "\n"), headers)


def _from_machine(
    rng: random.Random,
    sender: Machine,
    number: int,
    when: datetime,
    body: Part,
    headers: Headers,
) -> Letter:
    return Letter(
        author=sender,
        to=(OWNER,),
        subject=sender.subject.format(n=number),
        when=when,
        message_id=f"<{rng.getrandbits(80):020x}@{sender.domain}>",
        body=body,
        headers=headers,
    )


def _mailing_list(scene: Scene, rng: random.Random) -> None:
    """List traffic (RFC 2369, 2919), one poster of which answers the owner in person."""
    posters: Sequence[Person] = (*scene.cast.all("list_poster"), *_strangers())
    last: Letter | None = None
    for ago in range(YEAR, 1, -2):
        author = rng.choice(posters)
        when = office_hour(scene, rng, ago, author.zone)
        parent = last if rng.random() < 0.45 else None
        if parent is not None and parent.when >= when:
            parent = None  # round a weekend two of these days may be the same
        last = post(
            scene, rng, author, f"[cycling] Ride {ago}", rng.choice(_LIST_WORDS), when, parent
        )
    asker = scene.cast.one("list_answered")
    question = post(
        scene, rng, OWNER, "[cycling] Bicycles on the ferry",
        "Are bicycles allowed on the early ferry these days?", scene.clock.at(41, "19:10"),
    )  # fmt: skip
    scene.hear(
        asker, question.subject, "They are, on the lower deck, without a ticket.",
        scene.clock.at(40, "08:20"), parent=question,
    )  # fmt: skip


def post(
    scene: Scene,
    rng: random.Random,
    author: Person,
    subject: str,
    words: str,
    when: datetime,
    parent: Letter | None = None,
) -> Letter:
    """A message to the list, as the list hands it on."""
    address = Person("list", LIST.name, LIST.address, OWNER.zone, Program.THUNDERBIRD, "")
    headers: Headers = () if author == OWNER else (
        ("List-Id", f"{LIST.name} <cycling.lists.example.net>"),
        ("List-Post", f"<mailto:{LIST.address}>"),
        ("List-Unsubscribe", "<mailto:cycling-leave@lists.example.net>"),
        ("Precedence", "list"),
        ("Sender", "cycling-bounces@lists.example.net"),
    )  # fmt: skip
    letter = compose(rng, author, (address,), subject, words, when, parent=parent, headers=headers)
    return scene.mailbox.add(replace(letter, envelope="cycling-bounces@lists.example.net"))


def _strangers() -> tuple[Person, ...]:
    names = ("Ottilie Krantz", "Bo Lindahl", "Marisa Teles")
    return tuple(
        Person("stranger", name, f"{name.split()[0].lower()}@wheel{n}.example.net", OWNER.zone,
               Program.THUNDERBIRD, "Cyclist")
        for n, name in enumerate(names)
    )  # fmt: skip
