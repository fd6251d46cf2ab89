"""Values of accounts on servers: hosts, URLs, commands, and which collections to read."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from connectors.hosts import is_loopback

# What a shell would act on, and nobody does here.
_SHELL: Final = frozenset(("|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>/dev/null"))
_SWITCHES: Final = frozenset(("yes", "no", "on", "off", "all", "none", "true", "false", ""))


def host(value: str) -> str:
    """The name or address of a server."""
    text = value.strip()
    try:
        return str(ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    name, colon, port = text.rpartition(":")
    if "://" in text or "/" in text:
        raise ValueError("write the name of the server alone, like imap.example.org")
    if "@" in text:
        raise ValueError("write the name of the server alone: who signs in goes under `user`")
    if colon and name and port.isdecimal():
        raise ValueError(f"write the port by itself: host: {name}, port: {port}")
    if not text or any(char.isspace() or not char.isprintable() or char == ":" for char in text):
        raise ValueError("write the name of the server, like imap.example.org")
    return text


def url(value: str) -> str:
    """Where a CalDAV server is. Nothing that was written is repeated: it may hold a password."""
    text = value.strip()
    try:
        parts = urlsplit(text)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is no URL: write it like https://dav.example.org/") from None
    if parts.scheme not in ("http", "https") or not name:
        raise ValueError("write it with https:// in front, like https://dav.example.org/")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "take the user and the password out of it: who signs in goes under `user`, and no "
            "password stands in this file"
        )
    if any(char.isspace() or not char.isprintable() for char in text):
        raise ValueError("has a space in it: write it like https://dav.example.org/")
    if parts.scheme == "http" and not is_loopback(name):
        raise ValueError(
            "http:// sends passwords and calendars in the clear: write https:// (http:// is for "
            "a server on this machine)"
        )
    return text


def shown_name(value: str) -> str:
    """A user's name, as it can be sent to a server."""
    if not value.isprintable() or value != value.strip():
        raise ValueError("write the name to sign in with, without spaces around it")
    return value


def _command(value: Any) -> Any:
    """A list of words, or one line that is split as a shell would. No shell runs it."""
    if value is None:
        return None
    words: list[Any]
    if isinstance(value, str):
        import shlex  # few have one

        try:
            words = shlex.split(value)
        except ValueError:
            raise ValueError("a quote is opened in it and not closed") from None
        odd = next((word for word in words if word in _SHELL or word.startswith("$(")), None)
        if odd is not None:
            raise ValueError(
                f"no shell runs it, so {odd!r} would be handed to the command: write "
                "[sh, -c, '...'] where a shell is needed"
            )
    elif isinstance(value, list):
        words = value
    else:
        raise ValueError("write the command on one line, or as a list of words")
    if not words or not all(isinstance(word, str) for word in words) or not words[0].strip():
        raise ValueError("write the command on one line, or as a list of words, like [pass, mail]")
    if any("\0" in word for word in words):
        raise ValueError("a command has no NUL in it")
    return words


def _choice(value: Any) -> Any:
    """All of them, none, or some by name."""
    if isinstance(value, bool):
        return value
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) and name.strip().lower() not in _SWITCHES for name in names):
        raise ValueError("write true for all, false for none, or names, like [Work, Home]")
    if not names:
        raise ValueError("name at least one, or write false for none")
    return names


def _book(value: Any) -> Any:
    """Whether cards are added, or to which address book."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lower() in _SWITCHES or "/" in value:
        raise ValueError(
            "write true for the first address book there is, false for none, or the name of one"
        )
    return value.strip()


def _switch(value: Any) -> Any:
    """On or off."""
    if not isinstance(value, bool):
        raise ValueError("write true or false")
    return value


Command = Annotated[list[str] | None, BeforeValidator(_command)]
Choice = Annotated[bool | list[str], BeforeValidator(_choice)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Book = Annotated[bool | str, BeforeValidator(_book)]
