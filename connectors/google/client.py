"""The OAuth client that its owner made in the Cloud console, by the file that it gives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from connectors.google.grant import TOKENS, googles

_CONSENT: Final = "https://accounts.google.com/o/oauth2/v2/auth"


class WrongClient(ValueError):
    """The client's file is no use; the message goes on after its name and says what to do."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client, as the Cloud console gives it: of type "Desktop app"."""

    config: dict[str, Any]

    @classmethod
    def of_text(cls, text: str) -> Client:
        """Raises `WrongClient`."""
        again = "make one of type Desktop app in the Cloud console, and download its JSON"
        try:
            told = json.loads(text)
        except ValueError:
            raise WrongClient(f"is no JSON: {again}") from None
        if not isinstance(told, dict):
            raise WrongClient(f"is no OAuth client: {again}")
        if told.get("type") == "service_account":
            raise WrongClient("is the key of a service account: name it under `service_account:`")
        if told.get("type") == "authorized_user":
            raise WrongClient(f"is a sign-in and no OAuth client: {again}")
        if "web" in told:
            raise WrongClient(f"is an OAuth client of type Web application: {again}")
        inner = told.get("installed")
        words = inner if isinstance(inner, dict) else {}
        if not all(
            isinstance(words.get(one), str) and words[one] for one in ("client_id", "client_secret")
        ):
            raise WrongClient(f"is no OAuth client, or not a whole one: {again}")
        try:
            uris = {
                "auth_uri": googles(str(words.get("auth_uri") or _CONSENT)),
                "token_uri": googles(str(words.get("token_uri") or TOKENS)),
            }
        except ValueError as error:
            raise WrongClient(f"is not as Google gives it ({error}): {again}") from None
        return cls({**words, **uris})
