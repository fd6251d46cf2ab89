"""Signing in: the owner consents on Microsoft's page, in one of three ways.

    by_browser    the page leads back to this machine (RFC 8252, with PKCE): goes before the others
    by_hand       the owner pastes the address at which theirs ended
    by_code       the owner types a code on another machine (RFC 8628); often forbidden by
                  organisations

All by msal, see `connectors/graph/entra.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from connectors.errors import SignInNeeded, Unavailable
from connectors.graph.grant import Client, Grant
from connectors.graph.loopback import waiting
from connectors.graph.refusals import Asked, refusal
from connectors.graph.scopes import Scope, missing

PATIENCE: Final = 300.0  # seconds for the owner to consent
_PASTED: Final = "http://localhost:53682"  # where nobody listens: its address is what is pasted
_LEAST: Final = 1.0  # seconds between two looks
_RETRIED: Final = frozenset(("authorization_pending", "slow_down"))


class Code(NamedTuple):
    """What the owner types at which address, within so many minutes."""

    code: str
    address: str
    minutes: int


class _Signing:
    """One sign-in that is asked for."""

    def __init__(self, client: Client, wanted: Sequence[Scope], name: str) -> None:
        from connectors.graph.entra import Door, cache_of, person

        self.client = client
        self.wanted = wanted
        self.names = [one.name for one in wanted]
        self.asked = Asked(client, wanted, name, first=True)
        self.cache = cache_of("")
        self.door = Door(client.authority)
        self.app = person(client, self.door, self.cache)

    def granted(self, told: Mapping[str, Any]) -> Grant:
        """What came of it. Raises the errors of the contract."""
        if "access_token" not in told:
            raise refusal(told, self.asked)
        scopes = str(told.get("scope") or "").split()
        if lacking := missing(self.wanted, scopes):
            raise SignInNeeded(
                "not everything was granted: Microsoft was not allowed to let us "
                f"{'; '.join(one.shown for one in lacking)}. Sign in again, or switch it off in "
                "the configuration"
            )
        if not told.get("refresh_token"):
            raise SignInNeeded("Microsoft gave nothing that lasts: sign in again")
        claims = told.get("id_token_claims")
        found = (
            [claims.get(one) for one in ("preferred_username", "email", "upn")] if claims else []
        )
        return Grant(
            self.client.client_id,
            self.client.tenant,
            self.cache.serialize(),
            tuple(scopes),
            token=str(told["access_token"]),
            names=tuple(dict.fromkeys(str(one) for one in found if one)),
        )


class _Consent:
    """A page of Microsoft's that leads back to somewhere."""

    def __init__(self, signing: _Signing, login: str, redirect: str) -> None:
        self._signing = signing
        with warnings.catch_warnings():
            # It would rather have the answer posted, which nobody can paste.
            warnings.simplefilter("ignore")
            self._flow: dict[str, Any] = signing.app.initiate_auth_code_flow(
                signing.names, redirect_uri=redirect, login_hint=login
            )
        self.url = signing.door.at(str(self._flow["auth_uri"]))

    def is_answer(self, address: str) -> bool:
        """Whether an address is that of this consent, given or refused."""
        told = parse_qs(urlsplit(address.strip()).query)
        return told.get("state") == [self._flow["state"]] and ("code" in told or "error" in told)

    def answered(self, address: str) -> Grant:
        """What the owner's browser came back with."""
        if not self.is_answer(address):
            raise SignInNeeded(
                "that is not the address that Microsoft's page led to: paste all of it, as it "
                "stands in the browser after the last click"
            )
        query = parse_qs(urlsplit(address.strip()).query)
        told = {key: values[0] for key, values in query.items()}
        if "error" in told:
            raise refusal(told, self._signing.asked)
        try:
            found = self._signing.app.acquire_token_by_auth_code_flow(self._flow, told)
        except ValueError as error:
            raise SignInNeeded("what came from Microsoft does not fit: sign in again") from error
        return self._signing.granted(found)


def by_browser(
    client: Client,
    wanted: Sequence[Scope],
    login: str,
    show: Callable[[str], None],
    *,
    name: str,
    patience: float = PATIENCE,
) -> Grant:
    """Listen on loopback, `show` the URL, wait for the browser. Raises `SignInNeeded`, `Refused`
    and `Unavailable`."""
    signing = _Signing(client, wanted, name)
    consents: list[_Consent] = []
    with waiting(lambda path: any(one.is_answer(path) for one in consents)) as page:
        # Entra takes any port of the localhost that is registered, and no 127.0.0.1 beside it.
        consent = _Consent(signing, login, f"http://localhost:{page.number}")
        consents.append(consent)
        show(consent.url)
        address = page.answer(
            patience,
            f"run `syncd login {name}` once more; where the browser is on another machine, with "
            "--no-browser",
        )
    return consent.answered(address)


def by_hand(
    client: Client,
    wanted: Sequence[Scope],
    login: str,
    ask: Callable[[str], str],
    *,
    name: str,
) -> Grant:
    """`ask` shows a URL, and gives the address at which the owner's browser ended. Raises as
    `by_browser`."""
    consent = _Consent(_Signing(client, wanted, name), login, _PASTED)
    return consent.answered(ask(consent.url))


def by_code(
    client: Client,
    wanted: Sequence[Scope],
    show: Callable[[Code], None],
    pause: Callable[[float], object],
    *,
    name: str,
) -> Grant:
    """`show` a code, and look now and then whether it was typed; `pause` waits so many seconds.
    Raises as `by_browser`."""
    signing = _Signing(client, wanted, name)
    try:
        flow: dict[str, Any] = signing.app.initiate_device_flow(signing.names)
    except ValueError as error:  # of msal: this authority has no such page
        raise SignInNeeded(
            f"Microsoft has no codes for {client.tenant}: run `syncd login {name}`"
        ) from error
    if "user_code" not in flow:
        raise refusal(flow, signing.asked)
    left, step = float(flow["expires_in"]), max(_LEAST, float(flow["interval"]))
    show(Code(str(flow["user_code"]), str(flow["verification_uri"]), round(left / 60)))
    told: Mapping[str, Any] = {"error": "expired_token"}
    while left > 0:
        pause(step)
        left -= step
        try:
            told = signing.app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        except Unavailable:
            continue  # RFC 8628 section 3.5: a look that failed is no answer
        if told.get("error") not in _RETRIED:
            break
        step = max(step, float(flow["interval"]))
    return signing.granted(told)
