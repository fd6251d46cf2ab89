"""A support module: contacts and lists of contacts, and what happens to them; ResolveNames."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any, Final

from fakes.exchange.call import Call, Trouble, failed, message, response
from fakes.exchange.mailbox import Mailbox, element
from fakes.exchange.people import mailbox as box
from fakes.exchange.people import routing
from fakes.exchange.store import Folder, Item
from fakes.exchange.xml import Element, m, t, told

_MOST: Final = 3  # addresses of a contact


class Contacts:
    """The contacts of one mailbox. Methods are the owner's acts."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def items(self, folder: str | Folder = "contacts") -> list[Item]:
        """Those of one folder, lists as well."""
        return self._mailbox.items(folder)

    def add(
        self, name: str, *addresses: str, folder: str | Folder = "contacts", **props: Any
    ) -> Item:
        """A contact appears; at most three addresses. `props`: more, by the names of elements:
        `CompanyName`, `PhoneNumbers={"MobilePhone": "..."}`, `Categories=["..."]` ..."""
        given, _, surname = name.rpartition(" ")
        made = {
            "DisplayName": t("DisplayName", name),
            "FileAs": t("FileAs", f"{surname}, {given}" if given else surname),
            "Subject": t("Subject", name),
            **({"GivenName": t("GivenName", given)} if given else {}),
            "Surname": t("Surname", surname),
            **_addresses(addresses),
            **{key: _property(key, value) for key, value in props.items()},
        }
        folder_id = self._mailbox.folder(folder).id
        return self._mailbox.store.put(folder_id, "Contact", made)

    def add_list(self, name: str, *members: str, folder: str | Folder = "contacts") -> Item:
        """A list of "Bob Stone <bob@example.org>" ..."""
        entries = [
            t("Member", box(*parseaddr(one)), t("Status", "Normal"), Key=f"m{number}")
            for number, one in enumerate(members)
        ]
        made = {
            "DisplayName": t("DisplayName", name),
            "FileAs": t("FileAs", name),
            "Subject": t("Subject", name),
            "Members": t("Members", entries),
        }
        return self._mailbox.store.put(self._mailbox.folder(folder).id, "DistributionList", made)

    def edit(self, item: Item, *addresses: str, **props: Any) -> None:
        """Properties change; None takes one away. Addresses, where given, replace the old ones."""
        gone = tuple(name for name, value in props.items() if value is None)
        made = [_property(key, value) for key, value in props.items() if value is not None]
        more = _addresses(addresses).values()
        self._mailbox.store.write(item, *made, *more, without=gone)

    def delete(self, item: Item, how: str = "deleted") -> None:
        """Into Deleted Items, or "soft", or "hard"."""
        self._mailbox.delete(item, how)


COMPUTED: Final = ("CompleteName", "ContactSource")


def computed(props: dict[str, Element]) -> dict[str, Element]:
    """What follows from the parts of a name."""

    def part(tag: str, name: str) -> Element | None:
        return t(tag, props[name].text) if name in props and props[name].text else None

    whole = t(
        "CompleteName",
        part("FirstName", "GivenName"),
        part("MiddleName", "MiddleName"),
        part("LastName", "Surname"),
        part("Suffix", "Generation"),
        part("Initials", "Initials"),
        part("FullName", "DisplayName"),
        part("Nickname", "Nickname"),
    )
    return {"CompleteName": whole, "ContactSource": t("ContactSource", "Store")}


def resolve_names(call: Call) -> Element:
    """ResolveNames, against the accounts of the server and the caller's contacts."""
    wanted = told(call.body, "UnresolvedEntry").lower()
    found = []
    for one in call.everybody():
        names = {one.address.lower(), one.user.lower(), *(alias.lower() for alias in one.aliases)}
        if any(name.startswith(wanted) or wanted in (name, f"smtp:{name}") for name in names):
            found.append((one.name, one.address))
    for item in call.account.mailbox.items("contacts"):
        entries = item.props.get("EmailAddresses", ())
        if any((entry.text or "").lower().startswith(wanted) for entry in entries):
            found.append((item.text("DisplayName"), entries[0].text))
    if not found:
        trouble = Trouble("ErrorNameResolutionNoResults", "No results were found.")
        return response(call.name, [failed(call.name, trouble)])
    entries = [t("Resolution", box(name, address)) for name, address in found[:100]]
    known = m(
        "ResolutionSet",
        entries,
        TotalItemsInView=len(entries),
        IncludesLastItemInRange=True,
    )
    made = message(call.name, known)
    if len(found) > 1:
        made.set("ResponseClass", "Warning")
        made[0].text = "ErrorNameResolutionMultipleResults"
        made.insert(0, m("MessageText", "Multiple results were found."))
        made.insert(2, m("DescriptiveLinkKey", 0))
    return response(call.name, [made])


def _addresses(addresses: tuple[str, ...]) -> dict[str, Element]:
    if len(addresses) > _MOST:
        raise ValueError(f"a contact of Exchange has at most {_MOST} addresses")
    entries = [
        t(
            "Entry",
            one,
            Key=f"EmailAddress{number}",
            RoutingType=routing(one),
            MailboxType="Contact",
        )
        for number, one in enumerate(addresses, start=1)
    ]
    return {"EmailAddresses": t("EmailAddresses", entries)} if entries else {}


def _property(name: str, value: object) -> Element:
    if isinstance(value, dict):
        return t(name, [t("Entry", text, Key=key) for key, text in value.items()])
    return element(name, value)
