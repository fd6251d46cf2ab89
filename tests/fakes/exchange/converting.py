"""A support module: ConvertId, which clients ask to find out what a server is."""

from __future__ import annotations

from fakes.exchange.call import Call, Trouble, each
from fakes.exchange.xml import Element, find, local, m


def convert_id(call: Call) -> Element:
    """ConvertId, of ids of EWS into ids of EWS."""
    wanted = call.body.get("DestinationFormat")

    def one(named: Element) -> list[Element]:
        known = any(store.ids.knows(named.get("Id", "")) for store in call.account.readable())
        if local(named) != "AlternateId" or named.get("Format") != "EwsId" or not known:
            raise Trouble("ErrorInvalidIdMalformed")
        if wanted != "EwsId":
            raise Trouble("ErrorUnsupportedTypeForConversion")
        kind = "{http://www.w3.org/2001/XMLSchema-instance}type"
        made = m("AlternateId", Format=wanted, Id=named.get("Id"), Mailbox=named.get("Mailbox"))
        made.set(kind, "t:AlternateIdType")
        return [made]

    return each(call, find(call.body, "SourceIds"), one)
