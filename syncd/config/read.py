"""Read `syncd.yaml` and say everything that is wrong with it, each mistake at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import SettingsError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from syncd.config.accounts import KINDS
from syncd.config.files import NoText, text_of
from syncd.config.settings import Settings
from syncd.config.words import words
from syncd.people import normalise

_TOO_DEEP: Final = "lists and keys are nested too deeply"
_MOST_BITS: Final = 1024


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong, and where (line and column count from 1; 0 is the whole file)."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{place}: {self.message}"


class ConfigErrors(Exception):
    """The configuration or its rules cannot be used (exit code 78)."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = sorted(set(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Document:
    """A configuration file that is YAML. Raises `ConfigErrors` where it is not even that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root, self._doubled = _parse(path)

    def settings(self) -> Settings:
        """What it says. Raises `ConfigErrors`."""
        try:
            settings = Settings(**self._values())
        except SettingsError as error:
            key = str(error).partition('"')[2].partition('"')[0]
            hint = f"SYNCD_{key.upper()} in the environment has to be JSON, as in {{}} or []"
            raise ConfigErrors([Mistake(str(self.path), 0, 0, hint)]) from None
        except ValidationError as error:
            details = [_plainly(dict(detail), self._root) for detail in error.errors()]
            found = [_mistake(self.path, self._root, detail) for detail in details]
            raise ConfigErrors(found + self._doubled + self._unfit()) from None
        if self._doubled or self._unfit():
            raise ConfigErrors(self._doubled + self._unfit())
        return settings

    def _values(self) -> dict[str, Any]:
        try:
            values: dict[str, Any] = _plain(self._root)
        except RecursionError:
            raise ConfigErrors([Mistake(str(self.path), 0, 0, _TOO_DEEP)]) from None
        except OverflowError as error:
            raise ConfigErrors([Mistake(str(self.path), 0, 0, str(error))]) from None
        return values

    def _unfit(self) -> list[Mistake]:
        """What is right by itself and does not fit together: told along with all the rest."""
        listed = self._root.get("accounts")
        accounts = (
            [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        )
        names = [one.get("name") for one in accounts]
        found = [
            self.mistake(("accounts", n, "name"), f"two accounts are named {name!r}: rename one")
            for n, name in enumerate(names)
            if name is not None and name in names[:n]
        ]
        found += self._logins(accounts)
        target = self._root.get("tasks_in")
        if isinstance(target, dict) and not target:
            hint = f"tasks_in names no account: write tasks_in: {names[0] if names else 'home'}"
            found.append(self.mistake(("tasks_in",), hint))
        wanted = target if isinstance(target, dict) else {None: target} if target else {}
        for key, name in wanted.items():
            loc = ("tasks_in",) if key is None else ("tasks_in", key)
            if key not in (None, "default", *names):
                known = ", ".join(["default", *(str(one) for one in names)])
                found.append(
                    self.mistake(loc, f"tasks_in: {key!r} is no account here; known: {known}")
                )
            if not isinstance(name, str):
                continue  # told with what is no text
            account = next((one for one in accounts if one.get("name") == name), None)
            if account is None:
                found.append(self.mistake(loc, f"tasks_in names {name!r}, no account here"))
            elif not account.get("tasks", _by_itself(account.get("kind"))):
                message = _no_tasks(name, account.get("kind"))
                found.append(self.mistake(loc, message))
        return found

    def _logins(self, accounts: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
        """One login at one provider is one account: two would read everything twice, and use up
        one quota as if each had it."""
        known: dict[tuple[Any, str], Any] = {}
        for number, one in enumerate(accounts):
            kind, login = one.get("kind"), one.get("login")
            if not (isinstance(login, str) and isinstance(kind, str)) or kind not in KINDS:
                continue
            if "login" not in KINDS[kind].model_fields or not (addr := normalise(login)):
                continue
            first = known.setdefault((kind, addr), one)
            if first is not one:
                words = f"login: {login} signs in to account {first.get('name')} already"
                better = "make them one account, of which you choose what is read"
                yield self.mistake(("accounts", number, "login"), f"{words}: {better}")

    def rules(self) -> list[tuple[str, tuple[Any, ...]]]:
        """The packs and files under `rules:` with their place, whatever else is wrong."""
        value = self._root.get("rules")
        if isinstance(value, str):
            return [(value, ("rules",))]
        if not isinstance(value, list):
            return []
        return [(one, ("rules", n)) for n, one in enumerate(value) if isinstance(one, str)]

    def said(self, *keys: str) -> Any:
        """What stands below these keys, right or wrong; None where nothing does."""
        found: Any = self._root
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def mistake(self, loc: Sequence[Any], message: str) -> Mistake:
        """Something wrong with what stands at `loc`."""
        line, column = _position(self._root, loc) if loc and loc[0] in self._root else (0, 0)
        return Mistake(str(self.path), line, column, message)


def _by_itself(kind: Any) -> Any:
    """Where accounts of a kind take tasks without being told to."""
    fields = KINDS[kind].model_fields if isinstance(kind, str) and kind in KINDS else {}
    return fields["tasks"].default if "tasks" in fields else None


def _no_tasks(name: str, kind: Any) -> str:
    if kind == "imap":
        return f"tasks_in names {name!r}, but mail accounts (kind: imap) take no tasks"
    what = "list" if kind in ("caldav", "google", "graph") else "folder"
    return f"tasks_in names {name!r}, but that account has no `tasks:` {what}"


def _parse(path: Path) -> tuple[CommentedMap, list[Mistake]]:
    """The file as a mapping, and the keys in it that stand twice (the first one counts)."""
    name = str(path)
    try:
        text = text_of(path)
    except FileNotFoundError:
        hint = "no such file: `syncd init` writes one, or name another with --config"
        raise ConfigErrors([Mistake(name, 0, 0, hint)]) from None
    except NoText as error:
        raise ConfigErrors([Mistake(name, 0, 0, f"cannot be read: it {error}")]) from error
    except OSError as error:
        raise ConfigErrors([Mistake(name, 0, 0, f"cannot be read: {error}")]) from error
    doubled: list[Mistake] = []
    try:
        try:
            document = YAML(typ="rt").load(text)
        except DuplicateKeyError as error:
            problem = (error.problem or "a key stands twice").split(" with value")[0]
            doubled.append(_marked(name, error, problem))
            tolerant = YAML(typ="rt")
            tolerant.allow_duplicate_keys = True
            document = tolerant.load(text)
    except MarkedYAMLError as error:
        raise ConfigErrors([_marked(name, error, error.problem or "broken YAML")]) from None
    except YAMLError as error:
        words = " ".join(str(error).split())
        raise ConfigErrors([Mistake(name, 0, 0, f"broken YAML: {words}")]) from None
    except RecursionError:
        raise ConfigErrors([Mistake(name, 0, 0, _TOO_DEEP)]) from None
    except (ValueError, TypeError, LookupError) as error:
        # What the parser makes values with: a number without end, a tag that does not fit.
        words = f"a value is not what it is marked as: {str(error).split(';')[0]}"
        raise ConfigErrors([Mistake(name, 0, 0, words)]) from None
    if not isinstance(document, CommentedMap):
        raise ConfigErrors([Mistake(name, 1, 1, "expected `owner:`, `accounts:` and so on")])
    return document, doubled


def _marked(name: str, error: MarkedYAMLError, problem: str) -> Mistake:
    mark = error.problem_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return Mistake(name, line, column, problem)


def _plain(value: Any) -> Any:
    if isinstance(value, CommentedMap):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, CommentedSeq):
        return [_plain(inner) for inner in value]
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise OverflowError("a number has more digits than anything here needs")
    return value


def _mistake(path: Path, document: CommentedMap, detail: dict[str, Any]) -> Mistake:
    loc = tuple(detail["loc"])
    if loc[:1] == ("tasks_in",):  # one of two forms: each would be told by itself
        loc = loc[:1]
    if not loc:  # a rule about several keys: its message begins with the one to mend
        first = str(detail["msg"]).removeprefix("Value error, ").split(" ", 1)[0]
        loc = (first,) if first in document else ("accounts",)
        line, column = _position(document, loc)
        return Mistake(str(path), line, column, words(detail, (), ""))
    line, column = _position(document, loc)
    label = ".".join(str(part) for part in loc if not isinstance(part, int))
    return Mistake(str(path), line, column, words(detail, loc, label))


def _plainly(detail: dict[str, Any], document: CommentedMap) -> dict[str, Any]:
    """A detail of an account without the kind in its place, which no file has there."""
    loc, given = tuple(detail["loc"]), detail.get("input")
    if len(loc) < 2 or loc[0] != "accounts":
        return detail
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        there = isinstance(given, dict) and "kind" in given
        detail["type"] = "literal_error" if there else "missing"
        detail["input"] = given["kind"] if isinstance(given, dict) and there else None
        return detail | {"loc": (*loc, "kind")}
    if len(loc) > 2 and loc[2] in KINDS:
        listed = document.get("accounts")
        known = isinstance(listed, list) and loc[1] < len(listed)
        account = listed[loc[1]] if known else None
        name = account.get("name") if isinstance(account, dict) else None
        detail["account"] = (name if isinstance(name, str) else "", loc[2])
        return detail | {"loc": (*loc[:2], *loc[3:])}
    return detail


def _position(document: CommentedMap, loc: Sequence[Any]) -> tuple[int, int]:
    """Where the deepest part of `loc` that exists stands in the file."""
    node: Any = document
    line, column = 1, 1
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            place, node = node.lc.key(part), node[part]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            place, node = node.lc.item(part), node[part]
        else:
            break
        if place is not None:  # the parser does not know where parts of a tagged value stand
            line, column = (n + 1 for n in place)
    return line, column
