"""Signing in: PLAIN or LOGIN with a password, XOAUTH2 or OAUTHBEARER (RFC 7628) with a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from connectors.errors import Refused, SignInNeeded
from connectors.imap.troubles import No, of_sign_in

if TYPE_CHECKING:
    from connectors.imap.session import Server, Session

_MECHANISMS: Final = {"xoauth2": "XOAUTH2", "oauthbearer": "OAUTHBEARER"}


def sign_in(session: Session, server: Server) -> None:
    """Sign in as `server` says. Raises `SignInNeeded`, `Refused` and `Unavailable`."""
    try:
        plain = _agreed(session, server)
        secret = server.secret()
        try:
            _show(session, server, secret, plain=plain)
        except No as error:
            found = of_sign_in(error.text, server.host, server.user, token=plain is None)
            if isinstance(found, SignInNeeded):
                server.refused(secret, str(found))
            raise found from error
        session.forget_capabilities()
        enable(session)
    except No as error:
        raise of_sign_in(error.text, server.host, server.user) from error


def enable(session: Session) -> None:
    """Ask for VANISHED, where there is QRESYNC (RFC 7162 3.2.3)."""
    if session.offers("ENABLE") and session.offers("QRESYNC"):
        with session.speaking():
            session.enable("QRESYNC")


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
            session.wire.login(server.user, secret)
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
