"""A support module: partial responses (`fields=nextPageToken,messages(id,threadId)`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.google.call import Refused

if TYPE_CHECKING:
    from fakes.google.documents import Json

Tree = dict[str, "Tree"]


@functools.lru_cache(maxsize=64)
def parse(mask: str) -> Tree:
    """A mask as a tree of names; an empty one below a name: all of it."""
    words = re.findall(r"[^,()/\s]+|[,()/]", mask)
    tree, rest = _list(words)
    if rest or "".join(words) != re.sub(r"\s", "", mask):
        raise wrong(mask)
    return tree


def _list(words: list[str]) -> tuple[Tree, list[str]]:
    tree: Tree = {}
    while words and words[0] not in ",()/":
        at = tree.setdefault(words[0], {})
        words = words[1:]
        while words[:1] == ["/"] and len(words) > 1:
            at, words = at.setdefault(words[1], {}), words[2:]
        if words[:1] == ["("]:
            inner, words = _list(words[1:])
            if words[:1] != [")"]:
                raise wrong(" ".join(words))
            at.update(inner)
            words = words[1:]
        if words[:1] != [","]:
            break
        words = words[1:]
    return tree, words


def check(tree: Tree, schema: Json, schemas: Mapping[str, Json]) -> None:
    """Raise for names that the schema has not."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    if schema.get("type") == "array":
        check(tree, schema["items"], schemas)
        return
    known = schema.get("properties", {})
    for name, below in tree.items():
        if name == "*" or "additionalProperties" in schema:
            continue
        if name not in known:
            raise wrong(name)
        check(below, known[name], schemas)


def select(value: Any, tree: Tree) -> Any:
    """What the mask leaves of an answer."""
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [select(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: select(value[name], below) for name, below in tree.items() if name in value}


def wrong(what: str) -> Refused:
    """The answer to a mask that is none."""
    return Refused(400, "invalidParameter", f"Invalid field selection {what}", location="fields")
