"""What a daemon gives back when long work is over."""

from __future__ import annotations

from syncd.engine.trim import forget_answers
from syncd.people import normalise
from syncd.people.namekeys import name_key


def test_what_was_remembered_of_a_crowd_is_forgotten() -> None:
    """A function that remembers many answers is emptied; one that remembers few keeps them."""
    normalise.cache_clear()
    name_key.cache_clear()
    for number in range(1000):
        normalise(f"ben{number}@example.net")
    name_key("Ben Marlow")
    forget_answers()
    assert normalise.cache_info().currsize == 0
    assert name_key.cache_info().currsize == 1
