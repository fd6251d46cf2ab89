"""What becomes of events and contacts at Google: interactions of people, once each, whatever other
account shows them as well."""

from __future__ import annotations

import json
import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import Home
from fakes.google.calendars import Calendar
from fakes.google.clients import browse, client_file
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, guests, letter, meet

__all__ = ["clock", "google"]

ANA = "ana@example.com"
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.com], timezone: Europe/Lisbon}
accounts:
  - {name: work, kind: google, login: ana@example.com}
  - {name: home, kind: local, calendar: [calendar/]}
rules: [none.yaml]
state: sqlite:///syncd.db
"""
HOUR = timedelta(hours=1)
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Google Inc//Google Calendar 70.9054//EN
{events}END:VCALENDAR
"""
GUESTS = """ORGANIZER:mailto:ana@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{guest}
"""


class Desk(Home):
    """Ana, signed in to Google, with a calendar on disk as well."""

    google: FakeGoogle

    @property
    def calendar(self) -> Calendar:
        return self.google.account(ANA).calendars.primary

    def meets(self, guest: str, title: str, start: datetime, **more: Any) -> str:
        """A meeting of an hour that both accepted."""
        both = guests(ANA, guest, status="accepted")
        more.setdefault("attendees", both)
        return self.calendar.add(title, start, start + HOUR, **more)

    def export(self, name: str, *events: str) -> None:
        """A calendar file on disk."""
        whole = "".join(f"BEGIN:VEVENT\n{one}END:VEVENT\n" for one in events)
        self.write(f"calendar/{name}.ics", ICS.format(events=whole).replace("\n", "\r\n"))

    def told(self, who: str) -> list[tuple[str, str, str]]:
        """When, how and whether, of each interaction."""
        return [(one["at"], one["mode"], one["real"]) for one in self.interactions(who)]


@pytest.fixture
def desk(tmp_path: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """It is 2 November 2026."""
    google.account(ANA)
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    desk = Desk(tmp_path, now=google.now().isoformat())
    desk.google = google
    desk.configure(CONFIG)
    desk.write("google-client.json", json.dumps(client_file(google)))
    assert desk.syncd("login").code == 0
    return desk


def test_the_same_meeting_in_a_file(desk: Desk) -> None:
    """Through Google and through its export on disk it is one interaction, with evidence of both;
    so is each instance of a series, whether it was moved or summer time ended before it."""
    ben, cleo = "ben@example.org", "cleo@example.org"
    lunch = desk.meets(ben, "Lunch", datetime(2026, 10, 20, 12, tzinfo=UTC))
    first = datetime(2026, 10, 14, 9, tzinfo=UTC)  # 10:00 in Lisbon
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    weekly = desk.meets(cleo, "Weekly", first, recurrence=[rule], zone="Europe/Lisbon")
    moved = datetime(2026, 10, 22, 15, tzinfo=UTC)
    desk.calendar.move_instance(weekly, first + timedelta(days=7), moved, moved + HOUR)
    desk.export(
        "lunch",
        f"UID:{lunch}@google.com\nDTSTART:20261020T120000Z\nDTEND:20261020T130000Z\n"
        f"SUMMARY:Lunch\n{GUESTS.format(guest=ben)}",
    )
    zone = ";TZID=Europe/Lisbon:"
    desk.export(
        "weekly",
        f"UID:{weekly}@google.com\nDTSTART{zone}20261014T100000\nDTEND{zone}20261014T110000\n"
        f"{rule}\nSUMMARY:Weekly\n{GUESTS.format(guest=cleo)}",
        f"UID:{weekly}@google.com\nRECURRENCE-ID{zone}20261021T100000\n"
        f"DTSTART{zone}20261022T160000\nDTEND{zone}20261022T170000\n"
        f"SUMMARY:Weekly\n{GUESTS.format(guest=cleo)}",
    )
    desk.once()
    (found,) = desk.interactions(ben)
    assert (found["at"], found["real"]) == ("2026-10-20T12:00:00+00:00", "yes")
    assert {one["account"] for one in found["evidence"]} == {"work", "home"}
    assert [at for at, _, real in desk.told(cleo) if real == "yes"] == [
        "2026-10-14T09:00:00+00:00",
        "2026-10-22T15:00:00+00:00",
        "2026-10-28T10:00:00+00:00",
    ]
    assert len(desk.told(cleo)) == 3


def test_what_counts(desk: Desk) -> None:
    """A call by video and a lunch at a place do; what was declined, what had hundreds of guests
    and what is no meeting does not. Each has a link to its page at Google."""
    day = datetime(2026, 10, 20, 8, tzinfo=UTC)
    desk.meets("ben@example.org", "Sync", day, conferenceData=meet())
    desk.meets("ben@example.org", "Lunch", day + 4 * HOUR, location="Rua Augusta 1")
    desk.meets(
        "ben@example.org",
        "Review",
        day + 6 * HOUR,
        attendees=[
            *guests(ANA, status="declined"),
            *guests("ben@example.org", status="accepted"),
        ],
    )
    crowd = [f"guest{number}@example.org" for number in range(200)]
    everybody = guests(ANA, "ben@example.org", *crowd, status="accepted")
    desk.meets("", "Strategy", day + 8 * HOUR, attendees=everybody)
    desk.calendar.add("Ben", day + 9 * HOUR, day + 10 * HOUR, eventType="focusTime")
    desk.once()
    assert desk.told("ben@example.org") == [
        ("2026-10-20T08:00:00+00:00", "video", "yes"),
        ("2026-10-20T12:00:00+00:00", "in_person", "yes"),
        ("2026-10-20T14:00:00+00:00", "unknown", "no"),
    ]
    link = desk.interactions("ben@example.org")[0]["evidence"][0]["link"]
    assert link.startswith("https://www.google.com/calendar/event?eid=")


def test_hundreds_of_guests_are_no_pair(desk: Desk) -> None:
    """Where Google names only the owner and the organiser is known, the two did not meet alone."""
    day = datetime(2026, 10, 20, 8, tzinfo=UTC)
    crowd = [f"guest{number}@example.org" for number in range(200)]
    everybody = guests(ANA, "ben@example.org", *crowd, status="accepted")
    desk.meets("", "Strategy", day, attendees=everybody, organizer={"email": "ben@example.org"})
    desk.google.account(ANA).mailbox.deliver(letter(ANA, "ben@example.org", "Hello", at=day))
    desk.once()
    meetings = [one for one in desk.interactions("ben@example.org") if one["kind"] == "meeting"]
    assert {one["real"] for one in meetings} <= {"no", "unknown"}
    assert not any("guests" in addr for addr in desk.everything())


def test_a_colleague_who_is_away(desk: Desk) -> None:
    """A colleague's calendar that lies over the owner's takes no meeting from the owner, and what
    the colleague noted there is no meeting of the owner's."""
    day = datetime(2026, 10, 20, 8, tzinfo=UTC)
    desk.meets("ben@example.org", "Lunch", day)
    desk.meets("dora@example.org", "Sync", day - timedelta(days=3))
    ola = desk.google.account(ANA).calendars.add("ola@example.com", "Ola")
    ola_wrote = {"email": "ola@example.com"}
    ola.add("Away", day - 5 * HOUR, day + 5 * HOUR, eventType="outOfOffice", creator=ola_wrote)
    ola.add("Coffee with Dora", day + 7 * HOUR, day + 8 * HOUR, creator=ola_wrote)
    desk.once()
    assert [real for _, _, real in desk.told("ben@example.org")] == ["yes"]
    assert len(desk.told("dora@example.org")) == 1


def test_a_meeting_that_is_taken_off(desk: Desk, clock: Clock) -> None:
    """What disappears before its end was cancelled; what disappears later was tidied away."""
    later, now = clock() + timedelta(days=1), clock()
    coming = desk.meets("ben@example.org", "Lunch", later)
    past = desk.meets("cleo@example.org", "Lunch", now - timedelta(days=1))
    desk.once()
    desk.calendar.cancel(coming)
    desk.calendar.cancel(past)
    clock.advance(hours=1)
    desk.now = clock().isoformat()
    desk.once()
    clock.advance(days=3)
    desk.now = clock().isoformat()
    desk.once()
    assert [real for _, _, real in desk.told("ben@example.org")] == ["no"]
    assert [real for _, _, real in desk.told("cleo@example.org")] == ["yes"]


def test_a_meeting_that_was_called_off_while_the_machine_was_off(desk: Desk, clock: Clock) -> None:
    """A week later it is still known that it was called off in time."""
    coming = desk.meets("ben@example.org", "Lunch", clock() + timedelta(days=1))
    desk.meets("cleo@example.org", "Lunch", clock() + timedelta(days=2))
    desk.once()
    desk.calendar.cancel(coming)
    clock.advance(days=7)
    desk.now = clock().isoformat()
    desk.once()
    assert [real for _, _, real in desk.told("ben@example.org")] == ["no"]
    assert [real for _, _, real in desk.told("cleo@example.org")] == ["yes"]


def test_contacts(desk: Desk) -> None:
    """A contact is somebody whom the owner keeps. One of the other contacts is nobody until there
    is more of them, and then has that name."""
    contacts = desk.google.account(ANA).contacts
    contacts.connections.add("Ben Archer", "ben@example.org", "ben@example.net")
    contacts.others.add("Cleo Birkin", "cleo@example.org")
    contacts.others.add("Dora Castell", "dora@example.org")
    desk.google.account(ANA).mailbox.deliver(letter(ANA, "cleo@example.org", "Hello"))
    desk.once()
    found = {one["name"]: one for one in desk.people()}
    assert set(found) == {"Ben Archer", "Cleo Birkin"}
    assert set(found["Ben Archer"]["addresses"]) == {"ben@example.org", "ben@example.net"}
    assert found["Ben Archer"]["wanted"]
    assert found["Cleo Birkin"]["counts"]["sent"] == 1
    assert not desk.interactions("dora@example.org")


def test_an_audit(desk: Desk) -> None:
    """What is at Google and what was read are the same."""
    day = datetime(2026, 10, 20, 8, tzinfo=UTC)
    desk.meets("ben@example.org", "Lunch", day, recurrence=["RRULE:FREQ=WEEKLY"])
    desk.google.account(ANA).contacts.connections.add("Ben Archer", "ben@example.org")
    desk.once()
    told = desk.syncd("audit", "--json")
    assert told.code == 0, told.out
    missing = [one for one in told.json if one.get("error") or one.get("missing")]
    assert missing == []
