"""One operation of EWS over exchangelib's connection, its request given as it is and its answer
handed on as it came: exchangelib's own reading of items takes ten times as long, stumbles over what
it does not know, and takes the days of an item in the zone of this machine. Imported lazily: it
loads exchangelib.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from exchangelib import errors
from exchangelib.services.common import EWSAccountService
from lxml import etree

from connectors.exchange.element import MESSAGES, TYPES, Element
from connectors.exchange.errors import MOVED
from connectors.exchange.soap import envelope


class Operation(EWSAccountService):  # type: ignore[misc]  # untyped
    """See above. The name is that of the class, `SERVICE_NAME`. `is_own`: who signs in does so by
    the mailbox's address, so that it is theirs."""

    is_own = False

    @classmethod
    def _get_soap_parts(cls, response: Any) -> tuple[Any, Any]:
        return envelope(response.content)

    def messages(self, payload: Element) -> list[Element]:
        """The response messages, whatever they say; only that there is no such mailbox is raised,
        since it may be found elsewhere."""
        for folder in payload.iter(f"{TYPES}DistinguishedFolderId"):
            if not len(folder) and not self.is_own:  # else it is the folder of whoever signs in
                folder.append(_whose(self.account.primary_smtp_address))
        version = self._version_hint.api_version
        header, body = self._get_soap_parts(self._get_response(payload, version))
        if header is not None:
            with suppress(ValueError, TypeError, AttributeError):
                self._update_api_version(version, header)
        found: list[Element] = self._get_soap_messages(body)
        for one in found:
            code = (one.findtext(f"{MESSAGES}ResponseCode") or "").strip()
            if code in MOVED:
                raise vars(errors)[code](code)
        return found


def _whose(address: str) -> Element:
    mailbox = etree.Element(f"{TYPES}Mailbox")
    etree.SubElement(mailbox, f"{TYPES}EmailAddress").text = address
    return mailbox


def operation(name: str, account: Any, *, is_own: bool = False) -> Operation:
    """The operation with that name, for an account of exchangelib. `is_own`: see `Operation`."""
    kind = _operations.get(name)
    if kind is None:
        kind = _operations[name] = type(name, (Operation,), {"SERVICE_NAME": name})
    made: Operation = kind(account=account)
    made.is_own = is_own
    return made


_operations: Final[dict[str, Any]] = {}
