"""A support module: NTLM over HTTP ([MS-NTHT]), which signs in a connection, not a request.

The password is really checked (NTLMv2, [MS-NLMP] 3.3.2).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Final

from fakes.exchange.account import Account

_CHALLENGE: Final = bytes.fromhex("0123456789abcdef")
_PLACE: Final = "ntlm challenge"


def asked(given: str, peer: dict[str, Any], accounts: Iterable[Account]) -> Account | str | None:
    """An account; a challenge to be sent back, in Base64; None: refused."""
    from spnego._ntlm_raw import crypto
    from spnego._ntlm_raw.messages import (
        Authenticate,
        AvId,
        Challenge,
        Negotiate,
        NegotiateFlags,
        NTLMMessage,
        TargetInfo,
    )

    try:
        message = NTLMMessage.unpack(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    if isinstance(message, Negotiate):
        target = TargetInfo()
        target[AvId.nb_domain_name] = "EXAMPLE"
        target[AvId.nb_computer_name] = "EX01"
        flags = (
            NegotiateFlags.unicode
            | NegotiateFlags.ntlm
            | NegotiateFlags.extended_session_security
            | NegotiateFlags.key_128
            | NegotiateFlags.target_info
            | NegotiateFlags.target_type_domain
        )
        peer[_PLACE] = True
        made = Challenge(flags, _CHALLENGE, target_name="EXAMPLE", target_info=target)
        return base64.b64encode(made.pack()).decode()
    if not isinstance(message, Authenticate) or not peer.pop(_PLACE, False):
        return None
    response = bytes(message.nt_challenge_response or b"")
    user, domain = message.user_name or "", message.domain_name or ""
    for one in accounts:
        own_domain, _, own = one.user.partition("\\")
        names = {(own_domain.lower(), own.lower()), ("", one.address.lower())}
        if (domain.lower(), user.lower()) not in names:
            continue
        key = crypto.ntowfv2(user, crypto.ntowfv1(one.password), domain)
        proof = crypto.hmac_md5(key, _CHALLENGE + response[16:])
        return one if len(response) > 24 and proof == response[:16] else None
    return None
