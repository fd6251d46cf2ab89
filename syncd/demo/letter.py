"""How a person's mail looks: greeting, signature, quotes and headers of the program they use."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from syncd.demo.cast import OWNER, Person, Program
from syncd.demo.mime import Part, Party, file_part, multipart, text_part

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to be put into a mailbox."""

    author: Party
    to: tuple[Party, ...]
    subject: str
    when: datetime  # aware, in the author's zone
    message_id: str
    body: Part
    words: str = ""  # what the author typed, for whoever quotes it
    cc: tuple[Party, ...] = ()
    references: tuple[str, ...] = ()  # oldest first; the last one is answered
    headers: Headers = ()
    envelope: str | None = None  # the envelope sender where it is not the author; "" is empty

    @property
    def sent(self) -> bool:
        return self.author.address == OWNER.address


_PROGRAM_HEADERS: dict[Program, Headers] = {
    Program.THUNDERBIRD: (("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-GB")),
    Program.OUTLOOK: (
        ("Thread-Topic", ""),
        ("Accept-Language", "en-GB, en-US"),
        ("X-MS-Has-Attach", ""),
        ("X-MS-Exchange-MessageSentRepresentingType", "1"),
    ),
    Program.GMAIL: (("X-Gm-Message-State", ""),),
    Program.APPLE: (("X-Mailer", "Apple Mail (2.3826.300.87.4.3)"),),
}
_GREETINGS = ("Hi {name},", "Hello {name},", "Dear {name},", "{name},", "Hi {name}!")
_CLOSINGS = ("Best,", "Best wishes,", "Kind regards,", "Cheers,", "All the best,", "Regards,")


def compose(
    rng: random.Random,
    author: Person,
    to: tuple[Person, ...],
    subject: str,
    words: str,
    when: datetime,
    *,
    cc: tuple[Party, ...] = (),
    parent: Letter | None = None,
    headers: Headers = (),
    attachment: str = "",
) -> Letter:
    """A mail as `author` would send it, answering `parent` where there is one."""
    when = when.astimezone(ZoneInfo(author.zone))
    greeting = rng.choice(_GREETINGS).format(name=_called(to))
    typed = f"{greeting}\n\n{words}\n\n{rng.choice(_CLOSINGS)}\n{author.first}"
    body = _body(author, typed, parent)
    if attachment:
        body = multipart("mixed", (body, file_part(attachment)))
    if parent is not None:
        subject = _answering(parent.subject, author.program)
    return Letter(
        author=author,
        to=to,
        cc=cc,
        subject=subject,
        when=when,
        message_id=message_id(rng, author),
        body=body,
        words=typed,
        references=() if parent is None else (*parent.references, parent.message_id),
        headers=_program_headers(author, subject) + headers,
    )


def message_id(rng: random.Random, author: Person) -> str:
    domain = author.domain
    match author.program:
        case Program.GMAIL:
            return f"<CA+{rng.getrandbits(200):x}@mail.{domain}>"
        case Program.OUTLOOK:
            return f"<PR3P{rng.getrandbits(96):024X}@PR3P.{domain}>"
        case Program.APPLE:
            raw = f"{rng.getrandbits(128):032X}"
            cut = (raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:])
            return f"<{'-'.join(cut)}@{domain}>"
        case Program.THUNDERBIRD:
            return f"<{rng.getrandbits(128):032x}@{domain}>"


def _called(to: tuple[Person, ...]) -> str:
    if len(to) > 2 or to[0].role == "list":
        return "all"
    return " and ".join(one.first for one in to)


def _answering(subject: str, program: Program) -> str:
    bare = subject[4:] if subject[:4].lower() == "re: " else subject
    return f"{'RE' if program is Program.OUTLOOK else 'Re'}: {bare}"


def _program_headers(author: Person, subject: str) -> Headers:
    filled = {"Thread-Topic": subject, "X-Gm-Message-State": f"AOJu0{abs(len(subject)):04d}"}
    return tuple((k, filled.get(k, v)) for k, v in _PROGRAM_HEADERS[author.program])


def _signature(author: Person) -> str:
    company = author.domain.split(".")[0].capitalize()
    if author.domain == OWNER.domain:
        company = "Example Cooperative"
    return f"-- \n{author.name}\n{author.work}, {company}\n{author.address}"


def _body(author: Person, typed: str, parent: Letter | None) -> Part:
    signed = f"{typed}\n\n{_signature(author)}"
    match author.program:
        case Program.THUNDERBIRD:
            # Thunderbird answers below the quote, by default.
            text = signed if parent is None else f"{_quoted(parent)}\n\n{signed}"
            return text_part(text + "\n", extra="; format=flowed")
        case Program.APPLE:
            text = signed if parent is None else f"{signed}\n\n{_quoted(parent)}"
            return text_part(text + "\n", encoding="quoted-printable")
        case Program.GMAIL:
            text = signed if parent is None else f"{signed}\n\n{_quoted(parent)}"
            page = f'<div dir="ltr">{_html(signed)}</div>'
            if parent is not None:
                page += (
                    '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
                    f'{escape(_who(parent))}</div><blockquote class="gmail_quote">'
                    f"{_html(parent.words)}</blockquote></div>"
                )
            plain = text_part(text + "\n")
            return multipart("alternative", (plain, text_part(page, "html", "quoted-printable")))
        case Program.OUTLOOK:
            text = signed if parent is None else f"{signed}\n\n{_forwarded(parent)}"
            page = f"<html><body><div>{_html(signed)}</div>"
            if parent is not None:
                page += f'<hr><div id="divRplyFwdMsg">{_html(_forwarded(parent))}</div>'
            plain = text_part(text + "\n", encoding="base64")
            html = text_part(page + "</body></html>", "html", "base64")
            return multipart("alternative", (plain, html))


def _who(parent: Letter) -> str:
    when = parent.when.strftime("%a, %d %b %Y at %H:%M")
    return f"On {when}, {parent.author.name} <{parent.author.address}> wrote:"


def _quoted(parent: Letter) -> str:
    lines = (f"> {line}".rstrip() for line in parent.words.splitlines())
    return "\n".join((_who(parent), "", *lines))


def _forwarded(parent: Letter) -> str:
    to = "; ".join(f"{party.name} <{party.address}>" for party in parent.to)
    return (
        f"________________________________\nFrom: {parent.author.name} <{parent.author.address}>\n"
        f"Sent: {parent.when:%A, %d %B %Y %H:%M}\nTo: {to}\nSubject: {parent.subject}\n\n"
        f"{parent.words}"
    )


def _html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>\n")
