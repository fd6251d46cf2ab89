"""What Entra's refusals mean: who has to do what, in a sentence for the owner.

By the number in "AADSTS65001: …" (learn.microsoft.com/entra, reference-error-codes), by `error`
(RFC 6749 section 5.2, RFC 8628 section 3.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.graph.errors import signed_out
from connectors.graph.grant import Client
from connectors.graph.scopes import Scope

LOGIN: Final = "https://login.microsoftonline.com"

_NUMBER: Final = re.compile(r"AADSTS(\d{4,9})\b")
_ADMIN: Final = frozenset((90093, 90094, 90095, 90097, 90099, 650056))
_CONSENT: Final = frozenset((65001, 65004))
_UNASSIGNED: Final = frozenset((50105,))
_RULES: Final = frozenset(
    (53000, 53001, 53002, 53003, 53004, 53009, 53011, 500212, 530002, 530003, 530021, 530031,
     530032, 530033, 530034, 530035)
)  # fmt: skip
_UNKNOWN: Final = frozenset((70001, 700016, 700038, 90033))
_TENANT: Final = frozenset((90002, 90072, 900021, 900023, 50059))
_SINGLE: Final = frozenset((50194,))
_OTHER_KIND: Final = frozenset((16003, 50020, 50177, 500200, 500202, 9002331, 9001023, 9002332))
_NOT_PUBLIC: Final = frozenset((7000218,))
_NOT_HERE: Final = frozenset((50011, 500117, 500112, 50102))
_SECRET: Final = frozenset((7000215, 7000222, 7000224, 7000229, 7000216))
_KEY: Final = frozenset((50012, 700027, 700024, 7000214, 50027, 700030, 1000502))
_DISABLED: Final = frozenset((50034, 50055, 50057, 50053))
_MULTI: Final = frozenset((50072, 50074, 50076, 50078, 50079, 50158))
_ANEW: Final = frozenset(("invalid_grant", "interaction_required", "login_required"))
_LATER: Final = frozenset(("temporarily_unavailable", "server_error"))


class Asked(NamedTuple):
    """Who asked for what. `name` is the account's; `alone`: the application by itself; `first`:
    somebody is at it, who signs in."""

    client: Client
    wanted: Sequence[Scope]
    name: str
    alone: bool = False
    first: bool = False


def refusal(told: Mapping[str, Any], asked: Asked) -> ConnectorError:
    """The error for an answer of the token endpoint, or of the page, that is no success."""
    error, numbers = str(told.get("error") or ""), _numbers(told)
    client, login = asked.client, f"run `syncd login {asked.name}`"
    if numbers & _ADMIN or (asked.alone and numbers & _CONSENT):
        return Refused(f"your organisation lets an administrator consent alone: {granting(asked)}")
    if numbers & _UNASSIGNED:
        return Refused(
            "your organisation lets in only whom it has assigned to this app: ask an administrator "
            "to add you (Enterprise applications, Users and groups)"
        )
    if numbers & _RULES:
        return Refused(
            "the rules of your organisation (Conditional Access) do not let this app in from here: "
            "ask an administrator, or sign in by the browser of a machine that it manages"
        )
    if numbers & _UNKNOWN:
        return SignInNeeded(
            f"Microsoft knows no application {client.client_id} in {client.tenant}: correct "
            "`client_id:` or `tenant:` (docs/microsoft.md)"
        )
    if numbers & _TENANT:
        return wrong_tenant(client)
    if numbers & _SINGLE:
        return SignInNeeded(
            "the application is registered for one organisation: write its directory (tenant) ID "
            f"under `tenant:`, then {login}"
        )
    if numbers & _OTHER_KIND:
        return SignInNeeded(
            "an account of this kind may not sign in to this application: look at its supported "
            f"account types in Entra, and at `tenant:`, which is {client.tenant}"
        )
    if numbers & _NOT_PUBLIC:
        return SignInNeeded(
            "the application is not registered for programs without a secret: in Entra, under "
            f"Authentication, switch on Allow public client flows, then {login}"
        )
    if numbers & _NOT_HERE:
        return SignInNeeded(
            "the application may not send browsers back to this machine: in Entra, under "
            "Authentication, Mobile and desktop applications, add the redirect URI http://localhost"
        )
    if numbers & (_SECRET | _KEY) or error == "invalid_client":
        return _no_secret(numbers, asked)
    if error == "access_denied" or numbers & _CONSENT or error == "consent_required":
        return _not_granted(asked)
    if error in ("authorization_declined", "authorization_pending", "expired_token"):
        return SignInNeeded(f"nobody signed in on Microsoft's page in time: {login} once more")
    if error == "unauthorized_client":
        return SignInNeeded(
            f"the application {client.client_id} may not sign people in like that: look at its "
            "registration (docs/microsoft.md)"
        )
    if error in ("invalid_scope", "invalid_resource"):
        return SignInNeeded(
            f"the sign-in to Microsoft does not include all that is needed: {login}"
        )
    if error in _ANEW or numbers & _MULTI:
        return _ended(numbers, asked)
    if error in _LATER or not error:
        return Unavailable("Microsoft lets nobody sign in now: it is tried again")
    word = error if error.replace("_", "").isalnum() else "an error"
    if asked.first:
        return SignInNeeded(f"Microsoft's page ended with {word}: nothing was signed in to")
    return Unavailable(f"Microsoft lets nobody sign in now ({word}): it is tried again")


def wrong_tenant(client: Client) -> SignInNeeded:
    """What to do where an organisation is not there."""
    return SignInNeeded(f"Microsoft knows no organisation {client.tenant}: correct `tenant:`")


def granting(asked: Asked) -> str:
    """What an administrator has to do."""
    tenant = asked.client.tenant
    if tenant in ("common", "consumers"):
        tenant = "organizations"
    kind = "application" if asked.alone else "delegated"
    names = [one.alone if asked.alone else one.name for one in asked.wanted]
    rights = ", ".join(filter(None, names))
    return (
        f"have one grant this app the {kind} permissions {rights}, at "
        f"{LOGIN}/{tenant}/adminconsent?client_id={asked.client.client_id}"
    )


def _not_granted(asked: Asked) -> SignInNeeded:
    if asked.first:
        return SignInNeeded(
            "you did not consent, or may not: nothing was signed in to. Where Microsoft asks for "
            f"an administrator's approval, {granting(asked)}"
        )
    return SignInNeeded(
        "the sign-in to Microsoft does not include all that is needed, or the consent was taken "
        f"back: run `syncd login {asked.name}`"
    )


def _ended(numbers: set[int], asked: Asked) -> ConnectorError:
    login = f"run `syncd login {asked.name}`"
    if asked.alone:
        return signed_out(asked.name, alone=True)
    if numbers & _DISABLED:
        return SignInNeeded(
            "the account is locked, or its password has to be changed: see to that at "
            f"Microsoft, then {login}"
        )
    if numbers & _MULTI:
        return SignInNeeded(f"your organisation asks for a second factor anew: {login}")
    return signed_out(asked.name)


def _no_secret(numbers: set[int], asked: Asked) -> SignInNeeded:
    if not asked.alone:
        return SignInNeeded(
            "the application is registered for programs with a secret: in Entra, under "
            "Authentication, switch on Allow public client flows (docs/microsoft.md)"
        )
    if numbers & _KEY:
        return SignInNeeded(
            "Microsoft does not accept the certificate of the application: upload it in Entra, "
            "under Certificates & secrets, or correct `certificate:`"
        )
    return SignInNeeded(
        "Microsoft does not accept the secret of the application, or it has expired: make one in "
        "Entra, under Certificates & secrets, and put its value (not its ID) in place of it"
    )


def _numbers(told: Mapping[str, Any]) -> set[int]:
    codes = told.get("error_codes")
    found = {one for one in codes if isinstance(one, int)} if isinstance(codes, list) else set()
    text = str(told.get("error_description") or "")
    return found | {int(one) for one in _NUMBER.findall(text)}
