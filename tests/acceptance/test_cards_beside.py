"""`syncd run` adds a card and leaves a draft by itself, as soon as they are due."""

from __future__ import annotations

from pathlib import Path

from daemons import Running
from errand_world import BEN, NOW, after_coffee, cards, config, drafts


def test_both_come_by_themselves_and_the_card_goes(tmp_path: Path) -> None:
    """Once each; what the signature says is read by whoever watches the mail. Whoever is forgotten
    beside it has no card any more, and gets no other."""
    home = after_coffee(tmp_path)
    home.configure(config() + "log: json\n")
    with Running(home.config, NOW) as daemon:
        daemon.heard("errands.delivered", cards=1, drafts=1)
        (card,) = cards(home)
        assert (card.addrs, card.phones) == ((BEN,), ("+41 44 123 45 67",))
        assert len(drafts(home)) == 1
        assert home.syncd("status").code == 0
        assert home.syncd("forget", BEN, "--yes").code == 0
        assert cards(home) == []
        assert daemon.stop()[0] == 0
    assert not [line for line in daemon.lines if '"level": "error"' in line]
    assert sum("errands.delivered" in line for line in daemon.lines) == 1
