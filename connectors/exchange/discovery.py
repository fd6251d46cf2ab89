"""Where the mailbox of an address is: Autodiscover by SOAP ([MS-OXWSADISC], learn.microsoft.com/
exchange/client-developer/exchange-web-services/autodiscover-for-exchange).

Asked are the domain itself, `autodiscover.` of it, where that sends us by plain HTTP, and where DNS
says (SRV). A password goes to servers with a certificate that holds, and to other domains than the
address's own only where such a server of it sends us.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.resolver
from exchangelib.autodiscover.protocol import AutodiscoverProtocol

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.exchange import signing
from connectors.exchange.errors import Answered, Blocked, blocked, is_online, of
from connectors.exchange.http import Adapter, context_of
from connectors.exchange.wire import configuration, raw_session

if TYPE_CHECKING:
    from connectors.exchange.session import Server

_PATH: Final = "autodiscover/autodiscover.svc"
_SECONDS: Final = (10.0, 20.0)  # to connect, and without a byte
_TURNS: Final = 5
_WHAT: Final = "the place of the mailbox"


class _Protocol(AutodiscoverProtocol):  # type: ignore[misc]  # untyped
    TIMEOUT = _SECONDS
    RETRY_WAIT = 0

    def __init__(self, url: str, adapter: Adapter, auth: Any) -> None:
        self._adapter = adapter
        self._auth = auth
        super().__init__(config=configuration(url))

    def create_session(self) -> Any:
        """See exchangelib."""
        session = super().create_session()
        session.auth = self._auth
        return session

    def raw_session(self, prefix: str, **_: Any) -> Any:
        """See exchangelib."""
        return raw_session(prefix, self._adapter)


def discovered(server: Server, adapter: Adapter) -> str:
    """The URL of EWS for the mailbox. Raises `Unavailable` where it cannot be found, and what is
    wrong with the sign-in."""
    context_of(server.ca_file, server.fingerprint)  # what is wrong with these is said at once
    address, troubles = server.login, list[ConnectorError]()
    closed: list[_NoEntry] = []
    for _ in range(_TURNS):
        found = ""
        for url in _candidates(server, address, adapter):
            try:
                found = _asked(server, adapter, url, address)
                break
            except _NoEntry as error:
                closed.append(error)
            except (Blocked, SignInNeeded):
                raise
            except (Refused, Unavailable) as error:  # it may be the web site of the domain
                troubles.append(error)
        if "://" in found:
            return found
        if not found and closed:  # who refuses us knows us, at least
            last = closed[-1]
            raise signing.no_entry(server, last.host, last.secret, last.answer) from last.answer
        if not found:
            raise _none(address, troubles)
        address = found  # the mailbox goes by another address
    raise Unavailable(f"{server.login} is sent in circles by Autodiscover: set `host:`")


def _candidates(server: Server, address: str, adapter: Adapter) -> Iterator[str]:
    if server.url:
        yield _svc(server.url)
        return
    domain = address.rpartition("@")[2].lower()
    yield f"https://{domain}/{_PATH}"
    yield f"https://autodiscover.{domain}/{_PATH}"
    if target := _redirected(domain, adapter):
        yield target
    if host := _srv(domain):
        yield f"https://{host}/{_PATH}"


def _asked(server: Server, adapter: Adapter, url: str, address: str) -> str:
    """The URL of EWS, or another address of the mailbox. Raises the errors of the contract."""
    for _ in range(_TURNS):
        host = urlsplit(url).hostname or ""
        if is_online(host):
            raise blocked(host)
        try:
            return _answer(server, adapter, url, address)
        except _NoEntry:
            raise
        except Answered as error:
            target = urljoin(url, error.headers.get("location", ""))
            if not 300 <= error.status < 400 or urlsplit(target).scheme != "https":
                raise of(error, _WHAT, host) from error
            url = target
        except _Elsewhere as error:
            url = str(error)
        except Exception as error:
            raise of(error, _WHAT, host) from error
    raise Unavailable(f"Autodiscover of {server.login} goes in circles: set `host:`")


class _Elsewhere(Exception):
    """Another URL has to be asked."""


class _NoEntry(Exception):
    """A server does not take the secret."""

    def __init__(self, host: str, secret: str, answer: Answered) -> None:
        super().__init__(host)
        self.host = host
        self.secret = secret
        self.answer = answer


def _answer(server: Server, adapter: Adapter, url: str, address: str) -> str:
    kind = signing.kind_of(server, url, adapter)
    secret = ""
    if signing.shows_secret(kind):
        secret = server.secret()
        signing.check(server, secret)
    auth = signing.signer(kind, server.user or server.login, secret)
    protocol = _Protocol(url, adapter, auth)
    try:
        found = protocol.get_user_settings(
            user=address,
            settings=["external_ews_url", "internal_ews_url", "auto_discover_smtp_address"],
        )
    except Answered as error:
        if error.status == 401:
            raise _NoEntry(urlsplit(url).hostname or "", secret, error) from error
        raise
    finally:
        protocol.close()
    if found.redirect_url:
        raise _Elsewhere(_svc(found.redirect_url))
    if found.redirect_address:
        return str(found.redirect_address)
    found.raise_errors()
    ews = found.user_settings.get("external_ews_url") or found.user_settings.get("internal_ews_url")
    if not ews:
        raise Unavailable(f"Autodiscover at {urlsplit(url).hostname} names no EWS: set `host:`")
    if is_online(urlsplit(ews).hostname or ""):
        raise blocked(urlsplit(ews).hostname or "")
    return str(ews)


def _svc(url: str) -> str:
    """The SOAP service beside whatever service a redirect names."""
    return url[: -len(".xml")] + ".svc" if url.lower().endswith("autodiscover.xml") else url


def _redirected(domain: str, adapter: Adapter) -> str:
    """Where `autodiscover.` of a domain sends whoever asks in the clear; "" for nowhere. Nothing is
    shown there, and nobody knows who answers: so only servers of the same domain, and Microsoft's,
    are believed."""
    url = f"http://autodiscover.{domain}/autodiscover/autodiscover.xml"
    try:
        with raw_session(url, adapter) as session:
            answer = session.get(url, allow_redirects=False, timeout=_SECONDS)
    except Exception:  # noqa: BLE001  # it is one way of several
        return ""
    target = urljoin(url, answer.headers.get("location", ""))
    host = urlsplit(target).hostname or ""
    if not 300 <= answer.status_code < 400 or urlsplit(target).scheme != "https":
        return ""
    return _svc(target) if f".{host}".endswith(f".{domain}") or is_online(host) else ""


def _srv(domain: str) -> str:
    """The host that DNS names for Autodiscover; "" for none. Of another domain than the address's
    it is not believed: DNS is not signed."""
    with suppress(dns.exception.DNSException, OSError, ValueError):
        found = dns.resolver.resolve(f"_autodiscover._tcp.{domain}.", "SRV", lifetime=_SECONDS[0])
        for one in sorted(found, key=lambda one: (one.priority, -one.weight)):
            host = str(one.target).rstrip(".").lower()
            if one.port == 443 and f".{host}".endswith(f".{domain}"):
                return host
    return ""


def _none(address: str, troubles: list[ConnectorError]) -> ConnectorError:
    """What to say where nothing was found."""
    domain = address.rpartition("@")[2]
    last = f" ({troubles[-1]})" if troubles else ""
    return Unavailable(
        f"no Exchange server is found for {domain}{last}: set `host:` to the name that its "
        "administrator gives, or `kind: graph` for Microsoft 365"
    )
