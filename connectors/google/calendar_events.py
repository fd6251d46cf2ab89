"""The events of one calendar: events.list with single events, instances of series among them.

A listing is bounded by the window, and so is the sync token that comes with it. What a token tells
beyond the window is taken for gone, or not told: a later window will show it. Deleted events are
listed as well, because those that were called off still say so: the word of a calendar that is read
but once a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem, ConnectorError, Refused
from connectors.google.api import Api
from connectors.google.calendar_event import (
    FIELDS,
    ID_FIELDS,
    is_called_off,
    is_cancelled,
    is_closed,
    is_note_of_others,
    meeting_of,
    span_of,
)
from connectors.google.calendar_list import Entry
from connectors.google.errors import NotThere
from connectors.google.synced import Page, Told
from connectors.google.synced_cursor import State
from connectors.records import Bad, Gone, Item, Seen

PAGE: Final = 500
_IDS: Final = 2500  # of a listing of ids alone
_LISTED: Final = f"nextPageToken,nextSyncToken,items({FIELDS})"
# An instance is named by its series and by when it was to start.
_INSTANCE: Final = re.compile(r"_\d{8}(?:T\d{6}Z)?")


class Events:
    """See above. `window`: from when until when, in UTC; what ends after `near` is read first.
    `login`: the account's address."""

    def __init__(
        self,
        api: Api,
        entry: Entry,
        scope: str,
        zone: ZoneInfo,
        window: tuple[datetime, datetime],
        near: datetime,
        login: str = "",
    ) -> None:
        self._api = api
        self._id = entry.id
        # Whose notes are told; empty where everybody's are.
        self._mine = {entry.whose.lower(), login.lower()} - {""} if entry.whose else set()
        self._login = (login or entry.id) if entry.primary else ""
        self._zone = zone
        self._window = window
        self._near = near
        self.name = f"the calendar {entry.name}"
        self.under = f"{scope}//{entry.key}/"

    def page(self, state: State) -> Page:
        """See `Listed`."""
        since = self._near if state.phase == "near" else self._window[0]
        return self._page(state, **_between(since, self._window[1]))

    def news(self, state: State) -> Page:
        """See `Listed`."""
        return self._page(state, syncToken=state.token)

    def there(self) -> set[str]:
        """See `Listed`."""
        return {self.under + one for one in self.ids()}

    def ids(self) -> Iterator[str]:
        """Of all events in the window of which there is anything to tell."""
        page, times = "", _between(*self._window)
        fields = f"{ID_FIELDS},attendees/email,attendeesOmitted" if self._mine else ID_FIELDS
        while True:
            more = {"pageToken": page} if page else {}
            request = self._events().list(
                calendarId=self._id,
                singleEvents=True,
                showDeleted=True,
                maxResults=_IDS,
                fields=f"nextPageToken,items({fields})",
                **times,
                **more,
            )
            answer = self._api.ask(request, self.name)
            yield from (str(one["id"]) for one in answer.get("items", ()) if self._is_told(one))
            if not (page := str(answer.get("nextPageToken", ""))):
                return

    def told(self, entry: Mapping[str, Any], known: Told) -> Iterator[Item]:
        """See `Listed`. A series of which nothing is left may be told by its own id alone."""
        ref = self.under + str(entry["id"])
        yield self.item(entry) or Gone(ref)
        for other in known.begin_with(f"{ref}_") if is_cancelled(entry) else ():
            if _INSTANCE.fullmatch(other, len(ref)):
                yield Gone(other)

    def is_near(self, entry: Mapping[str, Any]) -> bool:
        """See `Listed`."""
        try:
            return span_of(entry, self._zone).end > self._near
        except BadItem:
            return False

    def item(self, event: Mapping[str, Any]) -> Item | None:
        """What an event says; None where it is not there any more, not within the window, or where
        only its time is told."""
        ref, etag = self.under + str(event["id"]), str(event.get("etag", "")).strip('"')
        try:
            if not self._is_told(event) or not span_of(event, self._zone).touches(*self._window):
                return None
            return Seen(ref, etag, (meeting_of(event, self._zone, self._login),))
        except BadItem as error:
            return Bad(ref, etag, str(error))

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """Single events as they are now."""
        for ref, found in self._each(refs, FIELDS):
            if isinstance(found, NotThere):
                yield Gone(ref)
            elif isinstance(found, ConnectorError):
                raise found
            else:
                yield self.item(found) or Gone(ref)

    def days(self, refs: Sequence[str]) -> Mapping[str, date]:
        """On which days events start, as far as they do."""
        found = {}
        for ref, event in self._each(refs, "id,start,end"):
            if not isinstance(event, ConnectorError):
                try:
                    found[ref] = span_of(event, self._zone).start.astimezone(self._zone).date()
                except BadItem:
                    continue
        return found

    def _is_told(self, event: Mapping[str, Any]) -> bool:
        """Whether it is there, or was called off, says more than its time, and may be a meeting of
        the owner's."""
        if is_closed(event) or (self._mine and is_note_of_others(event, self._mine)):
            return False
        return not is_cancelled(event) or is_called_off(event, self._zone)

    def _each(self, refs: Sequence[str], fields: str) -> Iterator[tuple[str, Any]]:
        get = self._events().get
        asked = {
            ref: get(calendarId=self._id, eventId=ref.removeprefix(self.under), fields=fields)
            for ref in refs
        }
        return self._api.batch(asked, self.name)

    def _page(self, state: State, **how: Any) -> Page:
        if state.page:
            how["pageToken"] = state.page
        request = self._events().list(
            calendarId=self._id,
            singleEvents=True,
            showDeleted=True,
            maxResults=PAGE,
            fields=_LISTED,
            **how,
        )
        try:
            answer = self._api.ask(request, self.name)
        except NotThere as error:
            if error.status != 404:
                raise
            raise Refused(
                f"{self.name} is in the list and cannot be opened: untick it in Google Calendar, "
                "or leave it out of `calendars:`"
            ) from error
        return Page(
            answer.get("items", ()),
            str(answer.get("nextPageToken", "")),
            str(answer.get("nextSyncToken", "")),
        )

    def _events(self) -> Any:
        return self._api.service("calendar").events()


def _between(start: datetime, end: datetime) -> dict[str, str]:
    return {
        name: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for name, at in (("timeMin", start), ("timeMax", end))
    }
