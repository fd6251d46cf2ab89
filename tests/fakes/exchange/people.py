"""A support module: addresses as EWS writes them."""

from __future__ import annotations

from email.utils import getaddresses, parseaddr

from fakes.exchange.xml import Element, find, t, told


def mailbox(name: str, address: str) -> Element:
    """A Mailbox, with a name in any case: the address, where there is none. An address that begins
    with "/o=" is one of X.500, as of somebody who has left."""
    return t(
        "Mailbox",
        t("Name", name or address),
        t("EmailAddress", address) if address else None,
        t("RoutingType", routing(address)) if address else None,
        t("MailboxType", "Mailbox" if address else "OneOff"),
    )


def routing(address: str) -> str:
    """RoutingType."""
    return "EX" if address.lower().startswith("/o=") else "SMTP"


def single(tag: str, written: str) -> Element | None:
    """From, Sender, Organizer ... of "Ana <ana@example.com>"."""
    name, address = parseaddr(written)
    return t(tag, mailbox(name, address)) if address or name else None


def several(tag: str, *written: str) -> Element | None:
    """ToRecipients ... of headers; None where nobody is named."""
    found = [mailbox(name, address) for name, address in getaddresses(list(written)) if address]
    return t(tag, found) if found else None


def names(recipients: Element | None) -> str:
    """DisplayTo and the like."""
    if recipients is None:
        return ""
    boxes = [one if one.tag.endswith("}Mailbox") else find(one, "Mailbox") for one in recipients]
    return "; ".join(told(one, "Name") or told(one, "EmailAddress") for one in boxes)


def shortened(element: Element) -> None:
    """As FindItem leaves addresses: by name alone."""
    for box in element.iter("{*}Mailbox"):
        for one in list(box)[1:]:
            box.remove(one)
