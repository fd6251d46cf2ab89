"""A support module: the errors of Entra.

learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import html
from typing import Final

from fakes.graph.call import Reply, json_reply

_WORDS: Final = {
    16000: "User account does not exist in tenant.",
    50011: "The redirect URI specified in the request does not match those of the application.",
    50020: "User account from identity provider does not exist in tenant.",
    50034: "The user account does not exist in the directory.",
    50055: "The password is expired.",
    50057: "The user account is disabled.",
    50059: "No tenant-identifying information found in either the request or credentials.",
    50076: "Due to a configuration change you must use multi-factor authentication.",
    50105: "The signed in user is not assigned to a role for the application.",
    50173: "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    50194: "The application is not configured as a multi-tenant application.",
    53003: "Access has been blocked by Conditional Access policies.",
    54005: "OAuth2 Authorization code was already redeemed.",
    65001: "The user or administrator has not consented to use the application.",
    65004: "User declined to consent to access the app.",
    70000: "Provided grant is invalid or malformed.",
    70003: "The app returned an unsupported grant type.",
    70008: "The provided authorization code or refresh token has expired.",
    70011: "The provided value for the input parameter 'scope' is not valid.",
    70016: "Pending end-user authorization.",
    70018: "Bad verification code.",
    70019: "Verification code expired.",
    90002: "Tenant not found. Check to make sure you have the correct tenant ID.",
    90094: "The grant requires administrator permission.",
    500200: "User account is a personal Microsoft account.",
    501481: "The Code_Verifier does not match the code_challenge supplied.",
    700016: "Application was not found in the directory.",
    700025: "Client is public so neither 'client_assertion' nor 'client_secret' can be presented.",
    700027: "The certificate with identifier used to sign the client assertion is not registered.",
    700082: "The refresh token has expired due to inactivity.",
    900144: "The request body must contain a required parameter.",
    1002012: "The provided value for scope is not valid. Client credential flows must have a scope "
    "value with /.default suffixed to the resource identifier.",
    7000215: "Invalid client secret provided. Ensure the secret being sent is its value.",
    7000218: "The request body must contain 'client_assertion' or 'client_secret'.",
    7000222: "The provided client secret keys are expired.",
}
_TRACE: Final = "0b1d8a3c-57f5-4d3e-8d5a-c2b1a3f40d00"


def words(number: int) -> str:
    """error_description."""
    text = _WORDS.get(number, "Something is wrong.")
    told = f"Trace ID: {_TRACE} Correlation ID: {_TRACE} Timestamp: 2026-11-02 09:00:00Z"
    return f"AADSTS{number}: {text} {told}"


def error(number: int, name: str, status: int = 400, suberror: str = "") -> Reply:
    """An answer of the token endpoint."""
    told = {
        "error": name,
        "error_description": words(number),
        "error_codes": [number],
        "timestamp": "2026-11-02 09:00:00Z",
        "trace_id": _TRACE,
        "correlation_id": _TRACE,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return json_reply({**told, **({"suberror": suberror} if suberror else {})}, status)


def page(number: int, status: int = 200) -> Reply:
    """A page that says so, and leads nowhere."""
    body = f"<html><title>Sign in to your account</title><p>{html.escape(words(number))}</html>"
    return Reply(status, body.encode(), {"Content-Type": "text/html; charset=utf-8"})
