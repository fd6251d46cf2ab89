"""What the owner says happened: who, what and when, in five languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.logged import moment_of, understand
from syncd.inference.logged_text import Cloth
from syncd.inference.logged_when import take_when

NOW = datetime(2026, 3, 11, 18, 0, tzinfo=ZoneInfo("Europe/Lisbon"))  # a Wednesday

DAYS = [
    ("yesterday", "2026-03-10"),
    ("today", "2026-03-11"),
    ("the day before yesterday", "2026-03-09"),
    ("3 days ago", "2026-03-08"),
    ("two weeks ago", "2026-02-25"),
    ("last Friday", "2026-03-06"),
    ("on Friday", "2026-03-06"),
    ("last Wednesday", "2026-03-04"),
    ("on Wednesday", "2026-03-11"),
    ("Tuesday last week", "2026-03-03"),
    ("on 3 March", "2026-03-03"),
    ("March 3rd", "2026-03-03"),
    ("on the 3rd", "2026-03-03"),
    ("20 December", "2025-12-20"),
    ("on 2026-02-28", "2026-02-28"),
    ("13/2", "2026-02-13"),
    ("gestern", "2026-03-10"),
    ("vorgestern", "2026-03-09"),
    ("heute", "2026-03-11"),
    ("vor 3 Tagen", "2026-03-08"),
    ("vor einer Woche", "2026-03-04"),
    ("letzten Freitag", "2026-03-06"),
    ("am 3. März", "2026-03-03"),
    ("am 3.3.", "2026-03-03"),
    ("hier", "2026-03-10"),
    ("avant-hier", "2026-03-09"),
    ("aujourd'hui", "2026-03-11"),
    ("il y a trois jours", "2026-03-08"),
    ("vendredi dernier", "2026-03-06"),
    ("le 3 mars", "2026-03-03"),
    ("ayer", "2026-03-10"),
    ("anteayer", "2026-03-09"),
    ("hoy", "2026-03-11"),
    ("hace 3 días", "2026-03-08"),
    ("el viernes pasado", "2026-03-06"),
    ("el 3 de marzo", "2026-03-03"),
    ("ontem", "2026-03-10"),
    ("anteontem", "2026-03-09"),
    ("hoje", "2026-03-11"),
    ("há 3 dias", "2026-03-08"),
    ("na sexta-feira passada", "2026-03-06"),
    ("a 3 de março", "2026-03-03"),
]


@pytest.mark.parametrize(("said", "day"), DAYS)
def test_the_day_is_found_and_taken_out(said: str, day: str) -> None:
    """A day gone by, in any of the five languages; the words before it stay as they were."""
    cloth = Cloth(f"Zoë, {said}")
    assert take_when(cloth, NOW).day == date.fromisoformat(day)
    assert cloth.left() == "Zoë"


CLOCKS = [
    ("yesterday at 15:00", time(15)),
    ("yesterday at 3pm", time(15)),
    ("yesterday at 3:30 pm", time(15, 30)),
    ("yesterday evening", time(20)),
    ("gestern um 15 Uhr", time(15)),
    ("gestern Abend", time(20)),
    ("hier à 15h30", time(15, 30)),
    ("hier soir", time(20)),
    ("ayer a las 15:00", time(15)),
    ("ayer por la tarde", time(15)),
    ("ontem às 15h", time(15)),
    ("ontem à noite", time(20)),
    ("2026-03-10T15:00", time(15)),
]


@pytest.mark.parametrize(("said", "clock"), CLOCKS)
def test_the_hour_is_found(said: str, clock: time) -> None:
    """A time of day, by the clock or by its part."""
    cloth = Cloth(f"Zoë {said}")
    found = take_when(cloth, NOW)
    assert (found.day, found.clock) == (date(2026, 3, 10), clock)
    assert cloth.left() == "Zoë"


@pytest.mark.parametrize(
    "said",
    ["last week", "recently", "a few days ago", "last month", "3/4", "a month ago", "31 April",
     "letzte Woche", "neulich", "la semaine dernière", "la semana pasada", "na semana passada"],
)  # fmt: skip
def test_what_names_no_single_day_is_vague(said: str) -> None:
    """Where several days could be meant none is taken."""
    found = take_when(Cloth(f"lunch with Zoë {said}"), NOW)
    assert found.vague
    assert found.day is None


@pytest.mark.parametrize(
    "said",
    ["tomorrow", "next Friday", "morgen", "nächsten Freitag", "demain", "mañana", "amanhã",
     "on 3 July", "in 3 days", "übermorgen"],
)  # fmt: skip
def test_days_ahead_are_ahead(said: str) -> None:
    """What is still to come is not taken for the past."""
    assert moment_of(take_when(Cloth(f"lunch with Zoë {said}"), NOW), NOW) > NOW


def test_a_day_alone_is_its_noon_and_nothing_is_now() -> None:
    """Moments are UTC; today, or no word of time, is now."""
    assert moment_of(understand("met Zoë yesterday", NOW).when, NOW) == datetime(
        2026, 3, 10, 12, tzinfo=UTC
    )
    for text in ("met Zoë", "met Zoë today"):
        assert moment_of(understand(text, NOW).when, NOW) == NOW
    assert (NOW - moment_of(understand("called Zoë 2 hours ago", NOW).when, NOW)).seconds == 7200


WAYS = [
    ("coffee with Ana", "meeting", "in_person"),
    ("lunch Ana", "meeting", "in_person"),
    ("met Ana", "meeting", "in_person"),
    ("meet with Ana", "meeting", "in_person"),
    ("talked to Ana on Google Meet", "meeting", "video"),
    ("talked to Ana on Meet", "meeting", "video"),
    ("visited Ana", "meeting", "in_person"),
    ("walk with Ana", "meeting", "in_person"),
    ("meeting with Ana", "meeting", "in_person"),
    ("face to face with Ana", "meeting", "in_person"),
    ("Kaffee mit Ana", "meeting", "in_person"),
    ("Ana getroffen", "meeting", "in_person"),
    ("déjeuner avec Ana", "meeting", "in_person"),
    ("j'ai vu Ana", "meeting", "in_person"),
    ("almuerzo con Ana", "meeting", "in_person"),
    ("almoço com a Ana", "meeting", "in_person"),
    ("encontrei a Ana", "meeting", "in_person"),
    ("call with Ana", "call", "phone"),
    ("phoned Ana", "call", "phone"),
    ("Ana rang", "call", "phone"),
    ("Ana called me", "call", "phone"),
    ("mit Ana telefoniert", "call", "phone"),
    ("appelé Ana", "call", "phone"),
    ("llamé a Ana", "call", "phone"),
    ("liguei à Ana", "call", "phone"),
    ("zoom with Ana", "meeting", "video"),
    ("video call with Ana", "meeting", "video"),
    ("coffee with Ana on Teams", "meeting", "video"),
    ("Videokonferenz mit Ana", "meeting", "video"),
    ("visio avec Ana", "meeting", "video"),
    ("videollamada con Ana", "meeting", "video"),
    ("videochamada com a Ana", "meeting", "video"),
    ("spoke with Ana", "meeting", "unknown"),
    ("Ana", "", "unknown"),
]


@pytest.mark.parametrize(("text", "kind", "mode"), WAYS)
def test_the_way_of_meeting(text: str, kind: str, mode: str) -> None:
    """What was done, and whether that is in person, by video or by telephone."""
    said = understand(text, NOW)
    assert (said.kind, str(said.mode), [name.text for name in said.names]) == (kind, mode, ["Ana"])


MESSAGES = [
    ("wrote Ana", "sent"),
    ("wrote to Ana", "sent"),
    ("texted Ana", "sent"),
    ("WhatsApp to Ana", "sent"),
    ("LinkedIn message to Ana", "sent"),
    ("Ich habe Ana geschrieben", "sent"),
    ("j'ai écrit à Ana", "sent"),
    ("escribí a Ana", "sent"),
    ("escrevi à Ana", "sent"),
    ("Ana wrote", "received"),
    ("Ana texted me", "received"),
    ("message from Ana", "received"),
    ("heard from Ana", "received"),
    ("Ana hat mir geschrieben", "received"),
    ("Nachricht von Ana", "received"),
    ("Ana m'a écrit", "received"),
    ("message d'Ana", "received"),
    ("Ana me escribió", "received"),
    ("a Ana escreveu-me", "received"),
    ("mensagem da Ana", "received"),
]


@pytest.mark.parametrize(("text", "direction"), MESSAGES)
def test_who_wrote_to_whom(text: str, direction: str) -> None:
    """Messages go one way, and the words say which."""
    said = understand(text, NOW)
    names = [name.text for name in said.names]
    assert (said.kind, str(said.direction), names) == ("message", direction, ["Ana"])


NAMES = [
    ("Coffee with Ana Silva and Ben Archer at Café Aurora", ["Ana Silva", "Ben Archer"]),
    ("dinner with Ana, Ben and Cleo in Lisbon", ["Ana", "Ben", "Cleo"]),
    ("Mittagessen mit Ana und Ben", ["Ana", "Ben"]),
    ("almoço com a Ana e o Ben", ["Ana", "Ben"]),
    ("reunião com Maria de Sousa", ["Maria de Sousa"]),
    ("coffee with Jean-Luc O'Brien about the boat", ["Jean-Luc O'Brien"]),
    ("lunch with Zoe Lind <zoe@example.org> and Ben", ["Zoe Lind <zoe@example.org>", "Ben"]),
    ("call with ben@example.com", ["ben@example.com"]),
    ("met Ana with Ben", ["Ana", "Ben"]),
    ("coffee with Domingo", ["Domingo"]),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_the_names(text: str, names: list[str]) -> None:
    """Everybody who is named, as written; places and topics are nobody."""
    assert [name.text for name in understand(text, NOW).names] == names


def test_the_place_and_the_title() -> None:
    """The place is kept, and the title is what was said but for the time."""
    said = understand("Coffee with Ana at Café Aurora, yesterday at 9:30", NOW)
    assert (said.place, said.title) == ("Café Aurora", "Coffee with Ana at Café Aurora")


@given(st.text(max_size=200))
def test_any_text_is_taken_apart(text: str) -> None:
    """No text is an error, and nothing is named that the text does not hold."""
    said = understand(text, NOW)
    cloth = Cloth(text)
    for name in said.names:
        for word in name.text.split():
            assert word.strip("\"'") in cloth.written.replace('"', " ")
