"""Finding out what a first configuration needs: mail, calendars, cards, tasks and who the owner is.

    find(Home)                    -> Finds     places.py: where things usually are
    guess(home, boxes)            -> Guess     who.py: name and addresses, from mail that was sent
    time_zone(environment)        -> str       clock.py
    text_of(Answers), write(...)               document.py, file.py: the configuration

It only looks. Everything is bounded, no link is followed out of the home folder, and what may not
be read is said and passed over.
"""

from syncd.setup.clock import time_zone
from syncd.setup.document import Answers, text_of
from syncd.setup.file import Exists, NoFile, place_of, write
from syncd.setup.home import Home
from syncd.setup.model import Collection, Finds, MailPlace, PassedOver
from syncd.setup.places import LOOKED_FOR, as_collection, as_mail, find
from syncd.setup.who import Guess, guess

__all__ = [
    "LOOKED_FOR",
    "Answers",
    "Collection",
    "Exists",
    "Finds",
    "Guess",
    "Home",
    "MailPlace",
    "NoFile",
    "PassedOver",
    "as_collection",
    "as_mail",
    "find",
    "guess",
    "place_of",
    "text_of",
    "time_zone",
    "write",
]
