"""Finding out what a first configuration needs: mail, calendars, cards, tasks and who the owner is.

    find(Home)                    -> Finds     places.py: where things usually are
    guess(home, boxes)            -> Guess     who.py: name and addresses, from mail that was sent
    time_zone(environment)        -> str       clock.py
    text_of(Answers), write(...)               document.py, file.py: the configuration
    look(address, Network()) -> Settings       servers/: servers, from an address alone
    drafts_of(Settings, names) -> [Draft]      draft.py: as accounts of a configuration
    with_accounts(text, drafts), rewrite(...)  amend.py: into one that exists
    written(secrets, folder)                   passwords.py: beside it, never in it

It only looks, and signs in nowhere. Everything is bounded, no link is followed out of the home
folder, and what may not be read is said and passed over.
"""

from syncd.setup.amend import Cannot, Changed, rewrite, with_accounts
from syncd.setup.clock import time_zone
from syncd.setup.document import Answers, text_of
from syncd.setup.draft import Draft, Wrong, drafts_of, free_name
from syncd.setup.file import Exists, NoFile, place_of, write
from syncd.setup.home import Home
from syncd.setup.model import Collection, Finds, MailPlace, PassedOver
from syncd.setup.passwords import place_for, written
from syncd.setup.places import LOOKED_FOR, as_collection, as_mail, find
from syncd.setup.servers import DavServer, MailServer, Network, Settings, look, look_url
from syncd.setup.servers.model import DEFAULT_PORTS, GUESSED
from syncd.setup.servers.providers import provider_of
from syncd.setup.who import Guess, guess

__all__ = [
    "DEFAULT_PORTS",
    "GUESSED",
    "LOOKED_FOR",
    "Answers",
    "Cannot",
    "Changed",
    "Collection",
    "DavServer",
    "Draft",
    "Exists",
    "Finds",
    "Guess",
    "Home",
    "MailPlace",
    "MailServer",
    "Network",
    "NoFile",
    "PassedOver",
    "Settings",
    "Wrong",
    "as_collection",
    "as_mail",
    "drafts_of",
    "find",
    "free_name",
    "guess",
    "look",
    "look_url",
    "place_for",
    "place_of",
    "provider_of",
    "rewrite",
    "text_of",
    "time_zone",
    "with_accounts",
    "write",
    "written",
]
