"""A support module: Autodiscover by SOAP ([MS-OXWSADISC] 3.1.4.1) and by plain XML ([MS-OXDSCLI]).

There are no schemas for it here: what a request has to have is looked for by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from fakes.exchange.account import Account
from fakes.exchange.call import Reply
from fakes.exchange.xml import SOAP, Element, local, make, parse, serialized

SPACE: Final = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_ACTION: Final = f"{SPACE}/Autodiscover/GetUserSettings"
_PLAIN: Final = "http://schemas.microsoft.com/exchange/autodiscover"
_ASKING: Final = f"{_PLAIN}/outlook/requestschema/2006"
_ANSWER: Final = f"{_PLAIN}/outlook/responseschema/2006a"


@dataclass
class Autodiscover:
    """What is answered. Where the redirects are set, they are; `elsewhere` is a redirect by HTTP
    (302), also of whoever asks without signing in. `error`: InvalidUser, InternalServerError,
    ServerBusy ..."""

    ews_url: str = ""  # "": that of the fake
    internal_url: str = "https://ex01.corp.local/EWS/Exchange.asmx"
    redirect_address: str = ""
    redirect_url: str = ""
    elsewhere: str = ""
    error: str = ""
    external: bool = True  # whether an external URL of EWS is set at all

    def soap(self, raw: bytes, known: Callable[[str], Account | None], url: str) -> Reply:
        """GetUserSettings. Raise ValueError for a request that no server would take."""
        envelope = parse(raw)
        if wrong := list(_wrong(envelope)):
            raise ValueError("Autodiscover: " + "; ".join(wrong))
        address = next(envelope.iter(f"{{{SPACE}}}Mailbox")).text
        wanted = [one.text for one in envelope.iter(f"{{{SPACE}}}Setting")]
        settings = self._settings(known(address), url)
        answer = self._response(settings, wanted)
        code = self.error if self.error in {"InternalServerError", "ServerBusy"} else "NoError"
        whole = _a(
            "GetUserSettingsResponseMessage",
            _a(
                "Response",
                _a("ErrorCode", code),
                _a("ErrorMessage", "" if code == "NoError" else "An error occurred."),
                _a("UserResponses", answer),
            ),
        )
        version = [
            ("MajorVersion", 15),
            ("MinorVersion", 0),
            ("MajorBuildNumber", 1497),
            ("MinorBuildNumber", 2),
            ("Version", "Exchange2013_SP1"),
        ]
        header = make(
            SOAP,
            "Header",
            make(_ADDRESSING, "Action", f"{_ACTION}Response"),
            _a("ServerVersionInfo", [_a(name, value) for name, value in version]),
        )
        body = make(SOAP, "Envelope", header, make(SOAP, "Body", whole))
        return Reply(200, serialized(body), {"Content-Type": "text/xml; charset=utf-8"})

    def plain(self, raw: bytes, known: Callable[[str], Account | None], url: str) -> Reply:
        """By plain XML. Raise ValueError."""
        asked = parse(raw)
        if asked.tag != f"{{{_ASKING}}}Autodiscover":
            raise ValueError(f"Autodiscover: {asked.tag}")
        address = next(asked.iter(f"{{{_ASKING}}}EMailAddress")).text
        settings = self._settings(known(address), url)

        def own(tag: str, *content: object) -> Element:
            return make(_ANSWER, tag, *content)

        space = f"{_PLAIN}/responseschema/2006"
        if settings is None or self.error:
            error = make(
                space,
                "Error",
                make(space, "ErrorCode", 500),
                make(space, "Message", "The e-mail address can't be found."),
                make(space, "DebugData"),
                Time="09:00:00.0000000",
                Id="1054084152",
            )
            answer = make(space, "Response", error)
        elif self.redirect_address:
            account = own(
                "Account", own("Action", "redirectAddr"), own("RedirectAddr", self.redirect_address)
            )
            answer = own("Response", account)
        elif self.redirect_url:
            account = own(
                "Account", own("Action", "redirectUrl"), own("RedirectUrl", self.redirect_url)
            )
            answer = own("Response", account)
        else:
            user = own(
                "User",
                own("DisplayName", settings["UserDisplayName"]),
                own("AutoDiscoverSMTPAddress", settings["AutoDiscoverSMTPAddress"]),
            )
            protocols = [
                own("Protocol", own("Type", kind), own("EwsUrl", settings[name]))
                for kind, name in (("EXCH", "InternalEwsUrl"), ("EXPR", "ExternalEwsUrl"))
                if name in settings
            ]
            account = own(
                "Account", own("AccountType", "email"), own("Action", "settings"), protocols
            )
            answer = own("Response", user, account)
        whole = make(f"{_PLAIN}/responseschema/2006", "Autodiscover", answer)
        return Reply(200, serialized(whole), {"Content-Type": "text/xml; charset=utf-8"})

    def _settings(self, account: Account | None, url: str) -> dict[str, str] | None:
        if account is None:
            return None
        found = {
            "UserDisplayName": account.name,
            "AutoDiscoverSMTPAddress": account.address,
            "InternalEwsUrl": self.internal_url,
            "EwsSupportedSchemas": "Exchange2007, Exchange2007_SP1, Exchange2010, "
            "Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1",
            "CasVersion": "15.00.1497.000",
        }
        if self.external:
            found["ExternalEwsUrl"] = self.ews_url or url
        return found

    def _response(self, settings: dict[str, str] | None, wanted: list[str]) -> Element:
        code, text, target = "NoError", "No error.", ""
        if self.redirect_address:
            code, target = "RedirectAddress", self.redirect_address
        elif self.redirect_url:
            code, target = "RedirectUrl", self.redirect_url
        elif self.error or settings is None:
            code, text = self.error or "InvalidUser", "The user isn't valid."
        told = settings if settings and code == "NoError" else {}
        errors = [
            _a(
                "UserSettingError",
                _a("ErrorCode", "SettingIsNotAvailable"),
                _a("ErrorMessage", f"The setting '{name}' is not available."),
                _a("SettingName", name),
            )
            for name in wanted
            if told and name not in told
        ]
        found = [
            _a("UserSetting", _a("Name", name), _a("Value", told[name]))
            for name in wanted
            if name in told
        ]
        return _a(
            "UserResponse",
            _a("ErrorCode", code),
            _a("ErrorMessage", text),
            _a("RedirectTarget", target),
            _a("UserSettingErrors", errors),
            _a("UserSettings", found),
        )


def _wrong(envelope: Element) -> Iterator[str]:
    header = envelope.find(f"{{{SOAP}}}Header")
    names = [] if header is None else [local(one) for one in header]
    for name in ("RequestedServerVersion", "Action"):
        if name not in names:
            yield f"no {name} in the header"
    action = next(envelope.iter(f"{{{_ADDRESSING}}}Action"), None)
    if action is not None and action.text != _ACTION:
        yield f"action {action.text}"
    body = envelope.find(f"{{{SOAP}}}Body")
    if body is None or not len(body) or local(body[0]) != "GetUserSettingsRequestMessage":
        yield "no GetUserSettingsRequestMessage"
    elif not list(body.iter(f"{{{SPACE}}}Mailbox")) or not list(body.iter(f"{{{SPACE}}}Setting")):
        yield "no mailbox, or no setting"


def _a(tag: str, *content: object) -> Element:
    return make(SPACE, tag, *content)
