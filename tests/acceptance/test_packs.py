"""All packs switched on at once, on a month as it is lived."""

from __future__ import annotations

from pathlib import Path

from acceptance_tasks import ANA, BEN, CLEO, DORA, EMIL, FLORA, GUS, HANA, House, at

PACKS = "real-networking, open-loops, keep-in-touch, introductions, birthdays"
TIERS = f"""\
version: 1
tiers:
  - {{name: inner, people: [{CLEO}, {DORA}], cadence: 30d}}
"""


def born(house: House, who: str, day: str) -> None:
    """The birthday on somebody's card."""
    path = house.card(who)
    card = path.read_bytes().replace(b"END:VCARD", f"BDAY:{day}\r\nEND:VCARD".encode())
    path.write_bytes(card)


def letters(house: House, who: str, day: str) -> None:
    """A letter of Ana's, and the answer."""
    one = house.mail(ANA, who, at(day, "09:00"), "Boats")
    house.mail(who, ANA, at(day, "11:00"), "Re: Boats", answers=one)


def month(root: Path) -> House:
    """What is there on the first of March: six people who wrote and answered, one who was met."""
    house = House(root, rules=f"{PACKS}, tiers.yaml")
    house.settings = "limits: {per_day: 50, open: 50}\n"
    (root / "tiers.yaml").write_text(TIERS, encoding="utf-8")
    for number, who in enumerate((BEN, CLEO, DORA, EMIL, FLORA, GUS)):
        letters(house, who, f"2026-02-{20 + number:02}")
    house.meet(BEN, at("2025-11-20", "10:00"))
    born(house, BEN, "1980-03-20")
    born(house, DORA, "--0325")
    born(house, GUS, "1970-03-21")
    return house


def test_a_month_with_all_packs(tmp_path: Path) -> None:
    """Each habit speaks on its day, of the right person; nothing is asked for twice, and birthdays
    of mere acquaintances are nobody's business."""
    house = month(tmp_path)
    house.once(at("2026-03-01", "20:00"))
    house.mail(
        ANA, [FLORA, GUS], at("2026-03-02", "09:00"), "Flora, meet Gus",
        "Hello,\n\nI would like to introduce you to each other: Flora builds boats, Gus sails.\n",
    )  # fmt: skip
    house.mail(
        EMIL, [ANA, HANA], at("2026-03-06", "09:00"), "Introduction: Ana, Hana",
        "Ana, I'd like to introduce you to Hana Vale, who runs the pier.\n",
    )  # fmt: skip
    days = ("06", "09", "13", "16", "18", "20", "23", "30")
    played = house.play([at(f"2026-03-{day}", "20:00") for day in days])
    made = {
        day[-2:]: sorted((one["rule"], one["person"]["addresses"][0], one["due"]) for one in new)
        for day, new in played.items()
    }
    assert made == {
        "09": [("answer-introduction", HANA, "2026-03-10")],
        "16": [("coffee-after-introduction", HANA, "2026-03-27")],
        "18": [
            ("keep-in-touch", CLEO, "2026-03-23"),
            ("keep-in-touch", DORA, "2026-03-24"),
            ("prepare-birthday", DORA, "2026-03-25"),
        ],
        "20": [("congratulate", BEN, "2026-03-20")],
        "23": [
            ("look-after-introduction", FLORA, "2026-03-30"),
            ("look-after-introduction", GUS, "2026-03-30"),
        ],
    }
    now = at("2026-03-30", "20:00")
    ended = {(one["rule"], one["status"]) for one in house.tasks(now)}
    assert ("answer-introduction", "expired") in ended
    assert ("congratulate", "expired") in ended
    assert ("coffee-after-introduction", "open") in ended


def test_answering_to_all_is_enough(tmp_path: Path) -> None:
    """One answer to both closes the introduction and thanks whoever made it; the coffee is left,
    until there is a day for it."""
    house = month(tmp_path)
    house.once(at("2026-03-01", "20:00"))
    one = house.mail(
        EMIL, [ANA, HANA], at("2026-03-06", "09:00"), "Introduction: Ana, Hana",
        "Ana, I'd like to introduce you to Hana Vale, who runs the pier.\n",
    )  # fmt: skip
    house.once(at("2026-03-09", "20:00"))
    assert [task["rule"] for task in house.tasks(at("2026-03-09", "20:00"))] == [
        "answer-introduction"
    ]
    house.mail(
        ANA, [HANA, EMIL], at("2026-03-10", "09:00"), "Re: Introduction: Ana, Hana",
        "Thank you, Emil. Hana, good to know you.\n", answers=one,
    )  # fmt: skip
    house.once(at("2026-03-10", "20:00"))
    later = at("2026-03-17", "20:00")
    house.once(later)
    about = {
        (task["rule"], task["status"])
        for task in house.tasks(later)
        if task["person"]["addresses"][0] in (HANA, EMIL)
    }
    assert about == {("answer-introduction", "closed"), ("coffee-after-introduction", "open")}
    house.meet(HANA, at("2026-04-02", "10:00"))
    house.once(at("2026-03-18", "20:00"))
    assert house.task(at("2026-03-18", "20:00"), "coffee-after-introduction", HANA)["status"] == (
        "closed"
    )
