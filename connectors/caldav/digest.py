"""Digest sign-in (RFC 7616), for servers that take no Basic: Baikal as it is installed."""

from __future__ import annotations

import hashlib
import re
from os import urandom
from typing import Final
from urllib.parse import quote

from connectors.errors import Refused

_PARAMETER: Final = re.compile(r'([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', re.IGNORECASE)
_ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


def digest_answer(
    challenge: str, method: str, target: str, user: str, password: str, cnonce: str = ""
) -> str:
    """The Authorization header for a WWW-Authenticate header; it may hold any characters that
    `user` does. Raises `Refused` for algorithms that are not known. `cnonce`: for tests; else it is
    random."""
    told = {
        name.lower(): quoted.replace("\\", "") or plain
        for name, quoted, plain in _PARAMETER.findall(challenge)
    }
    realm, nonce = told.get("realm", ""), told.get("nonce", "")
    algorithm = told.get("algorithm", "MD5").upper()
    name = _ALGORITHMS.get(algorithm.removesuffix("-SESS"))
    if name is None:
        raise Refused(f"the server signs in by Digest {algorithm}, which is not known here")

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    # Each answer has a fresh cnonce, so the count of its uses is always one.
    cnonce, count = cnonce or urandom(8).hex(), "00000001"
    secret = digest(f"{user}:{realm}:{password}")
    if algorithm.endswith("-SESS"):
        secret = digest(f"{secret}:{nonce}:{cnonce}")
    asked = digest(f"{method}:{target}")
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
    head = ""
    if told.get("userhash", "").lower() == "true":
        fields["username"], head = digest(f"{user}:{realm}"), "userhash=true, "
    elif told.get("charset", "").upper() == "UTF-8" and not user.isascii():
        del fields["username"]
        head = f"username*=UTF-8''{quote(user, safe='')}, "  # RFC 7616 section 3.4
    if "auth" in {word.strip() for word in told.get("qop", "").lower().split(",")}:
        fields["response"] = digest(f"{secret}:{nonce}:{count}:{cnonce}:auth:{asked}")
        tail = f', qop=auth, nc={count}, cnonce="{cnonce}"'
    else:
        fields["response"], tail = digest(f"{secret}:{nonce}:{asked}"), ""
    if "opaque" in told:
        fields["opaque"] = told["opaque"]
    quoted = ", ".join(
        '{}="{}"'.format(key, value.replace("\\", "\\\\").replace('"', '\\"'))
        for key, value in fields.items()
    )
    return f"Digest {head}{quoted}, algorithm={algorithm}{tail}"
