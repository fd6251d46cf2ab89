"""What IMAP servers refuse, as the errors of the contract: by the remedy, not by the wording.

Response codes are those of RFC 5530, RFC 9051 7.1 and Gmail. What a server writes behind them is
read where it gives no code, and never repeated: it may quote a mail.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from connectors.certificates import passes, words
from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.imap.wire import Mute, Slow

_LONGEST: Final = 2000  # characters of what a server says that are looked at
_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9.-]*)", re.IGNORECASE)
# Servers that are busy and say so in words only.
_BUSY: Final = re.compile(
    r"\btoo many\b|\bsimultaneous|\btry (?:again )?later\b|\btempora|\bunavailable\b|"
    r"\btimed? ?out\b|\boverload|\bthrottl|\blimits?\b|\binternal (?:server )?error\b|"
    r"\bin use\b|\bbusy\b|\b(?:mailbox|folder)(?: is)?(?: \w+)? locked\b",
    re.IGNORECASE,
)
# Servers that are ill themselves, and may say so with a code that speaks of the password.
_ILL: Final = re.compile(
    r"\bmaintenance\b|\bshutting down\b|\bbackend\b|\binternal (?:server )?(?:error|failure)\b|"
    r"\btemporar|\bnot connected\b|\b(?:cannot|can't|could not|unable to) (?:connect|reach)\b|"
    r"\b(?:service|server|system|database)\b(?: \w+){0,3} "
    r"(?:error|down|offline|unreachable|unavailable|not (?:reachable|responding|available))\b",
    re.IGNORECASE,
)
# Accounts that are closed to whoever tries, and passwords that are wrong: that the server may be
# asked later, as many add, mends nothing, and each try makes a lock-out longer.
_LOCKED: Final = re.compile(
    r"\b(?:account|user|login|access|sign-?in)\b.*\b(?:locked|disabled|blocked|suspended)\b|"
    r"\b(?:failed|invalid|incorrect|wrong|bad|unsuccessful)(?: \w+)? (?:attempts|tries|logins)\b|"
    r"\b(?:login|password|authentication) failures\b",
    re.IGNORECASE,
)
_BY_OTHERS: Final = re.compile(
    r"\b(?:mailbox|folder)(?: is)?(?: \w+)? locked\b|\bby another\b", re.IGNORECASE
)
_UNENCRYPTED: Final = re.compile(
    r"\b(?:until|without|before|requires?|needs?|use|over) (?:starttls|tls|ssl|encryption)\b",
    re.IGNORECASE,
)
_BROWSER: Final = re.compile(r"\bweb ?(?:browser|mail|site|page|log-?in)\b", re.IGNORECASE)
# Also with a code that speaks of the password: Yahoo and Zimbra do so.
_CROWDED: Final = re.compile(
    r"\b(?:too many|max(?:imum)?|limit|exceed\w*|simultaneous|concurrent)\b.*\bconnections?\b|"
    r"\bconnections?\b.*\b(?:too many|max(?:imum)?|limits?|exceed\w*)\b",
    re.IGNORECASE,
)
_WRONG: Final = re.compile(
    r"\b(?:invalid|incorrect|wrong|bad|unknown|mismatched)\b(?: \w+)*? "
    r"(?:pass(?:word|phrase|code)?|credentials?|log-?in|user ?(?:name|id)?|account|token)\b|"
    r"\b(?:pass(?:word|phrase|code)?|credentials?|user ?(?:name|id)?|account|token)\b(?: \w+)*? "
    r"(?:invalid|incorrect|wrong|rejected|denied|unknown|mismatch|expired|"
    r"not (?:match|found|valid))\b",
    re.IGNORECASE,
)
_APP_PASSWORD: Final = re.compile(r"app(?:lication)?[- ]specific|app password", re.IGNORECASE)

_LATER: Final = {
    "UNAVAILABLE": "cannot answer now",
    "LIMIT": "allows no more of that now",
    "THROTTLED": "asks for a pause",
    "INUSE": "has the mailbox in use elsewhere",
    "OVERQUOTA": "says that the account is over its quota",
    "SERVERBUG": "has an error of its own",
    "CORRUPTION": "says that its data are damaged: tell whoever runs it",
}
# Codes for which another password is wanted, or another user.
_ANOTHER: Final = frozenset(("AUTHENTICATIONFAILED", "EXPIRED", "AUTHORIZATIONFAILED"))


class No(Exception):
    """A command that the server refused. `text` is what it wrote, for `of_answer` alone."""

    def __init__(self, text: str) -> None:
        super().__init__("refused")
        self.text = text[:_LONGEST]

    @property
    def code(self) -> str:
        """The response code, in upper case; "" without one."""
        return code_of(self.text)


class Crowded(Refused):
    """A server takes no more connections of this account."""


def code_of(text: str) -> str:
    """The first response code in a server's words, in upper case; "" without one."""
    match = _CODE.search(text)
    return match[1].upper() if match else ""


def passing(text: str) -> bool:
    """Whether it is refused for now only, and for all requests alike."""
    return code_of(text) in _LATER or (not code_of(text) and bool(_BUSY.search(text)))


def of_answer(text: str, host: str, doing: str) -> ConnectorError:
    """The error for a refused command. `doing` is what was asked for: "open the folder INBOX"."""
    code = code_of(text)
    if code in _LATER:
        return Unavailable(f"{host} {_LATER[code]}; it is asked again later")
    if code in _ANOTHER:
        return of_sign_in(text, host, "")
    if code in ("NOPERM", "CONTACTADMIN"):
        return Refused(f"{host} does not let this account {doing}: ask whoever runs the server")
    if not code and _BUSY.search(text):
        return Unavailable(f"{host} cannot {doing} now; it is asked again later")
    return Refused(f"{host} refuses to {doing}")


def of_sign_in(text: str, host: str, user: str, *, token: bool = False) -> ConnectorError:
    """The error for a refused sign-in."""
    code = code_of(text)
    if code == "PRIVACYREQUIRED" or (not code and _UNENCRYPTED.search(text)):
        return Refused(f"{host} takes passwords over TLS only: set `tls: starttls` or `implicit`")
    locked = _is_locked(text)
    if code in _LATER or (not locked and _later(text, code)):
        what = _LATER.get(code, "takes no sign-in now")
        return Unavailable(f"{host} {what}; it is asked again later")
    who = f" for {user}" if user else ""
    if code == "CONTACTADMIN":
        return Refused(f"{host} has closed this account{who}: ask whoever runs the server")
    if _APP_PASSWORD.search(text):
        return SignInNeeded(
            f"{host} wants an app password{who}: make one in the settings of that account and "
            "use it in place of its password"
        )
    if locked:
        return SignInNeeded(
            f"{host} has locked this account{who}, or shut it for IMAP: look into its settings "
            "there, and correct the password if it is wrong"
        )
    if _BROWSER.search(text):
        return SignInNeeded(
            f"{host} wants its owner{who} to sign in by a web browser once, or an app password"
        )
    if code == "AUTHORIZATIONFAILED":
        return SignInNeeded(f"{host} knows the password but not this mailbox: correct `user:`")
    if code == "EXPIRED":
        return SignInNeeded(
            f"the password{who} has expired at {host}: change it, then sign in again"
        )
    if token:
        return SignInNeeded(f"{host} does not accept the token{who}: sign in again")
    return SignInNeeded(
        f"{host} does not accept the password{who}: correct `user:` or the password (many "
        "providers want an app password)"
    )


def doubted(host: str) -> Unavailable:
    """The error for a secret that is refused and was accepted before: once is no proof."""
    return Unavailable(
        f"{host} refuses a sign-in that it accepted before; it is tried once more in some minutes"
    )


def crowded(host: str) -> Crowded:
    """The error for a further connection that is refused by the secret that another stands by."""
    return Crowded(
        f"{host} lets this account have no further connection: close a mail program that is signed "
        "in elsewhere, or have fewer accounts on that mailbox"
    )


def of_certificate(error: ssl.SSLCertVerificationError, host: str) -> ConnectorError:
    """The error for a server whose certificate is not to be trusted. What mends itself, or is
    mended at the server, is tried again."""
    said = words(error, host, "host:")
    return Unavailable(said) if passes(error) else Refused(said)


def of_connection(error: OSError, host: str, port: int) -> ConnectorError:
    """The error for a connection that was not made, or did not last."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return of_certificate(error, host)
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLError) and error.reason in (
        "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG",
    ):  # fmt: skip
        return Refused(
            f"{where} does not speak TLS: set `tls: starttls`, or the port for TLS (993)"
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return Unavailable(f"no TLS connection to {where} can be made; it is tried again later")
    if isinstance(error, socket.gaierror):
        return Unavailable(f"{host} is not found: check `host:` and the network")
    if isinstance(error, ConnectionRefusedError):
        return Unavailable(f"nothing answers at {where}: check `host:` and `port:`")
    if isinstance(error, Mute):
        return Unavailable(
            f"{where} takes the connection and does not greet as a mail server does: check `port:` "
            "and `tls:` (993 with implicit, 143 with starttls)"
        )
    if isinstance(error, Slow):
        return Unavailable(f"{where} does not answer in time; it is asked again later")
    if isinstance(error, TimeoutError):
        return Unavailable(
            f"{where} does not answer in time: check `host:`, `port:` and the network"
        )
    return lost(host)


def lost(host: str) -> Unavailable:
    """The error for a connection that ended in the middle of something."""
    return Unavailable(f"the connection to {host} was lost; it is made again later")


@contextmanager
def speaking(host: str, port: int) -> Iterator[None]:
    """Turn what imaplib raises inside into `No`, or an error of the contract."""
    try:
        yield
    except (No, ConnectorError):
        raise
    except imaplib.IMAP4.abort as error:
        # BYE says why (RFC 3501 7.1.5), and nothing else that ends a connection does.
        if str(error).startswith("unexpected response"):
            raise _foreign(host, port) from error
        found = of_answer(str(error), host, "answer")
        raise (found if isinstance(found, Unavailable) else lost(host)) from error
    except imaplib.IMAP4.error as error:
        raise No(str(error)) from error
    except OSError as error:
        raise of_connection(error, host, port) from error
    except (ValueError, TypeError, LookupError, AssertionError) as error:
        raise _foreign(host, port) from error


def _foreign(host: str, port: int) -> Unavailable:
    return Unavailable(f"{host}:{port} answers what is no IMAP: check `host:` and `port:`")


def _later(text: str, code: str) -> bool:
    """Whether a sign-in is refused for now only."""
    if _APP_PASSWORD.search(text) or _WRONG.search(text):
        return False
    if code in ("EXPIRED", "AUTHORIZATIONFAILED"):
        return bool(_CROWDED.search(text))
    ill = _CROWDED.search(text) or _ILL.search(text)
    return bool(ill or (code not in _ANOTHER and _BUSY.search(text)))


def _is_locked(text: str) -> bool:
    """Whether the account is, not the mailbox, and not for there are too many connections."""
    return bool(_LOCKED.search(text)) and not (_CROWDED.search(text) or _BY_OTHERS.search(text))
