"""Ready-made rule files that come with syncd, each with its tests beside it."""

from __future__ import annotations

from importlib.resources import files

from rules.source import unknown

_RULES = ".yaml"
_TESTS = ".test.yaml"


def names() -> tuple[str, ...]:
    """The packs there are, in the order of the alphabet."""
    found = (item.name for item in files(__name__).iterdir())
    return tuple(
        sorted(
            name.removesuffix(_RULES)
            for name in found
            if name.endswith(_RULES) and not name.endswith(_TESTS)
        )
    )


def text(name: str) -> str:
    """The rules of a pack. Raises LookupError that names the packs there are."""
    return _read(name, _RULES)


def test_text(name: str) -> str:
    """The tests of a pack. Raises LookupError that names the packs there are."""
    return _read(name, _TESTS)


def _read(name: str, suffix: str) -> str:
    known = names()
    if name not in known:
        raise LookupError(unknown("pack", name, known))
    return files(__name__).joinpath(name + suffix).read_text(encoding="utf-8")
