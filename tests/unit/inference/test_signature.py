"""What a signature says of its author, and what in it says nothing."""

from __future__ import annotations

import pytest

from syncd.inference.language import language_of
from syncd.inference.signature import Signature, read_signature

BEN = ("Ben Keller", "ben@acme-robotics.example")


@pytest.mark.parametrize(
    ("name", "addr", "text", "expected"),
    [
        (
            *BEN,
            (
                "Hi Ana,\n\nsee you.\n\nBest regards,\nBen Keller\nCTO, Acme Robotics Ltd\n"
                "T +41 (0)44 123 45 67 | M: +41 79 123 45 67\n"
                "www.acme-robotics.example | linkedin.com/in/benkeller\nben@acme-robotics.example\n"
            ),
            Signature(
                ("+41 (0)44 123 45 67", "+41 79 123 45 67"),
                "CTO",
                "Acme Robotics Ltd",
                ("https://www.acme-robotics.example", "https://linkedin.com/in/benkeller"),
            ),
        ),
        (
            "Clara Wüst",
            "clara@mueller.example",
            (
                "Viele Grüße\nDr. Clara Wüst\n\nLeiterin Forschung\nMüller & Söhne GmbH\n"
                "Bahnhofstr. 12, 8001 Zürich\nTel. 044 123 45 67\nFax 044 123 45 68\n"
                "USt-IdNr. DE123456789\nHRB 123456789\n"
            ),
            Signature(("044 123 45 67",), "Leiterin Forschung", "Müller & Söhne GmbH"),
        ),
        (
            "Jean Petit",
            "jean@sge.example",
            (
                "Bonjour\n\nCordialement,\n--\nJean Petit\nDirecteur commercial\n"
                "Société Générale des Eaux SAS\nTél. : 01 23 45 67 89 / Port. 06 12 34 56 78\n"
            ),
            Signature(
                ("01 23 45 67 89", "06 12 34 56 78"),
                "Directeur commercial",
                "Société Générale des Eaux SAS",
            ),
        ),
        (
            "María López",
            "maria@gmail.com",
            (
                "vale\n\nUn saludo,\nMaría López\nResponsable de Marketing\nInnova S.L.\n"
                "Móvil: 612 345 678\n"
            ),
            Signature(("612 345 678",), "Responsable de Marketing", "Innova S.L."),
        ),
        (
            "João Pires",
            "joao@feedzai.example",
            (
                "Sim.\n\nCumprimentos,\nJoão Pires\nEngenheiro de Software · Feedzai Lda.\n"
                "(+351) 912 345 678\n"
            ),
            Signature(("+351 912 345 678",), "Engenheiro de Software", "Feedzai Lda."),
        ),
        (  # no closing, but the author's full name on one of the last lines
            "Bob Lee",
            "bob@college.example",
            "Yes, let us do that.\n\nBob Lee\nLecturer\nUniversity of X\n(415) 555-0123 ext. 12\n",
            Signature(("(415) 555-0123 ext. 12",), "Lecturer", "University of X"),
        ),
    ],
)
def test_what_is_taken(name: str, addr: str, text: str, expected: Signature) -> None:
    """Telephone numbers as they are written, the title, the company, and pages."""
    assert read_signature(text, name, addr) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Call me at +1 415 555 0100, my number is 555 123 4567.\n\nThanks\nBen\n",
        "ok\n\n-- \nBen Keller\nOrder no. 123456789\n12.05.2026\n2026-05-12\n",
        'ok\n\n-- \nBen\n"The manager of today is the leader of tomorrow."\n',
        "ok\n\n-- \nBen\nhttps://lists.example.org/unsubscribe/1\nhttps://zoom.us/j/123456789\n",
        "ok\n\n-- \nBen\nIBAN CH93 0076 2011 6238 5295 7\nUID CHE-123.456.789\n",
        "ok\n\n-- \nBen\nF +41 44 123 45 68\nTelefax: 044 123 45 68\n",
        "Best,\nBen\n\nOn Monday, 2 March 2026, Ana wrote:\n> -- \n> Ana\n> CEO\n> T +41 1\n",
        # Somebody else's number in a sentence, and whoever else signs or manages.
        "ok\n\nBest,\nBen\nCall my lawyer on +41 44 777 66 55 please\nSent by my assistant\n",
        "ok\n\nBest,\nBen\nLawyer of the year since +41 44 777 66 55 was dialled\n",
        "ok\n\nBest,\nBen\nManaging Director: Zoe Other\n",
        "ok\n\nBest,\nSara Quinn\nAssistant to Ben Keller\nOther GmbH\nT +41 44 123 45 67\n",
        "See:\n\n-- \nZoe Other\nCEO, Other GmbH\nT +49 30 1234567\n\nThanks,\nBen\n",
        "ok\n\nBest,\nBen\nDirector\x85X-EVIL:1\nTel +41 44 123 45 67\u2028NOTE:x\n",
        "-----Original Message-----\nFrom: Eve\nSent: today\nTo: Ben\n\nRegards\nEve, CEO\n",
        "",
    ],
)
def test_what_is_left(text: str) -> None:
    """Talk, dates, numbers that nobody answers, faxes, others' pages and signatures."""
    assert not read_signature(text, *BEN)


def test_what_stands_above_the_author_is_somebody_elses() -> None:
    """Below another name only what follows the author's own is theirs."""
    text = "ok\n\n-- \nMarketing Team\nT +41 44 1\nB. Keller, CTO\nM +41 79 123 45 67\n"
    assert read_signature(text, *BEN) == Signature(("+41 79 123 45 67",), "CTO")


def test_pictures_and_odd_spaces() -> None:
    """They are no part of a number, or of a title."""
    text = "ok\n\nBest,\nBen\n👨\u200d💼 Chief Engineer 😎\n📞 +41\u200944\u2009123 45 67\n"
    assert read_signature(text, *BEN) == Signature(("+41 44 123 45 67",), "Chief Engineer")


def test_the_company_of_the_domain() -> None:
    """A name without a form in law is a company's where its author's mail comes from there."""
    text = "ok\n\nBest,\nBen\nAcme Robotics\n"
    assert read_signature(text, *BEN).organisation == "Acme Robotics"
    assert not read_signature(text, "Ben Keller", "ben@gmail.com")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It was great to see you, and I hope that we meet again", "en"),
        ("Es war sehr schön, und ich freue mich auf die Unterlagen", "de"),
        ("Merci pour le café et à bientôt, je vous envoie les documents", "fr"),
        ("Muchas gracias por el café, nos vemos el lunes con los demás", "es"),
        ("Muito obrigado pelo café, vemos-nos na segunda com os outros e uma surpresa", "pt"),
        ("Grazie mille e a presto", ""),
        ("ok", ""),
    ],
)
def test_language(text: str, language: str) -> None:
    """That of most of its small words; none where that is in doubt."""
    assert language_of(text) == language
