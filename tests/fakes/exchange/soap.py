"""A support module: SOAP 1.1 around requests and answers, with the headers that Exchange uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from fakes.exchange.call import Reply, SoapFault
from fakes.exchange.xml import SOAP, TYPES, Element, local, make, serialized, t, told

from connectors.formats.windows_zones import WINDOWS_ZONES

# What RequestServerVersion may say, from old to new.
VERSIONS: Final = (
    "Exchange2007",
    "Exchange2007_SP1",
    "Exchange2010",
    "Exchange2010_SP1",
    "Exchange2010_SP2",
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
)
# Of the servers that this one can pretend to be.
_BUILDS: Final = {
    "Exchange2010_SP2": (14, 3, 123, 3),
    "Exchange2013_SP1": (15, 0, 1497, 2),
    "Exchange2016": (15, 1, 2507, 6),
}


@dataclass(frozen=True)
class Asked:
    """A request without its envelope. `zone`: of its TimeZoneContext; `acting`: whom it
    impersonates."""

    body: Element
    version: str
    zone: tzinfo
    acting: str


def check_version(envelope: Element, server: str) -> None:
    """Whether a request is of a version that the server knows: clients ask for newer ones to find
    out. Raise SoapFault."""
    for one in envelope.iter(f"{{{TYPES}}}RequestServerVersion"):
        version = one.get("Version")
        if version not in VERSIONS or VERSIONS.index(version) > VERSIONS.index(server):
            raise SoapFault("ErrorInvalidServerVersion")


def opened(envelope: Element) -> Asked:
    """What a request says. Raise SoapFault."""
    header = envelope.find(f"{{{SOAP}}}Header")
    body = envelope.find(f"{{{SOAP}}}Body")[0]
    version, acting = "Exchange2007", ""
    zone: tzinfo = UTC
    for one in () if header is None else header:
        if local(one) == "RequestServerVersion":
            version = one.get("Version")
        elif local(one) == "TimeZoneContext":
            zone = _zone(one[0].get("Id"))
        elif local(one) == "ExchangeImpersonation":
            acting = told(one[0], "PrimarySmtpAddress") or told(one[0], "SmtpAddress")
    return Asked(body, version, zone, acting)


def _zone(name: str) -> tzinfo:
    found = WINDOWS_ZONES.get(name.lower())
    if found is None:
        raise SoapFault("ErrorTimeZone", f"{name!r} is no time zone.")
    return UTC if name == "UTC" else ZoneInfo(found)


def envelope(content: Element, server: str) -> Element:
    """An answer."""
    return make(
        SOAP,
        "Envelope",
        make(SOAP, "Header", version_header(server)),
        make(SOAP, "Body", content),
    )


def version_header(server: str) -> Element:
    """ServerVersionInfo."""
    major, minor, build, last = _BUILDS[server]
    return t(
        "ServerVersionInfo",
        MajorVersion=major,
        MinorVersion=minor,
        MajorBuildNumber=build,
        MinorBuildNumber=last,
        Version="V2017_07_11" if server == "Exchange2016" else server,
    )


def reply(content: Element, server: str, headers: dict[str, str]) -> Reply:
    """HTTP around it."""
    kind = {"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "private", **headers}
    return Reply(200, serialized(envelope(content, server)), kind)


def fault(trouble: SoapFault, server: str, headers: dict[str, str]) -> Reply:
    """500, or what the fault says."""
    made = reply(trouble.element(), server, headers)
    made.status = trouble.status
    return made
