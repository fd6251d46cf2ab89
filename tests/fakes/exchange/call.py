"""A support module: what goes in and out of the fake, and errors as EWS words them.

An error of one item, folder or subscription is a response message of class Error (`Trouble`); one
of the whole request is a SOAP fault (`SoapFault`) or an answer of HTTP (`Reply`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, Final

from fakes.exchange.xml import ERRORS, SOAP, TYPES, Element, m, make, t

if TYPE_CHECKING:
    from fakes.exchange.account import Account
    from fakes.exchange.store import Store


@dataclass(frozen=True)
class Request:
    """As it came. `path`: quoted, without the query. `peer`: of its connection, until that ends."""

    verb: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    peer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Reply:
    """What goes out. `sent`: how many bytes of the body really do; None: all. `cut`: nothing at all
    goes out, the connection ends. `pace` is called before each byte of the body, with its place and
    how many there are. `stream`: goes out instead of the body, chunk by
    chunk; it is told how to find out whether the client is still there."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    cut: bool = False
    pace: Callable[[int, int], None] | None = None
    stream: Callable[[Callable[[], bool]], Generator[bytes, None, None]] | None = None


# What Exchange says with a code, where a client may see it.
_WORDS: Final = {
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorChangeKeyRequiredForWriteOperations": "The change key is required for this operation.",
    "ErrorIrresolvableConflict": "The send or update operation could not be performed because the "
    "change key passed in the request does not match the current change key for the item.",
    "ErrorInvalidSyncStateData": "The synchronization state data is corrupt or otherwise invalid.",
    "ErrorInvalidPropertyRequest": "Property is not valid for this object type.",
    "ErrorInvalidPropertySet": "Set action is invalid for property.",
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorMailboxMoveInProgress": "Mailbox move in progress. Try again later.",
    "ErrorMailboxStoreUnavailable": "The mailbox database is temporarily unavailable.",
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorNonExistentMailbox": "The SMTP address has no mailbox associated with it.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorDeleteDistinguishedFolder": "Distinguished folders cannot be deleted.",
    "ErrorQuotaExceeded": "The mailbox has exceeded its maximum storage limit.",
    "ErrorSubscriptionNotFound": "The subscription could not be found.",
    "ErrorExpiredSubscription": "The subscription has expired.",
    "ErrorInternalServerTransientError": "An internal server error occurred. Try again later.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorSchemaValidation": "The request failed schema validation.",
}


class Trouble(Exception):
    """An error of one thing in a request. `details`: pairs for MessageXml."""

    def __init__(self, code: str, text: str = "", **details: object) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text or _WORDS.get(code, "An error occurred.")
        self.details = details


class SoapFault(Exception):
    """An error of a whole request."""

    def __init__(
        self,
        code: str,
        text: str = "",
        *,
        client: bool = True,
        status: int = 500,
        **details: object,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.status, self.details = code, status, details
        self.text = text or _WORDS.get(code, "An error occurred.")
        self.who = "Client" if client else "Server"

    def element(self) -> Element:
        """`<s:Fault>`, of SOAP 1.1, with the detail that Exchange gives."""
        fault = make(SOAP, "Fault")
        for tag, text in (("faultcode", f"a:{self.code}"), ("faultstring", self.text)):
            one = fault.makeelement(tag, nsmap={"a": TYPES})
            one.text = text
            fault.append(one)
        detail = fault.makeelement("detail")
        detail.append(make(ERRORS, "ResponseCode", self.code))
        detail.append(make(ERRORS, "Message", self.text))
        if self.details:
            detail.append(t("MessageXml", values(self.details)))
        fault.append(detail)
        return fault


def values(details: Mapping[str, object]) -> list[Element]:
    """Pairs as they stand in MessageXml: BackOffMilliseconds."""
    return [t("Value", value, Name=name) for name, value in details.items()]


@dataclass
class Call:
    """One request, checked, and of whom. `zone`: of its TimeZoneContext. By the seed: `extras`,
    elements that nobody asked for come along; `page` and `batch`, how much comes at once."""

    name: str
    body: Element
    account: Account
    mailbox_of: Callable[[str], Account]
    everybody: Callable[[], list[Account]]
    since_2013: bool = True
    zone: tzinfo = UTC
    extras: bool = False
    seed: int = 0
    page: int = 1000
    batch: int = 512
    streams: Any = None

    @property
    def days(self) -> tzinfo | None:
        """Where the days of tasks begin in the answer; None: as Z."""
        return self.zone if self.extras else None

    def store(self, address: str = "") -> Store:
        """Of whoever asks, or somebody who lets them. Raise Trouble."""
        if not address or address.lower() == self.account.address.lower():
            return self.account.store
        other = self.mailbox_of(address)
        if self.account.address.lower() not in other.delegates:
            raise Trouble("ErrorAccessDenied")
        return other.store


def message(name: str, *content: object) -> Element:
    """A response message that says all is well."""
    return m(
        f"{name}ResponseMessage", m("ResponseCode", "NoError"), *content, ResponseClass="Success"
    )


def failed(name: str, trouble: Trouble, *content: object) -> Element:
    """A response message that does not."""
    return m(
        f"{name}ResponseMessage",
        m("MessageText", trouble.text),
        m("ResponseCode", trouble.code),
        m("DescriptiveLinkKey", 0),
        m("MessageXml", values(trouble.details)) if trouble.details else None,
        *content,
        ResponseClass="Error",
    )


def response(name: str, messages: Iterable[Element]) -> Element:
    """The whole of an answer."""
    return m(f"{name}Response", m("ResponseMessages", list(messages)))


def each(
    call: Call,
    things: Iterable[Element],
    make_one: Callable[[Element], list[Element]],
    empty: str = "",
) -> Element:
    """One response message for each thing that a request names: what `make_one` gives, or its
    Trouble. `empty`: the element that an error has as well ("Items", "Folders")."""
    messages = []
    for one in things:
        try:
            messages.append(message(call.name, make_one(one)))
        except Trouble as trouble:
            messages.append(failed(call.name, trouble, m(empty) if empty else None))
    return response(call.name, messages)
