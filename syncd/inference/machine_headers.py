"""What single header fields say of who wrote a mail: a reader for each, from its value to a code.

    READERS["precedence"]("bulk")        "bulk:precedence"
    family("x-github-reason")("mention") "bulk:notification"

The codes are explained in `machine.py`. A field that the mail of humans may carry has no reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from syncd.inference.machine_words import BULK_MAILERS

Reader = Callable[[str], str]

_METHOD: Final = re.compile(r"method\s*=\s*\"?(\w+)", re.IGNORECASE)
_REPORT: Final = re.compile(r"report-type\s*=\s*\"?([\w-]+)", re.IGNORECASE)
# Written by forwarders (SRS) and tagging hosts (BATV) into the mail of humans.
_REWRITTEN: Final = re.compile(r"\W*(?:srs[01]|prvs|btv1)[=+-]", re.IGNORECASE)
_VERP: Final = re.compile(
    r"\W*(?:bounces?\b|owner-|[^@\s]*[+-](?:bounces?|errors|return)\b|[^@\s]+=[^@\s=]+\.[^@\s]+@|"
    r"[^@\s]+@(?:[\w-]+\.)?(?:bounces?|bnc)\.)",
    re.IGNORECASE,
)
_CATEGORY: Final = re.compile(
    r"categor\w*[ _-](promotions|social|updates)|\^smartlabel_(promo|social|notification)",
    re.IGNORECASE,
)

_RECEIPT_OR_BOUNCE: Final = {
    "delivery-status": "auto:bounce",
    "disposition-notification": "auto:receipt",
}
_CLASSES: Final = {
    "calendarmessage": "auto:invitation",
    "dsn": "auto:bounce",
    "mdn": "auto:receipt",
}


def _precedence(value: str) -> str:
    word = value.strip().lower()
    if word in ("auto_reply", "auto-reply", "autoreply"):
        return "auto:auto-replied"
    return "bulk:precedence" if word in ("bulk", "junk", "list") else ""


def _x_precedence(value: str) -> str:
    """As Precedence; "list" may stand on what members of a list write: it proves nothing alone."""
    return "" if value.strip().lower() == "list" else _precedence(value)


def _message_class(value: str) -> str:
    # "9; Autoresponder" (Lotus Domino and others).
    return "auto:auto-replied" if "autorespond" in value.lower() else ""


def _auto_submitted(value: str) -> str:
    word = value.partition(";")[0].partition("(")[0].strip().lower()
    if word in ("", "no"):
        return ""
    return "auto:auto-replied" if word.startswith("auto-replied") else "auto:auto-submitted"


@lru_cache(maxsize=8_192)
def _return_path(value: str) -> str:
    if not value.strip(" <>"):
        return "auto:null-sender"
    if _VERP.match(value) and not _REWRITTEN.match(value):
        return "bulk:verp"
    return ""


def _content_type(value: str) -> str:
    kind = value[:20].lower()
    if kind.startswith("multipart/report"):
        match = _REPORT.search(value)
        return _RECEIPT_OR_BOUNCE.get(match[1].lower() if match else "", "auto:report")
    if kind.startswith("text/calendar"):
        match = _METHOD.search(value)
        return _calendar_part(match[1]) or "auto:invitation" if match else "auto:invitation"
    return ""


def _calendar_part(method: str) -> str:
    """A part of iCalendar by its METHOD (RFC 5546 section 1.4)."""
    method = method.upper()
    if method in ("REPLY", "COUNTER", "DECLINECOUNTER"):
        return "auto:rsvp"
    return "auto:invitation" if method in ("REQUEST", "CANCEL", "ADD", "REFRESH") else ""


def _content_class(value: str) -> str:
    """What Exchange says of its own mail (MS-OXCMAIL section 2.2.3.2.24)."""
    return _CLASSES.get(value.strip().lower().removeprefix("urn:content-classes:"), "")


@lru_cache(maxsize=4_096)
def _mailer(value: str) -> str:
    return "esp:mailer" if BULK_MAILERS.search(value) else ""


def _suppress(value: str) -> str:
    # Exchange sets it on what humans write as well (MS-OXCMAIL 2.2.3.2.14): alone it says nothing.
    return ""


def _spam(value: str) -> str:
    return "bulk:spam" if value.strip().lower().startswith("yes") else ""


def _category(value: str) -> str:
    match = _CATEGORY.search(value)
    return f"category:{(match[1] or match[2]).lower()}" if match else ""


def _always(code: str) -> Reader:
    return lambda value: code


READERS: Final[Mapping[str, Reader]] = {
    "auto-submitted": _auto_submitted,
    "calendar-part": _calendar_part,
    "content-class": _content_class,
    "content-type": _content_type,
    "errors-to": _always("bulk:errors-to"),
    "feedback-id": _always("bulk:feedback-id"),
    "list-archive": _always("bulk:list-archive"),
    "list-help": _always("bulk:list-help"),
    "list-id": _always("bulk:list-id"),
    "list-owner": _always("bulk:list-owner"),
    "list-post": _always("bulk:list-post"),
    "list-subscribe": _always("bulk:list-subscribe"),
    "list-unsubscribe": _always("bulk:list-unsubscribe"),
    "list-unsubscribe-post": _always("bulk:list-unsubscribe"),
    "mailing-list": _always("bulk:mailing-list"),
    "precedence": _precedence,
    "return-path": _return_path,
    "user-agent": _mailer,
    "x-amazon-mail-relay-type": _always("bulk:notification"),
    "x-auto-response-suppress": _suppress,
    "x-autogenerated": _always("auto:auto-submitted"),
    "x-bugzilla-reason": _always("bulk:notification"),
    "x-cron-env": _always("auto:auto-submitted"),
    "x-csa-complaints": _always("esp:csa"),
    "x-facebook-notify": _always("bulk:notification"),
    "x-failed-recipients": _always("auto:bounce"),
    "x-fc-machinegenerated": _always("auto:auto-replied"),
    "x-gitlab-project": _always("bulk:notification"),
    "x-gm-labels": _category,
    "x-gmail-labels": _category,  # the same, as Google's own export writes it
    "x-jira-fingerprint": _always("bulk:notification"),
    "x-launchpad-message-rationale": _always("bulk:notification"),
    "x-linkedin-template": _always("bulk:notification"),
    "x-loop": _always("bulk:loop"),
    "x-mail-autoreply": _always("auto:auto-replied"),
    "x-mailer": _mailer,
    "x-mailgun-sid": _always("esp:mailgun"),
    "x-mandrill-user": _always("esp:mandrill"),
    "x-marketoid": _always("esp:marketo"),
    "x-mc-user": _always("esp:mailchimp"),
    "x-meeting-notification": _always("auto:invitation"),
    "x-microsoft-cdo-busystatus": _always("auto:invitation"),
    "x-mj-mid": _always("esp:mailjet"),
    "x-msfbl": _always("esp:sparkpost"),
    "x-msys-api": _always("esp:sparkpost"),
    "x-notification-type": _always("bulk:notification"),
    "x-pm-message-id": _always("esp:postmark"),
    "x-post-messageclass": _message_class,
    "x-precedence": _x_precedence,
    "x-roving-id": _always("esp:constantcontact"),
    "x-ses-outgoing": _always("esp:ses"),
    "x-sfmc-stack": _always("esp:exacttarget"),
    "x-sg-eid": _always("esp:sendgrid"),
    "x-sg-id": _always("esp:sendgrid"),
    "x-sib-id": _always("esp:sendinblue"),
    "x-smtpapi": _always("esp:sendgrid"),
    "x-spam-flag": _spam,
    "x-zendesk-from-account-id": _always("bulk:notification"),
}

# Whole families of fields, by their beginning.
_FAMILIES: Final[Mapping[str, Reader]] = {
    "x-auto-reply": _always("auto:auto-replied"),
    "x-autoreply": _always("auto:auto-replied"),
    "x-autorespon": _always("auto:auto-replied"),
    "x-bulk": _always("bulk:x-bulk"),
    "x-campaign": _always("esp:campaign"),
    "x-github-": _always("bulk:notification"),
    "x-google-calendar": _always("auto:invitation"),
    "x-mailin-": _always("esp:sendinblue"),
    "x-mailjet-": _always("esp:mailjet"),
    "x-ms-exchange-calendar": _always("auto:invitation"),
    "x-ms-exchange-generated": _always("auto:auto-submitted"),
    "x-vacation": _always("auto:auto-replied"),
}


@lru_cache(maxsize=4_096)
def family(name: str) -> Reader | None:
    """The reader of a field that belongs to a family, None where it does not."""
    for start, reader in _FAMILIES.items():
        if name.startswith(start):
            return reader
    return None
