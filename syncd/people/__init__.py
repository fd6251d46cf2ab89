"""Who is who: addresses in one spelling, names worth showing, and addresses that are no person.

    normalise    an address as written -> the one spelling of it
    classify     an address            -> person, robot, role, list or resource
    name_of      names as written      -> the name to show
    name_key     a name                -> what every way of writing it has in common

Everything here is a pure function of its arguments.
"""

from syncd.people.addresses import (
    domain_of,
    is_free_domain,
    normalise,
    person_id,
    same_organisation,
)
from syncd.people.kinds import IGNORED_DOMAIN, AddressKind, classify
from syncd.people.namekeys import compatible, is_nickname, name_key, shows, telling, words_of
from syncd.people.names import called, first_name, name_of

__all__ = [
    "IGNORED_DOMAIN",
    "AddressKind",
    "called",
    "classify",
    "compatible",
    "domain_of",
    "first_name",
    "is_free_domain",
    "is_nickname",
    "name_key",
    "name_of",
    "normalise",
    "person_id",
    "same_organisation",
    "shows",
    "telling",
    "words_of",
]
