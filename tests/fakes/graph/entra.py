"""A support module: Microsoft's sign-in (Entra): applications, consents, refresh tokens, and what
happens to them.

Access tokens live an hour by the fake's clock, refresh tokens ninety days; msal judges by the real
clock, which is what stands in id_tokens.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fakes.graph.tokens import CLIENT, DOMAIN, SECRET, TENANT, Token, Tokens

IDLE: Final = timedelta(days=90)
CODE: Final = timedelta(minutes=10)
DEVICE: Final = timedelta(minutes=15)
# What openid asks for; they are no permissions of Graph.
PERSONAL: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
# Names for several tenants at once.
MANY: Final = frozenset({"common", "organizations", "consumers"})
_PRIVATE: Final = ("@outlook.com", "@hotmail.com", "@live.com")
OPENID: Final = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass
class App:
    """An application as it is registered. `secrets`: value by whether it has not expired;
    `certificates`: public keys in PEM; `public`: "Allow public client flows"; `single`: for its own
    tenant only; `roles`: application permissions that an administrator granted."""

    id: str = CLIENT
    secrets: dict[str, bool] = field(default_factory=dict)
    certificates: list[bytes] = field(default_factory=list)
    public: bool = True
    single: bool = False
    redirects: tuple[str, ...] = ("http://localhost",)
    roles: frozenset[str] = frozenset()

    @property
    def confidential(self) -> bool:
        """Whether it has to prove who it is."""
        return bool(self.secrets or self.certificates)


@dataclass(frozen=True)
class Consent:
    """What somebody does on the page: signs in as `address` and consents, declines, or may not
    consent at all because an administrator has to. `number`: of an AADSTS error that they meet."""

    address: str = "ana@example.com"
    denied: bool = False
    needs_admin: bool = False
    number: int = 0


@dataclass(frozen=True)
class Code:
    """What the page gave, for ten minutes and one use."""

    address: str
    client: str
    redirect: str
    challenge: str
    scopes: frozenset[str]
    nonce: str
    until: datetime
    long: bool  # its scopes were asked for as https://graph.microsoft.com/...


@dataclass
class Device:
    """A sign-in on another device. `state`: pending, approved, declined."""

    user_code: str
    client: str
    scopes: frozenset[str]
    until: datetime
    long: bool
    state: str = "pending"
    address: str = ""
    polls: int = 0


@dataclass(frozen=True)
class Refresh:
    """A refresh token."""

    text: str
    address: str
    client: str
    scopes: frozenset[str]
    made: datetime


@dataclass
class Trouble:
    """An AADSTS error that a grant meets, `times` times (None: until removed)."""

    number: int
    error: str
    suberror: str
    grant: str  # "refresh_token", "*" ...
    times: int | None


@dataclass
class Entra:
    """`interval`: seconds between polls of a device code, which clients really wait; `slow_downs`:
    how many polls are told to slow down."""

    now: Callable[[], datetime]
    tokens: Tokens
    consent: Consent = field(default_factory=Consent)
    apps: dict[str, App] = field(default_factory=lambda: {CLIENT: App()})
    tenant: str = TENANT
    domains: tuple[str, ...] = (DOMAIN, "example.onmicrosoft.com")
    interval: int = 5
    slow_downs: int = 0
    strangers: set[str] = field(default_factory=set)  # who have no account in the tenant
    codes: dict[str, Code] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)  # codes
    devices: dict[str, Device] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    dead: dict[str, tuple[int, str]] = field(
        default_factory=dict
    )  # refresh tokens: error, suberror
    granted: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # --- acts ---

    def register(self, *, secret: str = SECRET, roles: Iterable[str] = (), pem: bytes = b"") -> App:
        """The application becomes one that acts by itself, with a secret or a certificate's public
        key, and with permissions that an administrator granted."""
        app = self.apps[CLIENT]
        app.public, app.roles = False, frozenset(roles)
        app.secrets = {} if pem else {secret: True}
        app.certificates = [pem] if pem else []
        return app

    def approve(self, user_code: str | None = None, address: str | None = None) -> None:
        """Somebody types a device code and signs in; the newest one without a code."""
        device = self._device(user_code)
        device.state, device.address = "approved", address or self.consent.address
        self.grant(device.client, device.address, device.scopes)

    def decline(self, user_code: str | None = None) -> None:
        """Somebody types a device code and declines."""
        self._device(user_code).state = "declined"

    def grant(self, client: str, address: str, scopes: Iterable[str]) -> None:
        """Consent is given, on top of what was given before."""
        key = (client, address)
        self.granted[key] = self.granted.get(key, frozenset()) | frozenset(scopes)

    def password_changed(self, address: str) -> None:
        """Refresh tokens die (AADSTS50173)."""
        self._kill(address, 50173, "bad_token")

    def sessions_revoked(self, address: str) -> None:
        """An administrator ends all sessions; access tokens die as well."""
        self._kill(address, 50173, "bad_token")
        self.tokens.drop(lambda one: one.address == address)

    def consent_taken_away(self, address: str) -> None:
        """The app is removed at myapps.microsoft.com (AADSTS65001)."""
        self.granted = {k: v for k, v in self.granted.items() if k[1] != address}
        self._kill(address, 65001, "consent_required")
        self.tokens.drop(lambda one: one.address == address)

    def roles_taken_away(self, client: str = CLIENT) -> None:
        """An administrator takes the permissions of an application back; tokens keep theirs."""
        self.apps[client].roles = frozenset()

    def trouble(
        self,
        number: int,
        error: str = "invalid_grant",
        *,
        suberror: str = "",
        grant: str = "*",
        times: int | None = None,
    ) -> Trouble:
        """The token endpoint answers with that AADSTS number: 50076 (a second factor), 53003
        (Conditional Access), 50057 (disabled), 65001 (consent), 50105 (not assigned) ..."""
        made = Trouble(number, error, suberror, grant, times)
        self.troubles.append(made)
        return made

    # --- giving out ---

    def met(self, grant: str) -> Trouble | None:
        """What is in the way of a grant."""
        for one in self.troubles:
            if one.grant in {"*", grant} and one.times != 0:
                if one.times is not None:
                    one.times -= 1
                return one
        return None

    def knows(self, tenant: str) -> bool:
        """Whether it is one, or one of the names for several."""
        return tenant.lower() in {self.tenant, *self.domains, *MANY}

    def home(self, address: str) -> str:
        """The tenant of somebody: personal accounts have one of their own."""
        return PERSONAL if address.endswith(_PRIVATE) else self.tenant

    def give_refresh(
        self, address: str, scopes: Iterable[str] = (), client: str = CLIENT
    ) -> Refresh:
        """A refresh token, and the consent for it."""
        made = Refresh(
            self.tokens.new("0.AX"), address, client, frozenset(scopes), self.now()
        )  # fmt: skip
        self.refresh[made.text] = made
        self.grant(client, address, made.scopes)
        return made

    def give_access(self, address: str, scopes: Iterable[str], client: str, parent: str) -> Token:
        """An access token."""
        text = self.tokens.give(address, scopes, client, parent)
        return self.tokens.access[text]

    def number(self) -> int:
        """Never the same twice."""
        return next(self._numbers)

    def _device(self, user_code: str | None) -> Device:
        known = list(self.devices.values())
        return next(one for one in reversed(known) if user_code in {None, one.user_code})

    def _kill(self, address: str, number: int, suberror: str) -> None:
        for text in [one.text for one in self.refresh.values() if one.address == address]:
            del self.refresh[text]
            self.dead[text] = (number, suberror)
