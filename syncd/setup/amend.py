"""Adding an account to a configuration that its owner has written: nothing else of it changes."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from syncd.setup.draft import Draft
from syncd.setup.file import place_of


class Cannot(Exception):
    """The text is written in a way that nothing can be put in with certainty."""


class Changed(Exception):
    """Somebody else wrote the file meanwhile."""


def with_accounts(text: str, drafts: Sequence[Draft]) -> str:
    """The text of a configuration with further accounts at the end of `accounts:`. Comments,
    order and spelling of all the rest stay. Raises `Cannot`."""
    for draft in drafts:
        text = _with_one(text, draft)
    return text


def rewrite(path: Path, before: bytes, text: str, check: Callable[[Path], object]) -> None:
    """Put `text` in place of the file that held `before`, with its mode; a link stays one. `check`
    reads the new file, still under another name, and raises what is wrong with it. Raises
    `Changed`, `NoFile` and OSError; then all is as it was."""
    path = place_of(path)
    descriptor, name = tempfile.mkstemp(prefix=".syncd-", suffix=".yaml", dir=path.parent)
    fresh = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        check(fresh)
        fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        if path.read_bytes() != before:
            raise Changed(str(path))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _with_one(text: str, draft: Draft) -> str:
    found = _accounts(text)
    if found.flow_style:
        before = text[: found.end_mark.index - 1].rstrip()
        comma = " " if before.endswith(",") else ", "
        fresh = f"{before}{comma}{draft.flow()}{text[len(before) :]}"
    else:
        at = _end(found)
        line = text.find("\n", at)
        at = len(text) if line < 0 else line + 1
        end = "\r\n" if "\r\n" in text else "\n"
        lines = draft.lines(found.start_mark.column, explained=False)
        before = text[:at] if text[:at].endswith("\n") else text[:at] + end
        fresh = before + "".join(line + end for line in lines) + text[at:]
    if not _says(fresh, _loaded(text), draft):
        raise Cannot("the accounts are written in an unusual way")
    return fresh


def _accounts(text: str) -> Any:
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise Cannot("it is no YAML") from error
    if isinstance(root, MappingNode):
        for key, value in root.value:
            if key.value == "accounts" and isinstance(value, SequenceNode) and value.value:
                return value
    raise Cannot("it has no list of accounts")


def _end(node: Node) -> int:
    """Where the last word of a node ends; what comes behind it is comment and space."""
    children: list[Node] = []
    if isinstance(node, MappingNode) and not node.flow_style:
        children = [one for pair in node.value for one in pair]
    elif isinstance(node, SequenceNode) and not node.flow_style:
        children = list(node.value)
    if children:
        return max(_end(child) for child in children)
    end = node.end_mark.index
    if node.start_mark.index == end:
        return 0  # nothing is written there; the parser means the next word
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        end -= 1  # a text of several lines ends with its last line break
    return int(end)


def _loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _says(fresh: str, before: Any, draft: Draft) -> bool:
    """Whether it says what the text before did, and the account besides."""
    try:
        found = _loaded(fresh)
    except YAMLError:
        return False
    added = {"name": draft.name, "kind": draft.kind, **draft.keys}
    wanted = {
        key: list(value) if isinstance(value, tuple) else value for key, value in added.items()
    }
    return bool(found == {**before, "accounts": [*before["accounts"], wanted]})
