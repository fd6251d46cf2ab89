"""An invented year of mail, meetings and cards, to try syncd on without giving it one's own.

`write` puts it on disk; `Truth` says what a correct reading of it must find.
"""

from syncd.demo.truth import Truth
from syncd.demo.world import write

__all__ = ["Truth", "write"]
