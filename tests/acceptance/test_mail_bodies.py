"""Where MIME puts what people write, however deep, seen through the signals that are read.

All mails of the table lie in one folder and are read by one run.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import NamedTuple

import pytest
from acceptance_letters import ANA_WHO, deliver, letter, multi, part
from acceptance_world import ANA, Home, at

DAY = at("2026-05-04T09:00")
ASKS = "Could you send me the slides by Friday?"
PLAIN = "text/plain; charset=utf-8"


def addr_of(index: int) -> str:
    return f"who{index}.wren@c{index}.example.com"


def html(text: str) -> str:
    return (
        "<html><head><style>p {color: red}</style><title>Please let me know</title></head>"
        f"<body><script>var x = 'Could you?';</script>\r\n{text}\r\n</body></html>\r\n"
    )


def encoded(text: str, charset: str = "utf-8") -> str:
    return base64.encodebytes(text.encode(charset)).decode()


def related(*parts: bytes) -> bytes:
    """A multipart/related as one part of something else."""
    return part('multipart/related; boundary="in"', multi(*parts, boundary="in"))


MIXED = 'multipart/mixed; boundary="=_one"'
ALTERNATIVE = 'multipart/alternative; boundary="=_one"'
SIGNED = 'multipart/signed; protocol="application/%s"; boundary="=_one"'
TABLE = (
    "<table><tr><td>Hi&nbsp;Ana</td></tr><tr><td>Could&#32;you send <b>me</b> the slides&#63;</td>"
    "</tr></table>"
)
GMAIL = (
    '<div>It rained.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    "On Mon, May 4, 2026 at 9:00 AM Ana Silva &lt;ana@example.org&gt; wrote:<br></div>"
    f'<blockquote class="gmail_quote"><div>{ASKS}</div></blockquote></div>'
)
OUTLOOK = (
    '<p class="MsoNormal">It rained.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
    "<p><b>From:</b> Ana Silva &lt;ana@example.org&gt;<br><b>Sent:</b> Monday, May 4, 2026 9:00"
    f"<br><b>To:</b> Ben<br><b>Subject:</b> Rain</p></div><p>{ASKS}</p>"
)
SAID = f"From: Otto <otto@example.net>\nDate: 4 May 2026\nSubject: Rain\nTo: Ben\n\n{ASKS}\n"
CLEAR = (
    f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{ASKS}\n"
    "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n"
)
SMIME = part(
    "application/pkcs7-signature; name=smime.p7s",
    "MIAGCSqGSIb3DQEHAqCA",
    {"Content-Transfer-Encoding": "base64"},
)
ATTACHED = part(
    "text/plain; name=a.txt", ASKS + "\r\n", {"Content-Disposition": "attachment; filename=a.txt"}
)
PICTURE = part("image/png; name=x.png", "iVBORw0KGgo=", {"Content-Transfer-Encoding": "base64"})
FORWARDED = letter("Otto Lund <otto@example.net>", ANA, DAY, ASKS + "\n", name="otto@example.net")


class Body(NamedTuple):
    """A mail's Content-Type, its body, and whether its sender asks for something."""

    truth: str
    kind: str
    body: str | bytes
    asked: bool = True
    transfer: str = ""


BODIES = (
    Body("plain text", PLAIN, f"{ASKS}\n"),
    Body("HTML alone", "text/html; charset=utf-8", html(f"<p>Hi Ana,</p><p>{ASKS}</p>")),
    Body("HTML in tables and entities", "text/html", html(TABLE)),
    Body(
        "HTML in base64",
        "text/html; charset=utf-8",
        encoded(html(f"<div>{ASKS}</div>")),
        transfer="base64",
    ),
    Body(
        "HTML that quotes",
        "text/html",
        html(f"<p>It rained.</p><blockquote type=cite><p>{ASKS}</p></blockquote>"),
        asked=False,
    ),
    Body("HTML with Gmail's quote", "text/html", html(GMAIL), asked=False),
    Body("HTML with Outlook's quote", "text/html", html(OUTLOOK), asked=False),
    Body(
        "HTML that hides its preview",
        "text/html",
        html(f'<div style="display:none">{ASKS}</div><p>It rained.</p>'),
        asked=False,
    ),
    Body("only a style and a script", "text/html", html("<p>It rained.</p>"), asked=False),
    Body(
        "quoted-printable with soft breaks",
        PLAIN,
        "Hi Ana,\n\nCould you sen=\nd me the sli=64es by Friday=3F\n",
        transfer="quoted-printable",
    ),
    Body("base64 text", PLAIN, encoded(f"{ASKS}\n"), transfer="base64"),
    Body(
        "UTF-16 in base64",
        "text/plain; charset=utf-16",
        encoded(f"{ASKS}\n", "utf-16"),
        transfer="base64",
    ),
    Body(
        "format=flowed",
        "text/plain; charset=utf-8; format=flowed",
        "Could you please send me the slides that you \nshowed in May?\n",
    ),
    Body(
        "format=flowed that quotes",
        "text/plain; format=flowed",
        f"It rained.\n\n> {ASKS} \n> Thanks\n",
        asked=False,
    ),
    Body("a charset that nobody knows", "text/plain; charset=x-none", f"{ASKS}\n"),
    Body("a charset that lies", "text/plain; charset=us-ascii", f"Schöne Grüße.\n\n{ASKS}\n"),
    Body("no Content-Type", "", f"{ASKS}\n"),
    Body("a broken Content-Type", "text", f"{ASKS}\n"),
    Body(
        "both alternatives ask once",
        ALTERNATIVE,
        multi(part(PLAIN, ASKS + "\r\n"), part("text/html", html(f"<p>{ASKS}</p>"))),
    ),
    Body(
        "an empty text beside HTML",
        ALTERNATIVE,
        multi(part(PLAIN, "\r\n"), part("text/html", html(f"<p>{ASKS}</p>"))),
    ),
    Body(
        "HTML with a picture",
        MIXED,
        multi(related(part("text/html", html(f"<p>{ASKS}</p>")), PICTURE)),
    ),
    Body(
        "three levels deep",
        MIXED,
        multi(
            part(
                'multipart/alternative; boundary="a"',
                multi(
                    part(PLAIN, ASKS + "\r\n"),
                    related(part("text/html", html("<p>x</p>")), PICTURE),
                    boundary="a",
                ),
            ),
            PICTURE,
        ),
    ),
    Body(
        "text on both sides of a picture",
        MIXED,
        multi(part(PLAIN, "Hi Ana\r\n"), PICTURE, part(PLAIN, ASKS + "\r\n")),
    ),
    Body("the last boundary is missing", MIXED, multi(part(PLAIN, ASKS + "\r\n"))[:-12]),
    Body(
        "a mail attached as message/rfc822",
        MIXED,
        multi(part(PLAIN, "See the mail of Otto.\r\n"), part("message/rfc822", FORWARDED)),
        asked=False,
    ),
    Body(
        "a text attached as a file",
        MIXED,
        multi(part(PLAIN, "It rained.\r\n"), ATTACHED),
        asked=False,
    ),
    Body(
        "forwarded inline",
        PLAIN,
        f"It rained.\n\n---------- Forwarded message ---------\n{SAID}",
        asked=False,
    ),
    Body(
        "forwarded by Apple",
        PLAIN,
        f"It rained.\n\nBegin forwarded message:\n\n{SAID}",
        asked=False,
    ),
    Body(
        "a digest",
        'multipart/digest; boundary="=_one"',
        multi(b"\r\n" + FORWARDED, b"\r\n" + FORWARDED),
        asked=False,
    ),
    Body("S/MIME signed", SIGNED % "pkcs7-signature", multi(part(PLAIN, ASKS + "\r\n"), SMIME)),
    Body(
        "PGP/MIME signed",
        SIGNED % "pgp-signature",
        multi(
            part(PLAIN, ASKS + "\r\n"),
            part("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----\r\n"),
        ),
    ),
    Body("PGP signed in clear text", PLAIN, CLEAR),
    Body(
        "PGP/MIME encrypted",
        SIGNED.replace("signed", "encrypted") % "pgp-encrypted",
        multi(
            part("application/pgp-encrypted", "Version: 1\r\n"),
            part("application/octet-stream", "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n"),
        ),
        asked=False,
    ),
    Body(
        "S/MIME encrypted",
        "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        "MIAGCSqGSIb3DQEHA6CA\r\n",
        asked=False,
        transfer="base64",
    ),
    Body(
        "PGP in clear text",
        PLAIN,
        "-----BEGIN PGP MESSAGE-----\n\nhQEMAcouldyou\n-----END PGP MESSAGE-----\n",
        asked=False,
    ),
    Body("nothing", PLAIN, "", asked=False),
)


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("bodies"))
    for index, body in enumerate(BODIES):
        addr = addr_of(index)
        day = DAY + timedelta(hours=3 * index)  # one letter to many would count for nobody
        deliver(home, letter(ANA_WHO, addr, day, name=f"s{index}@example.org"))
        more: dict[str, str | bytes] = {"Content-Transfer-Encoding": body.transfer}
        mail = letter(
            addr,
            ANA,
            day + timedelta(hours=1),
            body.body,
            name=f"r{index}@example.com",
            kind=body.kind,
            more=more,
        )
        deliver(home, mail)
    home.once()
    return home


@pytest.mark.parametrize(
    ("index", "body"), list(enumerate(BODIES)), ids=[body.truth for body in BODIES]
)
def test_what_the_sender_asks(bodies: Home, index: int, body: Body) -> None:
    """An ask is the sender's own new text, wherever MIME has put it; the mail counts either way."""
    found = bodies.explain(addr_of(index))
    assert [one["real"] for one in found["interactions"]] == ["yes", "yes"]
    asked = [one for one in found["signals"] if one["kind"] == "asks"]
    assert len(asked) == body.asked, found["signals"]
    assert all(one["direction"] == "received" for one in asked)


def test_nobody_forwarded_is_met(bodies: Home) -> None:
    """Who only wrote a mail that was attached or forwarded has done nothing."""
    assert "otto@example.net" not in bodies.everything()
    assert bodies.status()["set_aside"] == []
