"""What is said of a certificate is the same for mail and calendars, but for the key to correct."""

from __future__ import annotations

import ssl

import pytest

from connectors.caldav.trouble import cannot_connect
from connectors.imap.troubles import of_certificate


def fault(code: int, reason: str) -> ssl.SSLCertVerificationError:
    """As OpenSSL tells it."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, reason
    return error


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (10, "certificate has expired", "has expired: whoever runs the server"),
        (9, "certificate is not yet valid", "is not valid yet: is the clock"),
        (18, "self-signed certificate", "known here (self-signed certificate): if it is your own"),
        (20, "unable to get local issuer certificate", "name its certificate in `ca_file:`"),
        (62, "Hostname mismatch", "is for another name: set `KEY` to the name"),
        (64, "IP address mismatch", "is for another name: set `KEY` to the name"),
        (23, "certificate revoked", "does not hold (certificate revoked): ask"),
    ],
)
def test_the_same_words(code: int, reason: str, words: str) -> None:
    """Each fault has a remedy of its own."""
    error = fault(code, reason)
    mail = str(of_certificate(error, "h.example"))
    dav = str(cannot_connect("h.example", 443, error))
    assert mail.startswith("the certificate of h.example ")
    assert words.replace("KEY", "host:") in mail
    assert dav == mail.replace("`host:`", "`url:`")
