"""Names of the files that hold what we write, on a disk as on a server."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

# Good as a file name everywhere, and unchanged as a segment of a URL's path (RFC 3986 pchar).
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@=+-][A-Za-z0-9._@=+-]{0,150}")


def file_name(key: str, suffix: str) -> str:
    """The name of the file for a key: the key where it makes a good name, else a digest of it."""
    if _PLAIN.fullmatch(key):
        return key + suffix
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest() + suffix
