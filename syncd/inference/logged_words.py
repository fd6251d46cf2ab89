"""The words in which people say what they did: data only, folded, five languages."""

from __future__ import annotations

from typing import Final

from syncd.inference.titlewords import CALLS, COFFEES, MEALS, MEETINGS, OTHER_STOPS, WITH


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


VIDEO: Final = _all(
    """
    video videocall videoconference videokonferenz videotelefonat videogesprach videochat visio
    visioconference videollamada videoconferencia videochamada zoom zoomed teams skype skyped
    facetime webex hangout hangouts jitsi whereby gmeet
    """
)
MEET: Final = _all("meet")  # the service, or what people do
PHONE: Final = CALLS | _all(
    """
    called phoned rang ring rung telefoniert angerufen anrief rief telefonierte appele appela
    telephone telephonee telephoner appelee llame llamo llamado telefonee hablamos liguei ligou
    telefonei telefonou ligado
    """
)
MESSAGE: Final = _all(
    """
    wrote written writing heard text texted message messaged messages mail mailed e-mail email
    emailed e-mailed whatsapp whatsapped linkedin sms signal telegram dm slack letter postcard
    replied
    answered messenger instagram threema
    geschrieben schrieb nachricht brief postkarte geantwortet
    ecrit ecrivit lettre courriel repondu mensaje escribi escribio escrito carta correo respondi
    respondio mensagem escrevi escreveu respondeu
    """
)
IN_PERSON: Final = (
    MEALS
    | COFFEES
    | _all(
        """
        met meeting meetings meetup meet-up visited saw seen walked dined ate lunched drank hosted
        getroffen traf trafen treffen besucht gesehen gegessen getrunken spaziert wiedergesehen
        rencontre rencontree vu vue visite dejeune dine reunion reuniao encuentro encontro
        vi visto comi cene almorce quedamos visitei almocei jantei encontrei
        besprechung rendez-vous rendezvous rdv
        """
    )
)
TALK: Final = MEETINGS | _all(
    """
    spoke spoken talked chatted discussed caught gesprochen sprach geredet unterhalten parle
    discute hable hablado charlado falei falado conversei conversamos conversation
    """
)
# Sent is what the owner does; these say that it came to them.
TO_ME: Final = _all("me mir uns us nos m'a m'avait m'")
FROM: Final = _all("from von vom de du da do d desde")
TO: Final = _all("to an a au aux ao para")
I_DID: Final = _all("i we ich wir j je nous yo eu nos")
HAS: Final = _all("hat haben has a ha have")
PLACE: Final = _all("at @ in im beim bei chez en em no na nella near auf over via on per uber par")
TOPIC: Final = _all(
    "about regarding re concerning wegen uber bzgl betreffs sobre acerca concernant"
)
AND: Final = _all("and und et y e ou & + plus sowie")
# They join what they stand between: "Maria de Sousa", "Jan van Dam".
PARTICLES: Final = _all("de da do dos das del della di du van von der den la le el al bin ten ter")
FILLERS: Final = (
    WITH
    | OTHER_STOPS
    | I_DID
    | TO_ME
    | HAS
    | TO
    | FROM
    | AND
    | _all(
        """
        had was were been did got did just had have had got went came heard sent send received
        together up again over long short nice good great lovely some quick face face-to-face
        person back there here about for fur pour para por via on in at during while my our his
        her their habe haben hatte hatten war waren bin gewesen gehabt mich dich sich zusammen
        persoenlich personlich kurz lang schon guter gutes gute bei beim
        ai as avons avais etait suis fait pris ete bien longue bonne bon personne ensemble mon ma
        mes notre
        he hemos tuve tuvimos fui fuimos estuve tome tomamos hice buen buena juntos persona mi
        tive tivemos fiz tomei tomamos estive bom boa juntos pessoa pessoalmente meu minha
        se l app phone mobile handy cara tete
        sent got received recu reçu recibi recebi bekommen erhalten gesendet geschickt envoye
        enviei mandei envie mande
        """
    )
)
