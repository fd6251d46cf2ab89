"""People whose year leads up to a task, or rightly to none: first meetings, silence, distance."""

from __future__ import annotations

from datetime import timedelta

from syncd.demo.address_book import Card
from syncd.demo.cast import OWNER, Person
from syncd.demo.chatter import fill
from syncd.demo.ical import Guest
from syncd.demo.phrases import FRIEND, PLACES
from syncd.demo.scene import Scene

_PHONE = "Phone: +1-202-555-0142"


def first_meetings(scene: Scene) -> None:
    """Met within the last three weeks; how far the owner has followed up differs."""
    at, one = scene.clock.at, scene.cast.one
    nadine = one("met_yesterday")
    _arranged(scene, nadine, 8)
    scene.meet("Coffee: Nadine / Ana", nadine, at(1, "16:30"), place=PLACES[0], mails=True)

    sofia = one("met_by_video")
    _arranged(scene, sofia, 11)
    scene.meet("Sofia / Ana: first call", sofia, at(5, "15:00"), video=True, mails=True)
    _thanked(scene, sofia, 5, "18:20")

    claudia = scene.cast.named("Claudia")
    group = [Guest(claudia), *(Guest(person) for person in scene.cast.all("met_in_group"))]
    scene.meet(
        "Spring fair: suppliers", group, at(3, "10:30"),
        convener=claudia, minutes=90, place="Harbour Hall 4, Lisboa", mails=True,
    )  # fmt: skip

    arjun = one("met_and_thanked")
    _arranged(scene, arjun, 15)
    scene.meet("Lunch: Arjun / Ana", arjun, at(9, "13:00"), convener=arjun, place=PLACES[3])
    _thanked(scene, arjun, 9, "17:45")
    scene.cards.add(Card(arjun, note="Met at lunch; looks for timber builders"))

    meilin = one("met_and_done")
    _arranged(scene, meilin, 22)
    scene.meet("Coffee: Meilin / Ana", meilin, at(16, "16:00"), place=PLACES[1], mails=True)
    _thanked(scene, meilin, 16, "19:05")
    scene.meet("Call: Ana / Meilin", meilin, at(9, "11:30"), minutes=30, place=_PHONE, mails=True)
    scene.meet("Lunch: Meilin / Ana", meilin, at(4, "13:00"), place=PLACES[2], mails=True)
    _thanked(scene, meilin, 4, "17:30")

    tunde = one("met_too_long_ago")
    _arranged(scene, tunde, 25)
    scene.meet("Breakfast: Tunde / Ana", tunde, at(19, "09:00"), place=PLACES[5], mails=True)
    _thanked(scene, tunde, 19, "12:15")

    marek = one("future_only")
    _arranged(scene, marek, 6)
    scene.meet("Coffee: Marek / Ana", marek, at(-3, "11:00"), place=PLACES[4], mails=True)


def met_once(scene: Scene) -> None:
    """Met more than two months ago and not since: a month is left to find a day.

    One of them was met longer ago: that reminder is older than any catch-up and stays a report.
    """
    at = scene.clock.at
    viktor, paloma = scene.cast.two("met_once")
    emeka, dorota = scene.cast.one("met_once_scheduled"), scene.cast.one("met_once_too_long_ago")
    for number, person in enumerate((viktor, emeka, paloma, dorota)):
        ago = (66, 68, 70, 86)[number]
        # Hours of their own: around a weekend these days may be one and the same.
        hour = ("13:00", "16:00", "10:30", "15:00")[number]
        scene.meet(
            f"Coffee: {person.first} / Ana", person, at(ago, hour),
            place=PLACES[number], mails=True,
        )  # fmt: skip
        _thanked(scene, person, ago, "18:10")
        scene.meet(
            f"Call: Ana / {person.first}", person, at(38 + number, hour),
            minutes=30, place=_PHONE, mails=True,
        )  # fmt: skip
    scene.meet("Lunch: Emeka / Ana", emeka, at(-5, "13:00"), place=PLACES[4], mails=True)


def far_and_silent(scene: Scene) -> None:
    """A friend who is only ever online, one who fell silent, and one who is due again."""
    rng = scene.dice("far")
    at, one = scene.clock.at, scene.cast.one
    keiko = one("online_friend")
    for ago in range(352, 9, -24):
        _chat(scene, keiko, ago)
    for ago in range(340, 9, -33):
        scene.meet(
            "Keiko / Ana", keiko, at(ago, "09:00"), video=True,
            convener=rng.choice((OWNER, keiko)), utc=True, mails=False,
        )  # fmt: skip
    liam = one("dormant")
    for ago in range(358, 216, -10):
        _chat(scene, liam, ago)
    for ago in (350, 318, 262):
        scene.meet("Walk: Liam / Ana", liam, at(ago, "18:00"), minutes=90, place="Sintra, station")
    fatima = one("inner_overdue")
    for ago in range(350, 16, -11):
        _chat(scene, fatima, ago if ago > 30 else 21)
    for ago in (330, 281, 233, 190, 131, 82, 44):
        scene.meet("Dinner with Fátima", fatima, at(ago, "19:30"), place=PLACES[3], mails=False)
    miguel = scene.cast.named("Miguel")
    scene.hear(miguel, "The table", "It is finished. Oak, as you wanted.", at(3, "18:12"))
    siv = one("two_addresses")
    private = Person(siv.role, siv.name, siv.second, siv.zone, siv.program, siv.work)
    for ago, address in ((124, siv), (101, private), (63, private), (40, siv)):
        _chat(scene, address, ago)


def address_book(scene: Scene) -> None:
    """Cards the owner saved over the years; one of them is of somebody never heard of again."""
    cast = scene.cast
    roles = ("client", "friend", "introducer", "two_addresses", "coffee", "card_only",
             "inner_overdue", "dormant", "online_friend", "met_once", "questions_answered",
             "question_waiting", "weekly_partner")  # fmt: skip
    people = [person for role in roles for person in cast.all(role)]
    for number, person in enumerate((*people, *cast.all("colleague")[:4])):
        birthday = f"19{60 + number % 35}-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
        scene.cards.add(Card(person, birthday=birthday if number % 3 == 0 else ""))


def _arranged(scene: Scene, person: Person, ago: int) -> None:
    """How a first meeting comes about; the invitation then settles the question."""
    company = person.domain.split(".")[0].capitalize()
    question = (
        f"Your work at {company} was recommended to me. "
        "Would you have an hour for me in the coming days?"
    )
    answer = "With pleasure. Your invitation is enough, my calendar is open."
    first = scene.write(person, "A first meeting", question, scene.clock.at(ago, "09:15"))
    scene.hear(person, "", answer, first.when + timedelta(hours=2, minutes=11), parent=first)


def _thanked(scene: Scene, person: Person, ago: int, hour: str) -> None:
    words = "Thank you for your time today, it was great to meet you. The article is attached."
    when = scene.clock.at(ago, hour)
    scene.write(person, "Today", words, when, attachment="article.pdf")


def _chat(scene: Scene, person: Person, ago: int) -> None:
    script = fill(scene.rng.choice(FRIEND), scene.rng)
    pair = (person, OWNER) if scene.rng.random() < 0.5 else (OWNER, person)
    while scene.clock.is_away(scene.clock.day(ago)):
        ago += 1
    start = scene.clock.at(ago, f"{scene.rng.randrange(9, 17):02d}:{scene.rng.randrange(60):02d}")
    scene.talk(*pair, script.subject, script.turns, start)
