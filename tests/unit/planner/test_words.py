"""What the owner wrote into a task, told from what syncd and other programs wrote."""

from __future__ import annotations

import pytest

from syncd.planner.words import footer, new_lines

OURS = """You met in the café.
<https://example.org/a>

""" + footer("call", "syncd-1", "Ana", "ana@example.org")


@pytest.mark.parametrize(
    ("now", "added"),
    [
        (OURS, ()),
        (f"needs: a tiler\n{OURS}\n\n  likes jazz  ", ("needs: a tiler", "likes jazz")),
        (f"{OURS}\n- needs: a tiler\n* [x] tags: x\n-", ("needs: a tiler", "tags: x", "-")),
        # Broken into lines by some other program, at any word; the owner's stand between.
        (OURS.replace("Why:", "\nWhy:").replace(" for Ana", "\n for Ana"), ()),
        (OURS.replace(" in the", "\nin the") + "\nin the", ("in the",)),
        (OURS.replace("Not wanted?", "\nmine\nNot wanted?"), ("mine",)),
        # Changed in case or signs, or in words of ours that nobody else writes.
        (OURS.upper().replace("—", "-").replace("É", "E\u0301") + "\nMine!", ("Mine!",)),
        (OURS.replace("<https://example.org/a>", "https://example.org/a"), ()),
        (OURS.replace("Not wanted? Delete it", "…"), ()),
        ("", ()),
    ],
)  # fmt: skip
def test_what_somebody_added(now: str, added: tuple[str, ...]) -> None:
    """Lines that were not there, without bullets; a line of ours that was wrapped is still ours."""
    assert new_lines(("Old text", OURS), now) == added


def test_ones_own_line_with_a_bullet_is_not_said_twice() -> None:
    """It is known without the bullet from the first time on."""
    assert new_lines((OURS, "needs: a tiler"), "- needs: a tiler") == ()
