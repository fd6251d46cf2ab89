"""Who appears in the demo: every name is invented, every address ends in a domain of RFC 2606.

The cast does not depend on the seed: stories are about these people, and first names are unique so
that a title such as "Coffee with Lena" names exactly one of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

OWNER_ZONE = "Europe/Lisbon"


class Program(StrEnum):
    """The mail program somebody writes with: it decides headers, quoting and encodings."""

    THUNDERBIRD = "thunderbird"
    OUTLOOK = "outlook"
    GMAIL = "gmail"
    APPLE = "apple"


@dataclass(frozen=True, slots=True)
class Person:
    """One human of the demo. `second` is another address of theirs, or empty."""

    role: str
    name: str
    address: str
    zone: str
    program: Program
    work: str  # as it stands in a signature and on a card
    second: str = ""

    @property
    def first(self) -> str:
        return self.name.split()[0]

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]


OWNER = Person(
    "owner", "Ana Silva", "ana@example.org", OWNER_ZONE, Program.THUNDERBIRD, "Partnerships"
)

# role | name | address | zone | program | work | second address
_PEOPLE = """
colleague | Joana Ferreira | joana.ferreira@example.org | Lisbon | outlook | Head of Product
colleague | Tiago Marques | tiago.marques@example.org | Lisbon | thunderbird | Engineering
colleague | Ingrid Solberg | ingrid.solberg@example.org | Berlin | outlook | Finance
colleague | Kwame Boateng | kwame.boateng@example.org | London | apple | Customer Care
colleague | Yuki Tanabe | yuki.tanabe@example.org | Lisbon | gmail | Design
colleague | Petra Nováková | petra.novakova@example.org | Berlin | outlook | Legal
colleague | Samir Haddad | samir.haddad@example.org | Lisbon | gmail | Data
colleague | Beatriz Couto | beatriz.couto@example.org | Lisbon | outlook | Communications
colleague | Oskar Lindqvist | oskar.lindqvist@example.org | Berlin | thunderbird | Operations
weekly_partner | Helena Prates | helena.prates@example.org | Lisbon | outlook | Managing Director

client | Claudia Reinhardt | claudia.reinhardt@harbourlight.example.com | Berlin | outlook | Buyer
client | Amara Okafor | amara@sunbird.example.com | London | gmail | Founder
client | Luca Moretti | luca.moretti@officina.example.net | Berlin | apple | Workshop lead
client | Zoë Brandt | zoe.brandt@kontor.example.com | Berlin | outlook | Programme manager
client | Małgorzata Król | m.krol@wisla.example.com | Berlin | outlook | Procurement
client | Sanjay Pillai | sanjay.pillai@monsoon.example.com | London | gmail | Product lead

friend | Miguel Santos | miguel@casa.example.net | Lisbon | gmail | Carpenter
friend | Aoife Byrne | aoife@quay.example.com | London | apple | Translator
friend | Pierre Lacombe | pierre.lacombe@vallon.example.net | Berlin | gmail | Teacher
friend | Cátia Lopes | catia.lopes@mar.example.com | Lisbon | apple | Architect
friend | Jonas Weber | jonas@linden.example.net | Berlin | thunderbird | Sound engineer
inner_overdue | Fátima Benali | fatima@oasis.example.com | Lisbon | gmail | Physician

met_yesterday | Nadine Keller | nadine.keller@atelier.example.net | Berlin | apple | Curator
met_and_thanked | Arjun Mehta | arjun.mehta@banyan.example.com | London | gmail | Investor
met_by_video | Sofia Lindgren | sofia@norrsken.example.com | Berlin | outlook | Research lead
met_in_group | Gregor Baumann | gregor.baumann@harbourlight.example.com | Berlin | outlook | Sales
met_in_group | Chiara Fontana | chiara@officina.example.net | Berlin | apple | Designer
met_and_done | Meilin Chua | meilin@lantern.example.com | London | gmail | Editor
met_too_long_ago | Tunde Adebayo | tunde@baobab.example.com | London | gmail | Architect
met_once | Viktor Hansen | viktor.hansen@skagen.example.net | Berlin | outlook | Shipowner
met_once | Paloma Reyes | paloma@azahar.example.com | Berlin | apple | Journalist
met_once_too_long_ago | Dorota Maj | dorota@jasmin.example.com | Berlin | gmail | Potter
met_once_scheduled | Emeka Obi | emeka.obi@delta.example.com | London | gmail | Engineer
future_only | Marek Hruška | marek@vltava.example.com | Berlin | thunderbird | Publisher

ghosted | Idris Bello | idris.bello@savanna.example.com | London | outlook | Business development
stood_up | Camille Rousseau | camille@lumiere.example.net | Berlin | gmail | Producer
declined | Stefan Huber | stefan.huber@alpen.example.com | Berlin | outlook | Consultant
declined_owner | Anouk Visser | anouk@gracht.example.net | Berlin | apple | Lawyer
cancelled | Matthias Schuster | m.schuster@werft.example.com | Berlin | outlook | Plant manager
cancelled | Yara Costa | yara.costa@ribeira.example.com | Lisbon | gmail | Event manager
never_answered | Niko Papadakis | niko@meltemi.example.com | Berlin | outlook | Broker
never_answered_by_owner | Roberto Gallo | roberto.gallo@torre.example.net | Berlin | outlook | Sales
unanswered_but_met | Hana Satō | hana@kawa.example.com | London | gmail | Ceramist
double_booked | Olivia Grant | olivia.grant@mill.example.com | London | outlook | Auditor
double_booked | Pavel Dvořák | pavel@brno.example.net | Berlin | gmail | Analyst
double_booked_met | Leila Farsi | leila.farsi@saffron.example.com | London | gmail | Strategist
double_booked_missed | Conor Walsh | conor@kerry.example.net | London | apple | Planner
met_while_away | Inês Carvalho | ines.carvalho@tejo.example.com | Lisbon | gmail | Recruiter
free_but_met | Björn Ekström | bjorn@skog.example.com | Berlin | outlook | Forester
assistant | Monika Schulz | monika.schulz@fyr.example.com | Berlin | outlook | Assistant to F. Lund
met_through_assistant | Frederik Lund | frederik.lund@fyr.example.com | Berlin | outlook | Chairman
coffee | Lena Vogt | lena@studio.example.net | Lisbon | apple | Illustrator
coffee_forgotten | Daniel Osei | daniel.osei@volta.example.com | London | gmail | Founder
coffee_kept | Amélie Durand | amelie@canal.example.net | Berlin | gmail | Bookseller
reminder_call | Ben Archer | ben.archer@orchard.example.com | London | gmail | Surveyor
reminder_gift | Mia Jansen | mia@tulp.example.net | Berlin | apple | Florist
reminder_confirmed | Otto Brenner | otto.brenner@esse.example.com | Berlin | thunderbird | Founder

online_friend | Keiko Mori | keiko@hoshi.example.com | Tokyo | gmail | Developer
dormant | Liam Corrigan | liam@burren.example.net | London | gmail | Guide
cold_pitcher | Brad Sutton | brad.sutton@growthly.example.com | London | gmail | Growth Partner
cold_pitcher | Jenna Wells | jenna@leadwave.example.com | London | gmail | Account Executive
cold_pitcher | Kyle Foster | kyle@stackhire.example.net | London | outlook | Talent Partner
cold_pitcher | Alisha Kapoor | alisha.kapoor@devhouse.example.com | London | gmail | Outreach
cold_pitcher | Max Steiner | max.steiner@rankhoch.example.net | Berlin | outlook | Consultant
cold_pitcher | Chloe Barnes | chloe@boothify.example.com | London | apple | Events
pitch_answered | Gustavo Prieto | gustavo.prieto@cumbre.example.com | Berlin | gmail | Founder
bounced | Harald Vik | harald.vik@nordlys.example.com | Berlin | outlook | Manager
out_of_office | Linnea Åberg | linnea.aberg@skargard.example.com | Berlin | outlook | Partner
promise_open | Vera Kolarova | vera@rila.example.com | Berlin | gmail | Programme director
promise_kept | Ahmed Mansour | ahmed.mansour@nile.example.com | London | outlook | Trade officer
their_promise_open | Greta Holm | greta.holm@fyn.example.net | Berlin | apple | Head of events
question_to_answer | Isabel Romero | isabel@olivar.example.com | Berlin | gmail | Exporter
question_waiting | Patrick Doyle | patrick.doyle@liffey.example.com | London | outlook | Counsel
questions_answered | Svenja Kraus | svenja.kraus@deich.example.net | Berlin | thunderbird | Engineer
introducer | Catarina Melo | catarina.melo@ponte.example.com | Lisbon | gmail | Mentor
introduced | Jamal Reed | jamal@brightside.example.net | London | gmail | Founder
introduced_pair | Elif Demir | elif@bosphorus.example.com | Berlin | apple | Food scientist
introduced_pair | Nils Berger | nils.berger@feld.example.net | Berlin | gmail | Farmer
introduced_with_echo | Tamsin Hale | tamsin@moor.example.com | London | gmail | Illustrator
introduced_with_echo | Andrei Popescu | andrei@carpati.example.net | Berlin | outlook | Publisher
two_addresses | Siv Moen | moen@bryg.example.com | Berlin | gmail | Host | siv@fjord.example.net
answered_with_bulk_headers | Magnus Falk | magnus@raadhus.example.com | Berlin | outlook | Clerk
card_only | Rosa Pinto | rosa@azenha.example.com | Lisbon | gmail | Miller
list_answered | Rubén Aguirre | ruben@pampa.example.net | Berlin | thunderbird | Organiser
list_poster | Wanda Lis | wanda@vistula.example.net | Berlin | thunderbird | Archivist
list_poster | Theo Banks | theo@tyne.example.com | London | apple | Cyclist
list_poster | Ilse Maes | ilse@leie.example.net | Berlin | gmail | Librarian
"""

# Colleagues whom only the monthly all-hands brings together: known addresses, no tie.
_HOUSE = """
Afonso Lima, Bruna Teixeira, Carla Antunes, Duarte Paiva, Elisa Moura, Fábio Rocha, Gil Tavares,
Hugo Barros, Irina Sousa, Jaime Freitas, Kátia Neves, Leonor Matos, Mateus Cunha, Noémia Brito,
Olga Simões, Paulo Leal, Quitéria Dias, Ricardo Faria, Simone Vaz, Telmo Reis, Ulisses Gama,
Vasco Pires, Xavier Sá, Zita Campos, Abel Torres, Berta Guerra, Célia Pinho, Dinis Amaral, Edite Luz
"""

_CITIES = {
    "Lisbon": OWNER_ZONE,
    "London": "Europe/London",
    "Berlin": "Europe/Berlin",
    "Tokyo": "Asia/Tokyo",
}


class Cast:
    """Everybody, by the role they play."""

    def __init__(self) -> None:
        self._by_role: dict[str, list[Person]] = {}
        for person in (*_people(), *_house()):
            self._by_role.setdefault(person.role, []).append(person)

    def one(self, role: str) -> Person:
        (person,) = self._by_role[role]
        return person

    def all(self, role: str) -> tuple[Person, ...]:
        return tuple(self._by_role[role])

    def two(self, role: str) -> tuple[Person, Person]:
        first, second = self._by_role[role]
        return first, second

    def __iter__(self) -> Iterator[Person]:
        for people in self._by_role.values():
            yield from people

    def named(self, first: str) -> Person:
        (person,) = (p for p in self if p.first == first)
        return person


def _people() -> Iterator[Person]:
    for line in _PEOPLE.strip().splitlines():
        if not line:
            continue
        role, name, address, city, program, work, *second = (
            part.strip() for part in line.split("|")
        )
        yield Person(role, name, address, _CITIES[city], Program(program), work, "".join(second))


def _house() -> Iterator[Person]:
    for name in " ".join(_HOUSE.split()).split(", "):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        address = ".".join(plain.lower().split()) + "@example.org"
        yield Person("house", name, address, OWNER_ZONE, Program.OUTLOOK, "")
