"""Signing in: PLAIN or LOGIN with a password, XOAUTH2 or OAUTHBEARER (RFC 7628) with a token."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from connectors.errors import Refused, SignInNeeded
from connectors.imap.names import quoted
from connectors.imap.troubles import No, crowded, doubted, of_answer, of_sign_in

if TYPE_CHECKING:
    from connectors.imap.session import Server, Session

_MECHANISMS: Final = {"xoauth2": "XOAUTH2", "oauthbearer": "OAUTHBEARER"}
_LINES: Final = re.compile(r"[\r\n\0]")


def sign_in(session: Session, server: Server, beside: Collection[Session] = ()) -> None:
    """Sign in as `server` says. A secret by which one of those `beside` was let in and stands is
    not called wrong. Raises `SignInNeeded`, `Refused` and `Unavailable`."""
    try:
        plain = _agreed(session, server)
        secret = server.secret()
        if _LINES.search(secret + server.user):  # another line would be another command
            raise SignInNeeded(
                f"the password or token for {server.host} has several lines, or `user:` has: keep "
                "nothing else beside it"
            )
        try:
            _show(session, server, secret, plain=plain)
        except No as error:
            found = of_sign_in(error.text, server.host, server.user, token=plain is None)
            if isinstance(found, SignInNeeded):
                if any(one.stands_by(secret) for one in beside):
                    raise crowded(server.host) from error
                if not server.refused(secret, str(found)):
                    raise doubted(server.host) from error
            raise found from error
        session.accepted(secret)
        server.accepted(secret)
        session.forget_capabilities()
        enable(session)
    except No as error:
        raise of_answer(error.text, server.host, "say what it can do") from error


def enable(session: Session) -> None:
    """Ask for VANISHED, where there is QRESYNC (RFC 7162 3.2.3)."""
    if session.offers("ENABLE") and session.offers("QRESYNC"):
        try:
            session.ask("ENABLE", "QRESYNC")
        except No:  # what speaks for the server may offer what the server does not do
            session.disown("QRESYNC")


def _agreed(session: Session, server: Server) -> bool | None:
    """Whether a password goes by PLAIN, not by LOGIN; None for a token. Raises `Refused`."""
    if server.auth != "password":
        mechanism = _MECHANISMS[server.auth]
        if not session.offers(f"AUTH={mechanism}"):
            raise Refused(f"{server.host} offers no {mechanism}: set another `auth:`")
        return None
    plain = session.offers("AUTH=PLAIN")
    if session.offers("LOGINDISABLED") and not plain:
        raise Refused(
            f"{server.host} takes no password on this connection: set `tls: starttls` or "
            "`tls: implicit`"
        )
    return plain


def _show(session: Session, server: Server, secret: str, *, plain: bool | None) -> None:
    # imaplib's own: IMAPClient takes a connection that breaks for a password that is wrong.
    with session.speaking():
        if plain is None:
            word = _first_word(session, server, secret)
            session.wire.authenticate(_MECHANISMS[server.auth], _once(word))
        elif plain:
            session.wire.authenticate("PLAIN", _once(f"\0{server.user}\0{secret}"))
        elif secret.isascii() and server.user.isascii():
            # Quoted: "CORP\\ana" and "Ana Silva" are no atoms; the password imaplib quotes itself.
            session.wire.login(quoted(server.user.encode()).decode(), secret)
        else:
            raise Refused(
                f"{server.host} takes only passwords and names in plain ASCII: set another one"
            )


def _first_word(session: Session, server: Server, token: str) -> str:
    bearer = f"auth=Bearer {token}\1\1"
    if server.auth == "xoauth2":
        return f"user={server.user}\1{bearer}"
    user = server.user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={user},\1host={server.host}\1port={session.port}\1{bearer}"


def _once(word: str) -> Callable[[bytes], bytes]:
    """What to answer: the word first, and to an error nothing, so that the server ends it."""
    answers = [word.encode()]
    # A lone ^A (RFC 7628 3.2.3) is what both mechanisms take for "understood".
    return lambda _: answers.pop() if answers else b"\1"
