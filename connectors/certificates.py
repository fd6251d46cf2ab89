"""What is wrong with a server's certificate, in words that are the same for every kind of account.

Numbers are those of X509_STORE_CTX_get_error(3).
"""

from __future__ import annotations

import ssl
from typing import Final

_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_OTHER_NAME: Final = frozenset((62, 64))  # HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH
_UNKNOWN: Final = frozenset((2, 18, 19, 20, 21))  # nobody, or itself, or an unknown one signed it


def passes(error: ssl.SSLCertVerificationError) -> bool:
    """Whether it may be right later by itself, or once the server's operator did their part."""
    return error.verify_code in (_NOT_YET_VALID, _EXPIRED)


def words(error: ssl.SSLCertVerificationError, host: str, key: str) -> str:
    """A sentence for the owner. `key` is what names the server in the configuration: `host:`."""
    code, reason = error.verify_code, error.verify_message or "it does not say why"
    if code == _EXPIRED:
        return (
            f"the certificate of {host} has expired: whoever runs the server has to renew it (or "
            "the clock of this machine is wrong)"
        )
    if code == _NOT_YET_VALID:
        return f"the certificate of {host} is not valid yet: is the clock of this machine right?"
    if code in _OTHER_NAME:
        return (
            f"the certificate of {host} is for another name: set `{key}` to the name that the "
            "provider gives for its server"
        )
    if code in _UNKNOWN:
        return (
            f"the certificate of {host} is signed by nobody known here ({reason}): if it is your "
            "own server, name its certificate in `ca_file:`"
        )
    return f"the certificate of {host} does not hold ({reason}): ask whoever runs the server"
