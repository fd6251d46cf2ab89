"""What calendar titles say: whom they name, and whether they are meetings or reminders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.titles import fold, is_imperative, is_meeting_title, tokens, who

PEOPLE = {
    "ana": frozenset({"silva"}),
    "ana silva": frozenset({"silva"}),
    "bob": frozenset({"reed"}),
    "bob reed": frozenset({"reed"}),
    "josé": frozenset({"pires"}),
    "will": frozenset({"hall"}),
    "may": frozenset({"chen"}),
    "max": frozenset({"kern", "lund"}),
    "max kern": frozenset({"kern"}),
    "max lund": frozenset({"lund"}),
}


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Coffee with Ana", {"silva"}),
        ("coffee with ana", {"silva"}),
        ("LUNCH ANA", {"silva"}),
        ("Ana <> Bob call", {"silva", "reed"}),
        ("Ana/Bob", {"silva", "reed"}),
        ("Dinner with Ana and Bob", {"silva", "reed"}),
        ("Kaffee mit Ana Silva, Café Central", {"silva"}),
        ("Lunch with José", {"pires"}),
        ("Lunch with Jose", {"pires"}),
        ("Lunch w/ Ana", {"silva"}),
        ("Gift for Ana", {"silva"}),
        ("Ana anrufen", {"silva"}),
        ("Ana (Lisbon) 12:30", {"silva"}),
        ("1:1 Ana", {"silva"}),
        # One first name, several people; a surname or its first letter tells them apart.
        ("Coffee with Max", {"kern", "lund"}),
        ("Coffee with Max Lund", {"lund"}),
        ("Coffee with Max L.", {"lund"}),
        # Somebody else of that first name.
        ("Coffee with Ana Costa", set()),
        ("Coffee with Ana C.", set()),
        ("coffee with ana costa", set()),
        ("Coffee with Maria Ana", set()),
        ("Coffee with Carol", set()),
        # Spoken of, not met.
        ("Call with Bob about Ana", {"reed"}),
        ("Lunch without Ana", set()),
        ("Lunch w/o Ana", set()),
        ("Ana's team lunch", set()),
        # Places and plain words.
        ("Lunch in San José", set()),
        ("Lunch at Bob", set()),
        ("Lunch will be served", set()),
        ("Team lunch 3 May", set()),
        ("Lunch with Will", {"hall"}),
        ("Lunch with May", {"chen"}),
        ("", set()),
    ],
)
def test_who_is_named(title: str, named: set[str]) -> None:
    """A title names whom it is with, and nobody whom it only mentions."""
    assert who(title, PEOPLE) == named


@pytest.mark.parametrize("name", ["Ana", "Ana Silva", "José", "Max Lund"])
def test_tokens_find_every_name_in_the_index(name: str) -> None:
    """The words of a title are the keys under which the store finds its candidates."""
    assert tokens(f"Coffee with {name}") & tokens(name)
    assert name.lower() in tokens(f"Coffee with {name}")


def test_tokens_come_with_and_without_accents() -> None:
    """A name is found however either side spells it."""
    assert {"josé", "jose", "josé da silva", "jose da silva"} <= tokens("José da Silva")


def test_tokens_leave_everyday_words_out() -> None:
    """No look-up is spent on what is never a name."""
    assert tokens("Coffee with Ana on Monday") == {"ana"}


@pytest.mark.parametrize(
    "title",
    [
        "Coffee with Ana",
        "Lunch Ana",
        "Ana <> Bob call",
        "Ana <> Bob",
        "1:1 Ana",
        "Ana 1-1",
        "Call with Ana",
        "Call: Ana",
        "Phone call with Ana",
        "Phone interview Ana",
        "Ana call",
        "Catch up with Ana",
        "Catch-up Ana",
        "Meet Ana",
        "Review with Ana",
        "Zoom with Ana",
        "☕ Ana",
        "Treffen mit Ana",
        "Kaffee Ana",
        "Mittagessen mit Ana",
        "Telefonat mit Ana",
        "Anruf mit Ana",
        "Gespräch Ana",
        "Déjeuner avec Ana",
        "Café avec Ana",
        "Rendez-vous Ana",
        "Appel avec Ana",
        "Réunion avec Ana",
        "Almuerzo con Ana",
        "Reunión con Ana",
        "Llamada con Ana",
        "Cita con Ana",
        "Almoço com Ana",
        "Jantar com Ana",
        "Reunião com Ana",
        "Chamada com Ana",
        "Encontro com Ana",
    ],
)
def test_a_way_of_meeting_is_a_meeting(title: str) -> None:
    """In five languages, with or without "with"."""
    assert is_meeting_title(title)
    assert not is_imperative(title)


@pytest.mark.parametrize(
    "title",
    [
        "Call Ana",
        "call ana",
        "☎ Call Ana",
        "To call Ana",
        "Call back Ana",
        "Call Ana with news",
        "Ana: to call",
        "Gift for Ana",
        "Email Bob",
        "E-mail Bob",
        "Text Ana",
        "Buy coffee for Ana",
        "Remind Ana",
        "Reminder: lunch with Ana",
        "Follow up with Ana",
        "Schedule lunch with Ana",
        "Prepare meeting with Ana",
        "Please write Ana",
        "Don't forget to thank Ana",
        "Talk to Ana",
        "Ana anrufen",
        "Mail an Ana",
        "Geschenk für Ana",
        "Anruf Ana",
        "Termin mit Ana vereinbaren",
        "Appeler Ana",
        "Écrire à Ana",
        "Cadeau pour Ana",
        "Rappeler Ana",
        "Llamar a Ana",
        "Regalo para Ana",
        "Escribir a Ana",
        "Ligar à Ana",
        "Prenda para Ana",
        "Responder à Ana",
    ],
)
def test_an_imperative_is_a_reminder(title: str) -> None:
    """What tells the owner to do something is not yet done, even where a meeting is its object."""
    assert is_imperative(title)
    assert not is_meeting_title(title)


@pytest.mark.parametrize("title", ["Ana", "Ana Silva", "Ana contract", "Ana / Bob", "Dentist", ""])
def test_a_bare_name_is_neither(title: str) -> None:
    """A name alone says nothing of what is to happen."""
    assert not is_meeting_title(title)
    assert not is_imperative(title)


@given(st.text(max_size=60))
def test_any_title_can_be_read(title: str) -> None:
    """No text breaks the reader; whom it names is known, and a title is one thing at most."""
    assert who(title, PEOPLE) <= frozenset().union(*PEOPLE.values())
    assert not (is_imperative(title) and is_meeting_title(title))
    assert all(token == token.strip() and token for token in tokens(title))


@given(st.text(max_size=40))
def test_folding_is_stable(text: str) -> None:
    """What is folded once is not changed by folding again."""
    assert fold(fold(text)) == fold(text)
