"""What the DNS says of a domain: services (RFC 2782), texts, and where its mail goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS: Final = 3.0  # for one question, all servers together


class Service(NamedTuple):
    """One SRV record. A host "" says that there is no such service (RFC 2782)."""

    priority: int
    weight: int
    port: int
    host: str


class Unanswered(OSError):
    """No DNS server answers, or none is configured."""


class Names:
    """Asks the DNS servers of this machine, or those of `resolver`.

    Each method returns nothing where there is no such record, and raises `Unanswered` where that
    is not known.
    """

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver
        self.seconds = SECONDS
        self.trouble = ""  # why the last question was not answered

    def services(self, name: str) -> list[Service]:
        """The SRV records of a name, in the order that they are to be tried in."""
        found = [
            Service(one.priority, one.weight, one.port, one.target.to_text(omit_final_dot=True))
            for one in self._ask(name, "SRV")
        ]
        plain = [one if one.host != "." else one._replace(host="") for one in found]
        return sorted(plain, key=lambda one: (one.priority, -one.weight, one.host))

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def exchangers(self, domain: str) -> list[str]:
        """The hosts that take a domain's mail, the preferred one first."""
        found = sorted((one.preference, one.exchange.to_text()) for one in self._ask(domain, "MX"))
        return [host.rstrip(".").lower() for _, host in found]

    def alias(self, name: str) -> str:
        """What a name is another name of (CNAME); "" where it is none."""
        for one in self._ask(name, "CNAME"):
            return str(one.target.to_text(omit_final_dot=True)).lower()
        return ""

    def _ask(self, name: str, kind: str) -> Sequence[Any]:
        try:
            import dns.exception
            import dns.name
            import dns.resolver
        except ImportError:
            self.trouble = "the DNS is asked by dnspython, which is missing: pip install dnspython"
            raise Unanswered(self.trouble) from None
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(
                dns.name.from_text(name), kind, lifetime=self.seconds, search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return ()  # no name that the DNS could hold
        except (dns.exception.DNSException, OSError) as error:
            self.trouble = "the DNS does not answer: is there a network?"
            raise Unanswered(self.trouble) from error
        return list(answer)
