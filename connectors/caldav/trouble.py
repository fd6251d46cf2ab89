"""What a server's refusals mean for the contract: which remedy, in a sentence for the owner."""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from connectors.caldav.response import TooSlow
from connectors.certificates import words
from connectors.errors import Ambiguous, ConnectorError, Refused, Unavailable

if TYPE_CHECKING:
    from connectors.caldav.http import Answer

_FULL: Final = frozenset(("DAV: quota-not-exceeded", "DAV: sufficient-disk-space"))
_UNDONE: Final = frozenset((423, 429, 503))  # said before anything was done


def cannot_connect(host: str, port: int, error: Exception) -> Unavailable:
    """Why no connection came about: nothing was sent yet."""
    shown = f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unavailable(words(error, host, "url:"))
    if isinstance(error, ssl.SSLError):
        return Unavailable(f"{shown} does not speak TLS as it should: check `url` and its port")
    if isinstance(error, socket.gaierror | UnicodeError):
        return Unavailable(f"{host} cannot be found: check `url` and the network")
    if isinstance(error, ConnectionRefusedError):
        return Unavailable(f"{shown} refuses connections: check `url`, and that the server runs")
    if isinstance(error, TimeoutError):
        return Unavailable(f"{shown} does not answer: check `url` and the network")
    reason = getattr(error, "strerror", "") or type(error).__name__
    return Unavailable(f"{shown} cannot be reached ({reason}): check `url` and the network")


def cut_off(shown: str, error: Exception) -> Unavailable:
    """Why an answer did not come, or not whole."""
    if isinstance(error, TimeoutError):
        return Unavailable(
            f"{shown} stopped answering; if it never did, check `url`: https:// or http://, and "
            "the port"
        )
    if isinstance(error, TooSlow):
        return Unavailable(f"{shown} answers too slowly")
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, ConnectionError):
        return Unavailable(f"{shown} does not speak HTTP: check `url` and its port")
    return Unavailable(f"{shown} broke the connection off")


def refusal(answer: Answer, what: str, conditions: frozenset[str] = frozenset()) -> ConnectorError:
    """The error for a status that is no success. `what` was asked for: "the calendar Work".

    `conditions` are the names in the answer's DAV:error (RFC 4918 section 16).
    """
    status, wait = answer.status, asked_wait(answer.headers)
    if status == 401:  # of this alone: what the login is good for was seen elsewhere
        return Refused(f"the server does not let this login into {what}: ask for the right to it")
    if status == 507 or conditions & _FULL:
        return Refused(f"no space is left on the server for {what}: free some there")
    if status == 423:
        return Unavailable(f"{what} is locked on the server", wait)
    if status == 429:
        return Unavailable(f"the server asks to be asked less often for {what}", wait)
    if status == 503 or wait is not None:
        return Unavailable(f"the server cannot answer for {what} now", wait)
    if status >= 500 and status != 501:
        return Unavailable(f"the server fails on {what} (HTTP {status})")
    if status == 403:
        return Refused(f"the server forbids access to {what}: give this login the right to it")
    if status in (404, 410):
        return Unavailable(f"{what} is not on the server: check `url` and its name")
    if status in (405, 501):
        return Refused(f"the server cannot do this with {what} (HTTP {status}): check `url`")
    if status >= 400:
        return Refused(f"the server refuses {what} (HTTP {status})")
    return Unavailable(
        f"the server does not answer as a CalDAV server does for {what}: check `url`"
    )


def write_refusal(answer: Answer, what: str, conditions: frozenset[str]) -> ConnectorError:
    """As `refusal`, for a write: a server that fell over may have done it all the same."""
    if answer.status >= 500 and answer.status not in (501, 507) and answer.status not in _UNDONE:
        return Ambiguous(f"the server failed on {what} (HTTP {answer.status}), perhaps too late")
    return refusal(answer, what, conditions)


def asked_wait(headers: Message) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); None where there is none."""
    text = (headers.get("Retry-After") or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        until, told = (parsedate_to_datetime(one) for one in (text, headers.get("Date") or ""))
        return max(0.0, (_aware(until) - _aware(told)).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
