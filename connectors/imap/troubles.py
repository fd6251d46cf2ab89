"""What IMAP servers refuse, as the errors of the contract: by the remedy, not by the wording.

Response codes are those of RFC 5530, RFC 9051 7.1 and Gmail. What a server writes behind them is
read where it gives no code, and never repeated: it may quote a mail.
"""

from __future__ import annotations

import re
import socket
import ssl
from typing import Final

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable

_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9.-]*)", re.IGNORECASE)
# Servers that are busy and say so in words only.
_BUSY: Final = re.compile(
    r"too many|simultaneous|try (?:again )?later|tempora|unavailable|timed? ?out|overload|throttl|"
    r"rate|limit|internal (?:server )?error|in use|locked",
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


class No(Exception):
    """A command that the server refused. `text` is what it wrote, for `of_answer` alone."""

    def __init__(self, text: str) -> None:
        super().__init__("refused")
        self.text = text

    @property
    def code(self) -> str:
        """The response code, in upper case; "" without one."""
        return code_of(self.text)


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
    if code in ("AUTHENTICATIONFAILED", "EXPIRED", "AUTHORIZATIONFAILED"):
        return of_sign_in(text, host, "")
    if code in ("NOPERM", "CONTACTADMIN"):
        return Refused(f"{host} does not let this account {doing}: ask whoever runs the server")
    if not code and _BUSY.search(text):
        return Unavailable(f"{host} cannot {doing} now; it is asked again later")
    return Refused(f"{host} refuses to {doing}")


def of_sign_in(text: str, host: str, user: str, *, token: bool = False) -> ConnectorError:
    """The error for a refused sign-in."""
    code = code_of(text)
    if code in _LATER or (code not in ("AUTHENTICATIONFAILED", "EXPIRED") and _later(text)):
        what = _LATER.get(code, "takes no sign-in now")
        return Unavailable(f"{host} {what}; it is asked again later")
    who = f" for {user}" if user else ""
    if code == "PRIVACYREQUIRED":
        return Refused(f"{host} takes passwords over TLS only: set `tls: starttls` or `implicit`")
    if code == "CONTACTADMIN":
        return Refused(f"{host} has closed this account{who}: ask whoever runs the server")
    if _APP_PASSWORD.search(text):
        return SignInNeeded(
            f"{host} wants an app password{who}: make one in the settings of that account and "
            "use it in place of its password"
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


def of_certificate(error: ssl.SSLCertVerificationError, host: str) -> ConnectorError:
    """The error for a server whose certificate is not to be trusted. What mends itself, or is
    mended at the server, is tried again."""
    reason = error.verify_message or ""
    if error.verify_code == 10:  # X509_V_ERR_CERT_HAS_EXPIRED
        return Unavailable(
            f"the certificate of {host} has expired: whoever runs the server has to renew it "
            "(or the clock of this machine is wrong)"
        )
    if error.verify_code == 9:  # X509_V_ERR_CERT_NOT_YET_VALID
        return Unavailable(
            f"the certificate of {host} is not valid yet: is the clock of this machine right?"
        )
    if error.verify_code in (62, 64):  # X509_V_ERR_HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH
        return Refused(
            f"the certificate at {host} is for another name: set `host:` to the name that the "
            "provider gives for its server"
        )
    return Refused(
        f"the certificate of {host} is signed by nobody known here"
        f"{f' ({reason})' if reason else ''}: if it is your own server, name its certificate "
        "in `ca_file:`"
    )


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
    if isinstance(error, TimeoutError):
        return Unavailable(f"{where} does not answer in time: check `host:` and the network")
    return lost(host)


def lost(host: str) -> Unavailable:
    """The error for a connection that ended in the middle of something."""
    return Unavailable(f"the connection to {host} was lost; it is made again later")


def _later(text: str) -> bool:
    return bool(_BUSY.search(text))
