"""What stays open between people, and what only looks like contact: told by mail."""

from __future__ import annotations

from datetime import timedelta

from syncd.demo.cast import OWNER
from syncd.demo.phrases import PLACES
from syncd.demo.robots import bounce, out_of_office
from syncd.demo.scene import Scene

_PITCHES = (
    (
        "Quick question, Ana",
        "We help cooperatives like yours grow. Do you have fifteen minutes for me this week?",
    ),
    ("Bumping this up", "I know you are busy. Did you get a chance to read my note below?"),
    ("Last try", "I do not want to fill your inbox. Should I close your file?"),
)


def open_loops(scene: Scene) -> None:
    """Coffees, promises, questions and introductions: kept ones, and ones that wait."""
    _coffees(scene)
    _promises(scene)
    _questions(scene)
    _introductions(scene)


def one_way_mail(scene: Scene) -> None:
    """Mail that is no contact although a human name stands on it, and some that is after all."""
    _pitches(scene)
    _echoes(scene)
    _season_greeting(scene)


def _coffees(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    daniel = one("coffee_forgotten")
    note = scene.hear(
        daniel, "Long time",
        "I saw your talk online and liked the river in it. We should have coffee some day.",
        at(12, "11:20", daniel.zone),
    )  # fmt: skip
    scene.write(daniel, "", "You are right, let's have coffee soon!", at(11, "13:45"), parent=note)
    amelie = one("coffee_kept")
    note = scene.hear(
        amelie, "The bookshop", "The shop has moved, come and see. We should have coffee one day.",
        at(196, "10:10", amelie.zone),
    )  # fmt: skip
    scene.write(amelie, "", "Yes, let's have coffee. Soon!", at(195, "16:20"), parent=note)
    scene.meet("Coffee: Amélie / Ana", amelie, at(186, "16:00"), place=PLACES[1], mails=True)


def _promises(scene: Scene) -> None:
    at, one, day = scene.clock.at, scene.cast.one, scene.clock.day
    vera = one("promise_open")
    asked = scene.hear(
        vera, "Your talk in Porto", "The board loved your talk. Could we have the slides?",
        at(9, "09:20", vera.zone),
    )  # fmt: skip
    scene.write(
        vera, "", f"With pleasure. I'll send you the slides by {day(5):%A}.",
        at(9, "15:40"), parent=asked,
    )  # fmt: skip
    ahmed = one("promise_kept")
    first = scene.write(
        ahmed, "The figures", f"I'll send you the export figures by {day(33):%A}.", at(37, "10:00")
    )
    scene.write(
        ahmed, "", "As promised, the export figures are attached.", at(34, "11:30"),
        parent=first, attachment="figures.pdf",
    )  # fmt: skip
    scene.hear(ahmed, "", "Received, thank you.", at(33, "09:15", ahmed.zone), parent=first)
    greta = one("their_promise_open")
    scene.hear(
        greta, "The autumn fair",
        f"The fair is on again. I will send you the draft programme by {day(6):%A}.",
        at(10, "14:20", greta.zone),
    )  # fmt: skip


def _questions(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    isabel = one("question_to_answer")
    scene.hear(
        isabel, "Oil for the canteen",
        "The harvest is in. How many bottles do you need this year, and by when?",
        at(6, "12:10", isabel.zone),
    )  # fmt: skip
    patrick = one("question_waiting")
    scene.write(
        patrick, "Clause seven",
        "Could you tell me whether clause seven covers volunteers as well?",
        at(8, "10:50"),
    )  # fmt: skip
    svenja = one("questions_answered")
    scene.talk(
        svenja, OWNER, "Pump",
        ("Which voltage does your pump need?", "230 volts, single phase.", "Then it will fit."),
        at(44, "09:05", svenja.zone),
    )  # fmt: skip
    scene.talk(
        OWNER, svenja, "Dyke tour",
        ("Does the tour start at the lock or at the mill?", "At the lock, rain or shine."),
        at(30, "11:15"),
    )  # fmt: skip


def _introductions(scene: Scene) -> None:
    at, one = scene.clock.at, scene.cast.one
    catarina, jamal = one("introducer"), one("introduced")
    scene.write(
        (OWNER, jamal), "Introduction: Ana / Jamal",
        "Ana, meet Jamal, who builds schools out of timber. Jamal, meet Ana, who knows every "
        "cooperative in the country. I will leave you two to it.",
        at(7, "16:25"), author=catarina,
    )  # fmt: skip
    scene.write(
        scene.cast.two("introduced_pair"), "Introduction: Elif / Nils",
        "I would like to introduce you to each other: Elif ferments everything, and Nils grows "
        "the best cabbage in the north. You two should talk.",
        at(17, "10:30"),
    )  # fmt: skip
    tamsin, andrei = scene.cast.two("introduced_with_echo")
    letter = scene.write(
        (tamsin, andrei), "Introduction: Tamsin / Andrei",
        "Let me introduce you to each other: Tamsin draws foxes, and Andrei publishes them.",
        at(72, "10:15"),
    )  # fmt: skip
    scene.write(
        (tamsin,), "", "Thank you for the introduction, Ana. Tamsin, your foxes are wonderful.",
        at(71, "09:40"), author=andrei, cc=(OWNER,), parent=letter,
    )  # fmt: skip
    scene.hear(
        tamsin, "Foxes", "Andrei is going to print the foxes. Thank you for introducing us!",
        at(49, "13:30", tamsin.zone),
    )  # fmt: skip


def _pitches(scene: Scene) -> None:
    rng = scene.dice("pitches")
    for number, pitcher in enumerate(scene.cast.all("cold_pitcher")):
        ago = 330 - 62 * number
        letter = None
        for subject, words in _PITCHES[: rng.randrange(1, 4)]:
            when = scene.clock.at(ago, f"{rng.randrange(8, 17):02d}:{rng.randrange(60):02d}")
            letter = scene.hear(pitcher, subject, words, when, parent=letter)
            ago -= rng.randrange(4, 9)
    gustavo = one = scene.cast.one("pitch_answered")
    first = scene.hear(gustavo, *_PITCHES[0], scene.clock.at(238, "09:12", one.zone))
    answer = scene.write(
        gustavo, "",
        "Your note came at the wrong time, and I have thought of it since. The pilot is open now.",
        scene.clock.at(112, "11:48"), parent=first,
    )  # fmt: skip
    scene.hear(
        gustavo, "", "What a surprise! We have signed up for the pilot today.",
        scene.clock.at(111, "10:02", gustavo.zone), parent=answer,
    )  # fmt: skip


def _echoes(scene: Scene) -> None:
    """Answers that no one wrote, and one that a human wrote under a machine's headers."""
    at, one = scene.clock.at, scene.cast.one
    harald = one("bounced")
    bounce(
        scene,
        scene.write(harald, "Fjord project", "The dates are public now.", at(35, "10:20")),
        harald,
    )
    linnea = one("out_of_office")
    note = scene.write(linnea, "Summer school", "The dates are public now.", at(33, "10:40"))
    out_of_office(
        scene, note, linnea,
        "I am out of the office with no access to mail. In urgent cases, could you call my team?",
    )  # fmt: skip
    magnus = one("answered_with_bulk_headers")
    question = scene.write(
        magnus, "Permit for the fair", "Which form do we need for the fair?", at(70, "09:30")
    )
    scene.hear(
        magnus, "", "Form 12 is enough, and it is free of charge.", at(69, "10:10", magnus.zone),
        parent=question,
        headers=(("Precedence", "bulk"), ("List-Unsubscribe", f"<https://{magnus.domain}/u/7>")),
    )  # fmt: skip


def _season_greeting(scene: Scene) -> None:
    """One letter to twenty people, sent one by one: no twentyfold contact."""
    people = (*scene.cast.all("client"), *scene.cast.all("friend"), *scene.cast.all("colleague"))
    start = scene.clock.at(96, "16:00")
    for number, person in enumerate(people):
        scene.write(
            person, "A word at the end of the season",
            "Our season is over, and it was the best so far. Thank you for being part of it.",
            start + timedelta(seconds=75 * number),
        )  # fmt: skip
