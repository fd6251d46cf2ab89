"""Who is who: addresses in one spelling, names worth showing, and addresses that are no person.

    normalise    an address as written -> the one spelling of it
    classify     an address            -> person, robot, role, list or resource
    name_of      names as written      -> the name to show

Everything here is a pure function of its arguments.
"""

from syncd.people.addresses import domain_of, is_free_domain, normalise, person_id
from syncd.people.kinds import IGNORED_DOMAIN, AddressKind, classify
from syncd.people.names import first_name, name_of

__all__ = [
    "IGNORED_DOMAIN",
    "AddressKind",
    "classify",
    "domain_of",
    "first_name",
    "is_free_domain",
    "name_of",
    "normalise",
    "person_id",
]
