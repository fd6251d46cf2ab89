"""What an IMAP server says when it lets nobody in: by its words, whose fault it is."""

from __future__ import annotations

import pytest

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.imap.troubles import of_sign_in

ILL = (
    "The server is down for maintenance",
    "Account is under maintenance",
    "authentication service not reachable",
    "Backend authentication error",
    "authentication server error",
    "LOGIN internal failure",
    "Cannot connect to database",
    "Server is shutting down",
    "[AUTHENTICATIONFAILED] authentication backend is temporarily unavailable",
    "[AUTHENTICATIONFAILED] Temporary authentication failure",
    "[AUTHENTICATIONFAILED] Server error, please try again",
    "User is authenticated but not connected",
    "User's mailbox is locked by another session",
    "Your access is blocked: too many connections",
    "[AUTHENTICATIONFAILED] Maximum number of connections exceeded",
    "[UNAVAILABLE] Temporary authentication failure",
    "Too many simultaneous connections",
)
WRONG = (
    "[AUTHENTICATIONFAILED] Authentication failed.",
    "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    "LOGIN failed.",
    "Login incorrect",
    "Password does not match, try again later",
    "Your account is temporarily locked after too many failed logins: wrong password",
    "Invalid user name or password on this server",
    "please generate an app password",
    "mail server login failure",
    "[AUTHORIZATIONFAILED] no such mailbox here",
    "[EXPIRED] the password is too old",
)


@pytest.mark.parametrize("text", ILL)
def test_a_server_that_is_ill_says_nothing_of_the_password(text: str) -> None:
    """It is asked again later, whatever code it says so with."""
    assert isinstance(of_sign_in(text, "mail.example.org", "ana"), Unavailable)


@pytest.mark.parametrize("text", WRONG)
def test_a_password_that_is_wrong_is_called_so(text: str) -> None:
    """However it is worded: trying on would lock the account."""
    assert isinstance(of_sign_in(text, "mail.example.org", "ana"), SignInNeeded)


@pytest.mark.parametrize("text", ["Login is disabled until STARTTLS", "[PRIVACYREQUIRED] TLS"])
def test_a_connection_in_the_open_is_the_settings_fault(text: str) -> None:
    """Neither the password nor the account is."""
    found = of_sign_in(text, "mail.example.org", "ana")
    assert isinstance(found, Refused)
    assert "tls:" in str(found)


def test_a_sign_in_by_browser() -> None:
    """Gmail's way to say that it does not know this machine yet."""
    found = of_sign_in("[ALERT] Please log in via your web browser", "imap.example.org", "ana")
    assert isinstance(found, SignInNeeded)
    assert "web browser" in str(found)
