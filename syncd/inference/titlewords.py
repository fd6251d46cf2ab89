"""The words of calendar titles: ways of meeting, reminders, and what is never a name. Data only.

English, German, French, Spanish and Portuguese, folded: lower case and without accents.
"""

from __future__ import annotations

from typing import Final


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What is eaten or drunk together, or done on foot: nobody does it over a wire.
MEALS: Final = _all(
    """
    lunch lunches dinner dinners breakfast brunch supper drinks drink beer beers wine pint pints
    walk hike visit picnic bbq barbecue tennis golf padel squash museum mittagessen mittag
    abendessen fruhstuck bier wein spaziergang besuch wanderung dejeuner diner petit-dejeuner apero
    aperitif biere balade promenade visite almuerzo cena desayuno comida cerveza cervezas cana canas
    paseo visita copas almoco jantar cerveja passeio lanche petiscos
    """
)
# Drunk together as well, yet often enough through a screen ("virtual coffee").
COFFEES: Final = _all(
    """
    coffee coffees tea kaffee cafe cafezinho
    """
)
# Words of talking over a wire. "Call Ana" is a reminder, "call with Ana" a meeting.
CALLS: Final = _all(
    """
    call calls phone phonecall anruf telefonat telefontermin telko telefonkonferenz appel telephone
    llamada telefonema telefono chamada ligacao
    """
)
MEETINGS: Final = _all(
    """
    meeting meetings meetup meet-up meet see catch-up catchup sync chat interview session intro
    introduction demo workshop appointment checkin check-in standup stand-up retro one-on-one 1on1
    review point brainstorm huddle conversation talk debrief zoom hangout videocall treffen termin
    gesprach besprechung austausch jour-fixe videokonferenz vorstellungsgesprach unterhaltung
    kennenlernen verabredung feierabendbier reunion rdv rendez-vous entretien rencontre visio
    visioconference echange cita encuentro charla entrevista videollamada quedada reuniao encontro
    conversa videochamada
    """
)
WITH: Final = _all(
    """
    with w mit avec con com between zwischen entre
    """
)
ABOUT: Final = _all(
    """
    about re regarding concerning wegen uber bzgl betreffs sobre acerca concernant
    """
)
WITHOUT: Final = _all(
    """
    without wo ohne sans sin sem
    """
)
# After these a name is a place: "at Carla's", "in San José".
PLACED: Final = _all(
    """
    at in im near via from san santa sao saint sankt st
    """
)
# A title that begins with one of these tells its owner to do something.
DO: Final = _all(
    """
    remind reminder remember buy get send write ask tell pay order bring give pick drop ping reply
    respond answer contact email e-mail mail message text dm whatsapp invite thank congratulate
    follow schedule reschedule arrange organise organize plan prepare prep confirm cancel check find
    fix finish submit book wish forward share post print return chase nudge reach speak introduce
    todo gift gifts present presents birthday-gift rufe ruf schreibe schreib kaufe kauf frage frag
    schicke schick sende erinnere erinnerung geschenk geschenke ruckruf appeler appelle rappeler
    rappelle rappel telephoner ecrire envoyer acheter contacter relancer repondre demander remercier
    inviter organiser prevoir reserver preparer feliciter cadeau cadeaux llamar llama escribir
    comprar enviar mandar contactar responder preguntar recordar recordatorio agradecer invitar
    organizar reservar preparar felicitar avisar regalo regalos ligar liga telefonar escrever
    perguntar lembrar lembrete convidar marcar dar prenda prendas presente presentes
    """
)
# German and French put the same noun and verb in one word or none: "Anruf Ana", "Appel Ana".
NOUN_OR_VERB: Final = _all(
    """
    call calls phone ring review skype facetime update brief anruf appel llamada chamada ligacao
    talk
    """
)
# German reminders end in their infinitive: "Ana anrufen".
DO_LAST: Final = _all(
    """
    anrufen zuruckrufen schreiben antworten fragen erinnern schicken senden kaufen besorgen
    gratulieren einladen kontaktieren melden danken absagen verschieben bestellen buchen planen
    vereinbaren vorbereiten bezahlen uberweisen mailen informieren
    """
)
OTHER_STOPS: Final = _all(
    """
    the a an my our your and und et y e or oder ou o of de du des der die das den dem la le les el
    los las do da dos di von vom zu zum zur for fur pour para por to on auf sur bei chez au aux up
    out over off back team group all mr mrs ms dr prof herr frau m mme sr sra dra today tomorrow
    tonight morning afternoon evening noon night heute morgen abend nachmittag monday tuesday
    wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag
    sonntag lundi mardi mercredi jeudi vendredi samedi dimanche weekly monthly daily biweekly
    quarterly tbc tbd fyi am pm h uhr video online virtual quick kurz kurzes new date time vs fixe
    vous
    """
)
# First names that are plain words too: they count only where a name has to stand.
AMBIGUOUS: Final = _all(
    """
    may mai april june will art bill grace hope joy rose summer autumn august chase star case page
    price sky van can do son sol mar luz paz
    """
)
