"""What a mail is called: the key of its folder, and its id as EWS has it. A mail that is moved gets
another id.

ews//5d41402abc4b2a76/AAMkAGI2…
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SCOPE: Final = "ews"
_REF: Final = re.compile(rf"{SCOPE}//([0-9a-f]{{16}})/([!-~]+)")


class Spot(NamedTuple):
    """Where a mail lies: see `connectors.exchange.places.key_of`."""

    key: str
    id: str


def under(key: str) -> str:
    """What the refs of a folder begin with."""
    return f"{SCOPE}//{key}/"


def spot_of(ref: str) -> Spot | None:
    """The place in a ref; None for one that is not ours."""
    match = _REF.fullmatch(ref)
    return None if match is None else Spot(match[1], match[2])
