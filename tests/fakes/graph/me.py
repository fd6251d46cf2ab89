"""A support module: the methods of Graph for the owner and the settings of the mailbox."""

from __future__ import annotations

from typing import Final

from fakes.graph.call import Call, Json
from fakes.graph.routes import GET, Route, need

_USER: Final = need("User.Read", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
_SETTINGS: Final = need("MailboxSettings.Read", "MailboxSettings.ReadWrite")
# What comes without $select, as the page of "Get a user" has it.
_DEFAULT: Final = frozenset({
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
})  # fmt: skip


def get_user(call: Call) -> Json:
    """The owner."""
    account = call.account
    given, _, family = account.name.partition(" ")
    aliases = [f"smtp:{one}" for one in account.aliases]
    body: Json = {
        "businessPhones": [],
        "displayName": account.name,
        "givenName": given,
        "id": account.id,
        "jobTitle": None,
        "mail": account.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": "de-DE" if account.german else "en-US",
        "surname": family or None,
        "userPrincipalName": account.address,
        "otherMails": [],
        "proxyAddresses": [f"SMTP:{account.address}", *aliases],
        "userType": "Member",
        "accountEnabled": True,
    }
    if "$select" in call.options:
        return body
    return {name: value for name, value in body.items() if name in _DEFAULT}


def get_settings(call: Call) -> Json:
    """What the mailbox is set to."""
    account = call.account
    return {
        "archiveFolder": next(
            (one.id for one in account.mailbox.folders.values() if one.known == "archive"), None
        ),
        "timeZone": account.windows_zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "dd.MM.yyyy" if account.german else "M/d/yyyy",
        "timeFormat": "HH:mm" if account.german else "h:mm tt",
        "userPurpose": "user",
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
        "language": {"locale": "de-DE" if account.german else "en-US"},
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": account.windows_zone},
        },
    }


def get_zone(call: Call) -> Json:
    """One of the settings."""
    return {"value": call.account.windows_zone}


ROUTES: Final = (
    Route("me.get", "GET", "", get_user, "user", options=GET, rights=_USER),
    Route("settings.get", "GET", "/mailboxSettings", get_settings, "mailboxSettings", options=GET,
          rights=_SETTINGS),
    Route("settings.zone", "GET", "/mailboxSettings/timeZone", get_zone, rights=_SETTINGS),
)  # fmt: skip
