"""Which missing module is an extra that nobody installed, and which is a fault of ours."""

from __future__ import annotations

import sys

import pytest

from syncd.wiring.accounts import lacks_extra


def missing(name: str, package: str = "") -> ModuleNotFoundError:
    """The error of an import."""
    return ModuleNotFoundError(f"No module named {name!r}", name=package or name)


@pytest.mark.parametrize("name", ["imapclient", "googleapiclient.discovery", "lxml.etree"])
def test_what_others_make_is_an_extra(name: str) -> None:
    """Also a part of a package."""
    assert lacks_extra(missing(name))


@pytest.mark.parametrize("name", ["syncd.wiring.gone", "connectors.imap.gone", "rules", "sqlite3"])
def test_what_is_ours_is_none(name: str) -> None:
    """A module of ours, or of Python's, that is not there: no extra brings it back."""
    assert not lacks_extra(missing(name))


def test_an_import_that_names_nothing() -> None:
    """Nobody can say what would bring it."""
    assert not lacks_extra(ModuleNotFoundError("gone"))


def test_a_module_of_ours_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error that Python itself raises for one is told from that for a package of others."""
    monkeypatch.setitem(sys.modules, "connectors.imap.account", None)
    with pytest.raises(ModuleNotFoundError) as ours:
        __import__("connectors.imap.account")
    monkeypatch.setitem(sys.modules, "imapclient", None)
    with pytest.raises(ModuleNotFoundError) as theirs:
        __import__("imapclient")
    assert (lacks_extra(ours.value), lacks_extra(theirs.value)) == (False, True)
