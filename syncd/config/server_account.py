"""A login on a server that shows a password or a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from syncd.config.account import Fitting
from syncd.config.paths import Place
from syncd.config.servers import Command, shown_name
from syncd.config.spans import Every
from syncd.secrets import is_name


class ServerAccountSettings(Fitting):
    """A login somewhere else. What it signs in with never stands in the file: it is the secret
    `NAME.password` or `NAME.token`, or what a command prints."""

    poll: Every = timedelta(minutes=5)
    user: Annotated[str, Field(min_length=1), AfterValidator(shown_name)] | None = None
    auth: str = "password"
    password_command: Command = None
    token_command: Command = None
    ca_file: Place | None = None  # certificates to trust, for a server of one's own

    @property
    def reads(self) -> list[str]:
        return [] if self.ca_file is None else [self.ca_file]

    # What `auth` may be where a token is shown; None: all but a password.
    by_tokens: ClassVar[frozenset[str] | None] = None

    @property
    def by_token(self) -> bool:
        """Whether it signs in with a token, and not with a password."""
        return self.auth in self.by_tokens if self.by_tokens else self.auth != "password"

    @property
    def signs_in(self) -> bool:
        """Whether it shows a secret at all."""
        return bool(self.user or self.by_token)

    @property
    def door(self) -> list[str]:
        """Where its secret is shown, and as whom: who corrects any of it wants it tried anew."""
        return [type(self).__name__, self.auth, self.user or ""]

    @property
    def secret(self) -> str:
        """The name of the secret that it signs in with."""
        return f"{self.name}.{'token' if self.by_token else 'password'}"

    @property
    def command(self) -> list[str] | None:
        """What prints that secret, where it is asked for by a command."""
        return self.token_command if self.by_token else self.password_command

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        auth = given.get("auth", "password")
        known = cls.model_fields["auth"].annotation
        names = getattr(known, "__args__", ())
        tokens = [one for one in names if one in (cls.by_tokens or set(names) - {"password"})]
        if auth in names and auth not in tokens and "token_command" in given:
            others = " or ".join(tokens)
            yield "token_command", f"a token is for auth: {others}, and this is auth: {auth}"
        if auth in tokens and "password_command" in given:
            better = "write token_command, or leave auth away"
            yield "password_command", f"auth: {auth} takes a token: {better}"
        commands = {"password_command", "token_command"} & given.keys()
        name = given.get("name")
        if isinstance(name, str) and not commands and given.get("user") and not is_name(name):
            better = "write it with letters, digits, dots, dashes and underscores"
            yield "name", f"{name!r} names the account's secret as well: {better}"
