"""Only the new text of a mail is read: quotes, signatures and the rest are zoned off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.inference.zones import new_text

QUOTE = "> Can we meet?\n> Ana\n"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Mar 3, 2025 at 10:00 AM Ana Silva <ana@example.org> wrote:",
        "On Mon, Mar 3, 2025 at 10:00 AM Ana Silva of Somewhere\n<ana@example.org> wrote:",
        "Am 03.03.2025 um 10:00 schrieb Ana Silva:",
        "Ana Silva <ana@example.org> schrieb am Mo., 3. März 2025, 10:00:",
        "Le lun. 3 mars 2025 à 10:00, Ana Silva <ana@example.org> a écrit :",
        "El lun, 3 mar 2025 a las 10:00, Ana Silva (<ana@example.org>) escribió:",
        "Em seg., 3 de mar. de 2025 às 10:00, Ana <ana@example.org> escreveu:",
        "Il giorno lun 3 mar 2025 alle ore 10:00 Ana <ana@example.org> ha scritto:",
        "Ana Silva <ana@example.org> writes:",
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_a_quote_goes_with_its_attribution(attribution: str, marked: bool) -> None:
    """In six languages, wrapped or not, whether the quoted lines are marked or not."""
    quote = QUOTE if marked else "Can we meet?\nAna\n"
    assert new_text(f"Yes, gladly.\n\n{attribution}\n\n{quote}") == "Yes, gladly."


@pytest.mark.parametrize(
    "header",
    [
        "From: Ana <ana@example.org>\nSent: Monday, March 3, 2025\nTo: Bob\nSubject: Lunch",
        "________________________________\nFrom: Ana\nSent: Monday\nTo: Bob\nSubject: Lunch",
        "*From:* Ana\n*Sent:* Monday\n*To:* Bob\n*Subject:* Lunch",
        "Von: Ana\nGesendet: Montag\nAn: Bob\nBetreff: Mittag",
        "De : Ana\nEnvoyé : lundi\nÀ : Bob\nObjet : Déjeuner",
        "De: Ana\nEnviado el: lunes\nPara: Bob\nAsunto: Comida",
        "De: Ana\nEnviada: segunda\nPara: Bob\nAssunto: Almoço",
        "-----Original Message-----\nFrom: Ana",
        "-----Ursprüngliche Nachricht-----\nVon: Ana",
        "---------- Forwarded message ---------\nFrom: Ana",
        "Begin forwarded message:\n\nFrom: Ana",
        "---------------------- Forwarded by Ana Silva/NA on 05/24/2001 -----",
        "\tAna Silva\n\t03/03/2025 10:00 AM\n\t\t To: Bob\n\t\t cc: Cleo\n\t\t Subject: Lunch",
    ],
)
def test_what_is_quoted_below_a_header_goes(header: str) -> None:
    """Outlook, Apple Mail, Gmail and Notes, in the languages they speak."""
    assert new_text(f"Works for me.\n\n{header}\n\nCan we meet?\n") == "Works for me."


def test_answers_between_quoted_lines_stay() -> None:
    """Who answers point by point wrote all of it."""
    text = (
        "On 3 March 2025, Ana wrote:\n> Can you send it?\n\nToday.\n\n> And the map?\n\nTomorrow.\n"
    )
    assert new_text(text).split() == ["Today.", "Tomorrow."]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna Silva\nCould you call +351 555 0100?",
        "--\nAna",
        "Best regards,\nAna Silva\nDirector, Example Ltd\n+351 555 0100",
        "Thanks,\nAna",
        "Cheers\n\nAna",
        "Viele Grüße\nAna",
        "Mit freundlichen Grüßen\n\nAna Silva",
        "Cordialement,\nAna",
        "Un saludo,\nAna",
        "Abraços,\nAna",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "This e-mail and any attachments are confidential and intended only for the addressee.",
        "CONFIDENTIALITY NOTICE: do not read this.",
        "Please consider the environment before printing this e-mail.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "_______________________________________________\nTalk mailing list\nTalk@example.net",
    ],
)
def test_a_signature_is_no_text(signature: str) -> None:
    """Closings, names, devices, disclaimers and footers of lists go."""
    assert new_text(f"See you there.\n\n{signature}\n") == "See you there."


def test_a_postscript_is_text() -> None:
    """It stands below the signature and was written anew."""
    text = "Done.\n\nCheers,\nAna\n\nP.S. Can you send me the map?\n"
    assert new_text(text).split("\n")[-1] == "P.S. Can you send me the map?"


def test_a_closing_word_in_the_middle_closes_nothing() -> None:
    """ "Thanks" on a line of its own may be followed by the mail."""
    text = "Thanks\n\nI'll send it on Monday. Could you look at it? There is more to say here."
    assert new_text(text) == text


def test_a_gateways_banner_is_no_text() -> None:
    """It asks the reader for things that nobody asked for."""
    banner = "CAUTION: This email originated from outside of the organization. Do not click links."
    assert new_text(f"{banner}\n\nCan you call me?\n") == "Can you call me?"


def test_a_forward_without_a_word_says_nothing() -> None:
    """All of it is somebody else's."""
    assert new_text("\n---------- Forwarded message ---------\nFrom: Ana\n\nHello\n") == ""


def test_a_quotation_in_a_sentence_is_text() -> None:
    """ "Ana wrote:" without a date or an address attributes no mail."""
    assert (
        new_text("Ana wrote:\nwe should meet. I agree.") == "Ana wrote:\nwe should meet. I agree."
    )


@given(st.text(max_size=300))
def test_any_text_can_be_zoned(plain: str) -> None:
    """Nothing raises, nothing is made up, and a zoned text zoned again stays."""
    once = new_text(plain)
    assert len(once) <= len(plain)


LINES = st.sampled_from(
    [
        "Hello.", "> old", "", "On 3 March Ana wrote:", "Best regards,", "Ana", "-- ", "From: Ana",
        "To: Bob", "Subject: x", "P.S. more", "Thanks,", "Sent from my phone",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=20))
def test_no_line_is_written_by_the_zones(lines: list[str]) -> None:
    """Every line that stays was a line of the mail."""
    assert set(new_text("\n".join(lines)).split("\n")) <= {line.rstrip() for line in lines} | {""}
