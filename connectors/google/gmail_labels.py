"""What Gmail's labels say of a mail: whether it is read at all, whether it was sent, its category.

Of the system labels (developers.google.com/gmail/api/guides/labels) these count:

    TRASH SPAM DRAFT CHAT   it is no mail that is read: put there it is gone, taken out it is back
    SENT                    it was sent from here
    CATEGORY_...            where Gmail sorted it: a hint at who wrote it

INBOX, UNREAD, STARRED, IMPORTANT and the owner's own labels change daily and say nothing of who
wrote to whom: a mail that is archived is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

TRAIT: Final = "x-gm-labels"  # as IMAP has them: see `connectors/formats/mime.py`

# For messages.list, which leaves out spam and trash by itself.
LISTED: Final = "-in:chats -in:drafts"

APART: Final = frozenset(("TRASH", "SPAM", "DRAFT", "CHAT"))
TELLING: Final = frozenset(
    ("SENT", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_UPDATES", "CATEGORY_FORUMS")
)


def is_mail(labels: Iterable[str]) -> bool:
    """Whether a mail with these labels is read."""
    return APART.isdisjoint(labels)


def stamp(labels: Iterable[str]) -> str:
    """The labels that count, as the stamp of a mail: the rest of it never changes."""
    return ",".join(sorted(TELLING.intersection(labels)))


def traits(labels: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The same as a trait of its message; none where no label counts."""
    told = stamp(labels)
    return ((TRAIT, told),) if told else ()
