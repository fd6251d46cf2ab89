"""Tags that stand in notes."""

from __future__ import annotations

import pytest

from syncd.people.tags import tags_in


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        (["tags: investor, lisbon"], {"investor", "lisbon"}),
        (["TAGS:Investor;#Lisbon"], {"investor", "lisbon"}),
        (["tag: new  york"], {"new york"}),
        (["tags: a", "needs: a tiler", "tags: b, a"], {"a", "b"}),
        (["tags:", "tags: , ;", "the tags: none", "stags: no", "needs: tags: x"], set()),
    ],
)
def test_tags_stand_behind_their_word(lines: list[str], tags: set[str]) -> None:
    """Separated by commas or semicolons, in lower case, with or without a #; no other line."""
    assert tags_in(lines) == tags
