"""The last line of defence: what an event says, with everything veiled that could be private.

The rule is narrow, since no pattern knows a subject from a place. A value may be a number, a
moment, an account of the configuration, or one plain word (`mail`, `SignInNeeded`,
`call-in-30-days`). Everything else is replaced as a whole:

    [address]  an address, a Message-ID          [path]  a path, a file's name, a link
    [secret]   a token, a password, a URL with credentials, anything under a name like `token`
    [text]     more than one word

An error is its kind, the places in our code that it came through (`module:line`, innermost first)
and the kind of what caused it. Its message is never told: a parser's quotes the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from syncd.log.names import known

ADDRESS, SECRET, PATH, TEXT = "[address]", "[secret]", "[path]", "[text]"

_PRIVATE_NAME: Final = re.compile(
    r"passw|passphrase|secret|token|authori|bearer|cookie|credential|api_?key|signature",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"@|%40|\[at\]|<[^<>]*>", re.IGNORECASE)
_CREDENTIALS: Final = re.compile(r"://[^/\s]*@|[?&][^=\s]+=")
_TOLD: Final = re.compile(
    r"\b(bearer|basic|passw\w*|pwd|secret|token|api_?key)\b\s*[:= ]", re.IGNORECASE
)
_PREFIX: Final = re.compile(r"eyJ|ya29\.|gh[a-z]_|xox[a-z]-|AKIA|ASIA|GOCSPX|AIza|sk-|glpat-|1//")
_PATH: Final = re.compile(
    r"[/\\]|^~|%2f|\.(eml|mbox|ics|vcf|db|wal|shm|ya?ml|json|txt|pdf|html?|csv|log|bak|tmp|sock)$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Za-z0-9\[+-][A-Za-z0-9_.:+\-\]]*")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?")
_CAMEL: Final = re.compile(r"([A-Z]{1,6}[a-z]{2,})+[A-Z]{0,5}")
_LONGEST = 64
_DEEPEST = 4
_PLACES = 6
_OURS = ("syncd", "connectors", "rules")


class Literal(str):
    """Words that stand in a program's code: nobody's mail is in them."""

    __slots__ = ()


@lru_cache(maxsize=4)
def _called(accounts: tuple[str, ...]) -> dict[str, str]:
    return {
        name: f"account-{number}" if _looks(name) else name
        for number, name in enumerate(accounts, 1)
    }


def called(account: str) -> str:
    """What an account is called where others may read it (`names.called`)."""
    return _called(known()).get(account) or _text(account)


def veiled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they may be written: numbers, words, None, and lists and mappings of such."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, BaseException):
            found |= trouble(name, value)
        else:
            found[name] = _value(name, value, _DEEPEST)
    return found


def trouble(name: str, error: BaseException) -> dict[str, str]:
    """An error as facts: its kind, where in our code, and the kinds of what caused it."""
    found = {name: type(error).__name__}
    places = list(_places(error))[-_PLACES:]
    if places:
        found[f"{name}_at"] = Literal(" < ".join(reversed(places)))
    causes = " < ".join(_causes(error))
    if causes:
        found[f"{name}_cause"] = Literal(causes)
    return found


def _places(error: BaseException) -> Iterator[str]:
    """Outermost first. Where an error passed through none of our code, where it was raised."""
    place, ours = "", False
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        place = f"{module}:{trace.tb_lineno}"
        if module.partition(".")[0] in _OURS:
            ours = True
            yield place
        trace = trace.tb_next
    if place and not ours:
        yield place


def _causes(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        yield from sorted({type(one).__name__ for one in error.exceptions})
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen and len(seen) <= _PLACES:
        seen.add(id(cause))
        yield type(cause).__name__
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _value(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _PRIVATE_NAME.search(name):
        return SECRET
    if isinstance(value, float):
        return float(value) if isfinite(value) else Literal(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, str):
        return called(value) if name == "account" else _text(value)
    return _other(value, depth)


def _other(value: Any, depth: int) -> Any:
    """What is neither a number nor a text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, BaseException):
        return trouble("error", value)
    if depth and isinstance(value, Mapping):
        return {_text(str(key)): _value(str(key), inner, depth - 1) for key, inner in value.items()}
    if depth and isinstance(value, list | tuple):
        return [_value("", inner, depth - 1) for inner in value]
    if depth and isinstance(value, set | frozenset):
        return sorted((_value("", inner, depth - 1) for inner in value), key=str)
    return PATH if hasattr(value, "__fspath__") else TEXT


def _text(value: str) -> str:
    return _looks(value) or (value if not value or _is_word(value) else TEXT)


def _is_word(value: str) -> bool:
    return len(value) <= _LONGEST and _WORD.fullmatch(value) is not None


def _looks(value: str) -> str | None:
    """The veil of a text that looks private by itself; None for any other."""
    if _CREDENTIALS.search(value) or _TOLD.search(value):
        return SECRET
    if _ADDRESS.search(value):
        return ADDRESS
    if _PATH.search(value):
        return PATH
    if any(_is_token(word) for word in value.split()):
        return SECRET
    return None


def _is_token(word: str) -> bool:
    """Whether a word is too random to be one: keys, tokens, and numbers one can be called at."""
    if _PREFIX.match(word):
        return True
    if len(word) < 9 or _MOMENT.fullmatch(word):
        return False
    figures = sum(letter.isdigit() for letter in word)
    if figures == len(word.lstrip("+")):
        return True
    if len(word) < 16:
        return False
    pieces = [piece for piece in re.split(r"[._:\-]", word) if piece]
    longest = max((len(piece) for piece in pieces), default=0)
    lower, upper = word.upper() != word, word.lower() != word
    if figures and longest >= 12:
        return True
    if figures > 3 and lower and upper:
        return True
    if lower and upper:
        return not all(_CAMEL.fullmatch(p) or p.islower() or p.isupper() for p in pieces)
    return longest >= 18
