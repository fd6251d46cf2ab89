"""Role, robot, list and room addresses are not people; everybody else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.people import AddressKind, classify


def kind(addr: str) -> AddressKind:
    return classify(addr, is_list=False, is_resource=False)[0]


@pytest.mark.parametrize(
    "local",
    [
        "no-reply", "noreply", "No.Reply", "do_not_reply", "donotreply", "noreply-travel",
        "nicht-antworten", "nepasrepondre", "ne-pas-repondre", "no-responder", "nao-responda",
        "non-rispondere", "mailer-daemon", "postmaster", "bounce+x-ana", "bounces", "dev-bounces",
        "dev-request", "owner-dev", "dev-owner", "notifications", "notification", "alerts",
        "security-alerts", "newsletter", "newsletter-de", "digest", "github-bot", "reply+7a8b9c0d",
        "case-12345", "ticket123456", "support+id98765", "calendar-notification", "root", "cron",
        "ana=example.com", "list-return-12-ana=example.com", "4f3a2b1c9d8e7f6a5b4c",
        "0d1e2f3a-1111-2222-3333-444455556666", "a1b2c3d4e5f6g7h8i9j0k", "unsubscribe", "rssfeeds",
    ],
)  # fmt: skip
def test_a_machine_is_a_robot(local: str) -> None:
    """No-reply in its spellings and languages, bounces, tickets, VERP and opaque tokens."""
    assert kind(f"{local}@example.org") is AddressKind.ROBOT


@pytest.mark.parametrize(
    "local",
    [
        "info", "info2", "info-berlin", "info_pt", "support", "support.mueller", "sales",
        "uk.sales", "billing", "office", "team", "jobs", "hr", "accounts", "customer.service",
        "it-support", "kontakt", "contact", "hello", "rechnung", "webmaster", "team.berlin",
        "atendimento", "ventas", "sekretariat", "privacy", "press", "acme-support",
    ],
)  # fmt: skip
def test_a_function_is_a_role(local: str) -> None:
    """The names of RFC 2142, of departments, and what is joined to them."""
    assert kind(f"{local}@example.org") is AddressKind.ROLE


@pytest.mark.parametrize(
    "local",
    [
        "ana", "ana.silva", "ana.info", "ana_silva", "a.silva", "anasilva1985", "12345678",
        "maria.sales", "n.mailer", "m.root", "j.news", "dev.patel", "job.vandijk", "mail", "me",
        "ana-maria.costa", "x", "ana.silva-costa", "r2d2", "p12345", "ana.noble", "jo.bounds",
        "abel.root", "christian.bot", "bill.office",
    ],
)  # fmt: skip
def test_a_human_stays_one(local: str) -> None:
    """Names that merely contain such words, employee numbers and initials are people."""
    assert classify(f"{local}@example.org", is_list=False, is_resource=False) == (
        AddressKind.PERSON,
        (),
    )


@pytest.mark.parametrize(
    "addr",
    [
        "c_188abc@resource.calendar.google.com",
        "team123@group.calendar.google.com",
        "meeting-room.3@example.org",
        "besprechungsraum1@example.org",
        "room-12@example.org",
    ],
)
def test_a_room_is_a_resource(addr: str) -> None:
    """Rooms and calendars attend nothing."""
    assert kind(addr) is AddressKind.RESOURCE


@pytest.mark.parametrize(
    "addr",
    [
        "ana@unknownhost", "ana@host.invalid", "123+ana@users.noreply.example.com",
        "ana@bounces.example.com", "", "no address",
    ],
)  # fmt: skip
def test_where_nobody_reads_there_is_nobody(addr: str) -> None:
    """Placeholders of calendars and domains of machines hold no mailbox of a human."""
    assert kind(addr) is AddressKind.ROBOT


def test_what_headers_and_calendars_say_wins() -> None:
    """A human's name does not help a list or a room."""
    assert classify("ana@example.org", is_list=True, is_resource=False) == (
        AddressKind.LIST,
        ("address:list",),
    )
    assert classify("ana@example.org", is_list=True, is_resource=True)[0] is AddressKind.RESOURCE


@given(st.text(max_size=40))
def test_every_text_has_a_kind_and_a_reason(addr: str) -> None:
    """Nothing raises, and whatever is no person says why."""
    found, reasons = classify(addr, is_list=False, is_resource=False)
    assert (found is AddressKind.PERSON) == (not reasons)
    assert all(code.startswith("address:") for code in reasons)


@pytest.mark.parametrize(
    "addr",
    ["stable@vger.kernel.org", "dev@lists.example.org", "cycling@googlegroups.com"],
)
def test_hosts_of_lists_hold_no_human(addr: str) -> None:
    """An address at a host that only serves lists is a list, whatever headers were seen."""
    assert classify(addr, is_list=False, is_resource=False) == (
        AddressKind.LIST,
        ("address:list",),
    )


@pytest.mark.parametrize(
    "addr",
    [
        "ana@harbour.zendesk.com", "ben@harbour.atlassian.net", "sea@jira.harbour.example",
        "x@tickets.harbour.example", "otrs@harbour.example", "issue-4711@harbour.example",
    ],
)  # fmt: skip
def test_a_ticket_system_is_nobody(addr: str) -> None:
    """Queues answer to many; a person's name in them is a display name at most."""
    kind, reasons = classify(addr, is_list=False, is_resource=False)
    assert kind in (AddressKind.ROLE, AddressKind.ROBOT)
    assert reasons


@pytest.mark.parametrize("addr", ["ana@zendesk.com", "ana@atlassian.net", "ana@jira.example"])
def test_who_makes_ticket_systems_is_human(addr: str) -> None:
    """Only the sub-domains of customers are queues."""
    assert classify(addr, is_list=False, is_resource=False)[0] is AddressKind.PERSON
