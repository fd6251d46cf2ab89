"""What mail programs write around a text: attributions, headers, closings, footers. Data only.

English, German, French, Spanish, Portuguese and Italian, and what Outlook, Apple Mail, Gmail,
Thunderbird and Notes make of them.
"""

from __future__ import annotations

import re
from typing import Final

_I: Final = re.IGNORECASE

# A whole attribution, its lines joined. It carries a date, a number or an address, so that "Ana
# wrote:" before a quotation of a book is none.
ATTRIBUTION: Final = re.compile(
    r"(?=.*(?:\d|@))(?:"
    r"(?:on|at)\b.{4,200}\b(?:wrote|writes|said)\s?:"
    r"|.{0,120}(?:<[^<>\s]+@[^<>\s]+>|\[mailto:[^\]]+\]).{0,60}\b(?:wrote|writes|said|schrieb|a "
    r"écrit|"
    r"escribió|escreveu|ha scritto)\s?:"
    r"|am\b.{4,200}\bschrieb\b.{0,120}:"
    r"|.{2,120}\bschrieb (?:am|um)\b.{4,100}:"
    r"|le\b.{4,200}\ba écrit\s?:"
    r"|el\b.{4,200}\bescribi[óo]\s?:"
    r"|(?:em|no dia|a|às|na|no)\b.{4,200}\bescreveu\s?:"
    r"|il\b.{4,200}\bha scritto\s?:"
    r"|op\b.{4,200}\bschreef\b.{0,120}:"
    r"|(?:den|på)\b.{4,200}\bskrev\b.{0,120}:"
    r"|in (?:article|message)\b.{4,200}\bwrites?\s?:"
    r")",
    _I,
)

FORWARDED: Final = re.compile(
    r"\s*(?:"
    r"-{2,}\s*(?:original|forwarded|weitergeleitete|urspr[üu]ngliche|original-?|message|mensaje|"
    r"mensagem|messaggio|oorspronkelijk|doorgestuurd|begin forwarded)\b.{0,60}"
    r"|-{2,}\s*(?:forwarded by)\b.*"
    r"|begin forwarded message\s?:|anfang der weitergeleiteten (?:nachricht|e-mail)\s?:"
    r"|d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])\s?:"
    r"|inicio del mensaje reenviado\s?:|in[íi]cio da mensagem (?:reencaminhada|encaminhada)\s?:"
    r"|inizio messaggio inoltrato\s?:"
    r"|_{10,}\s*(?:from|von|de|da)\s?:.*"
    r")\s*$",
    _I,
)

HEADER_START: Final = re.compile(r"\s*\*{0,2}(?:from|von|de|da|van|från|fra)\s?:\*{0,2}\s*\S", _I)
HEADER_LINE: Final = re.compile(
    r"\s*\*{0,2}(?:sent|date|to|cc|bcc|subject|reply-to|importance|attachments|gesendet|datum|an|"
    r"betreff|kopie|antwort an|envoy[ée]|date|[àa]|objet|copie|enviado(?: el| em)?|fecha|para|"
    r"asunto|"
    r"data|assunto|inviato|oggetto|verzonden|aan|onderwerp|skickat|till|ämne)\s?:",
    _I,
)
# Lotus Notes puts the author and the date above "To:".
LOTUS_START: Final = re.compile(r"\s*to:\s*\S", _I)

DEVICE: Final = re.compile(
    r"\s*(?:sent (?:from|via|using|with) (?:my |the )?(?:i(?:phone|pad|pod)|android|samsung|galaxy|"
    r"blackberry|mobile|phone|smartphone|tablet|outlook|yahoo|mail for windows|gmail|proton|"
    r"windows|huawei|pixel|hey|superhuman|fairphone|a (?:mobile|phone|tiny)|verizon|t-mobile|\w+ "
    r"mobile)"
    r"|get outlook for|(?:von meinem|gesendet von|gesendet mit) .{0,60}|envoy[ée] (?:de|depuis|à "
    r"partir) "
    r".{0,60}|enviado (?:desde|do|de|a partir|con|com) .{0,60}|inviato (?:da|dal) .{0,60}"
    r"|verzonden (?:vanaf|met) .{0,60}|sent on the go|please excuse (?:my |any )?(?:brevity|"
    r"typos?))",
    _I,
)

CLOSING: Final = re.compile(
    r"\s*(?:(?:with |many |all |my )?(?:thanks|thank you|thx|tks|tx|ty|cheers)"
    r"(?: again| so much| very much| a lot| all| everyone| and (?:best |kind )?regards| in "
    r"advance)?"
    r"|(?:(?:with |very |my )?(?:best|kind|kindest|warm|warmest|sincere|friendly) )?"
    r"(?:regards|wishes|greetings)(?: from .{0,30})?"
    r"|rgds|regards|best|all (?:the|my) best|br|kr|sincerely(?: yours)?|yours(?: (?:truly|"
    r"sincerely|"
    r"faithfully|ever))?|respectfully|cordially|take care|love|xx?x?|xo+|hugs|talk (?:to you "
    r")?soon|"
    r"see (?:you|ya)(?: soon| then)?|later|ciao|have a (?:good|great|nice|lovely) \w+"
    r"|(?:mit )?(?:vielen |viele |beste[nr]? |lieb[en]+ |freundliche[nr]? |herzliche[nr]? |"
    r"sch[öo]ne )?"
    r"(?:gr(?:ü|ue)(?:ß|ss)en?|gr(?:u)(?:ß|ss))(?: aus .{0,30})?|mfg|lg|vg|vlg|glg"
    r"|(?:bien )?(?:cordialement|amicalement|sinc[èe]rement)|bien [àa] (?:vous|toi)|[àa] "
    r"bient[ôo]t|"
    r"bises?|bisous|salutations(?: distingu[ée]es)?|(?:tr[èe]s )?belle journ[ée]e|bonne journ[ée]e"
    r"|(?:un |muchos |un cordial |cordiales )?saludos?(?: cordiales)?|atentamente|cordialmente|"
    r"(?:un |muchos )?abrazos?|besos|gracias"
    r"|(?:um |grande |forte )?abra[çc]os?|abs|(?:com os )?(?:melhores |meus )?cumprimentos|"
    r"atenciosamente|obrigad[oa]|beijos?|beijinhos|att"
    r"|(?:cordiali |distinti |cari |tanti )?saluti|cordialmente|a presto|un abbraccio|grazie"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?"
    r")\s*(?:[,.!;–—-]\s*)*(?::-?\)|;-?\))?\s*$",
    _I,
)

DISCLAIMER: Final = re.compile(
    r"(?:(?:th(?:is|e|ese)|any)\b.{0,40}\b(?:e-?mails?|messages?|communications?|transmissions?|"
    r"information)\b.{0,160}\b(?:confidential|privileged|intended (?:only|solely|recipient|for "
    r"the)|"
    r"property of)"
    r"|^\W*(?:confidentiality|legal|privacy|important|privileged)? ?(?:notice|disclaimer)\b\s?[:–-]"
    r"|\bif you (?:are not the (?:named |intended )|have received this (?:e-?mail|message|"
    r"communication)"
    r" in error)"
    r"|please consider the environment before|think before (?:you )?print"
    r"|diese (?:e-?mail|nachricht)\b.{0,120}\b(?:vertraulich|bestimmt)"
    r"|ce (?:message|courriel|mail)\b.{0,160}\b(?:confidentiel|destin[ée])"
    r"|est[ea] (?:mensaje|correo|e-?mail|mensagem)\b.{0,160}\b(?:confidencia|destinad|dirigid)"
    r"|quest[oa] (?:messaggio|e-?mail|comunicazione)\b.{0,160}\b(?:riservat|confidenzial|"
    r"destinat))",
    _I,
)

FOOTER: Final = re.compile(
    r"(?:^\W*\S+ mailing list\b|\bto unsubscribe\b.{0,60}(?:from|send|e-?mail|visit|click|list)"
    r"|^\W*you (?:are )?receiv(?:ed|ing) this (?:e-?mail|message)? ?because"
    r"|unsubscribe (?:here|from this)|^\W*(?:list(?:info)?|archives?)\s?: https?:"
    r"|do you yahoo!\?|get your (?:free|private)\b.{0,40}(?:hotmail|e-?mail|msn)"
    r"|^\W*(?:join|topic|meeting id|passcode|one tap mobile)\b.{0,40}(?:zoom|teams|webex) meeting)",
    _I,
)

BANNER: Final = re.compile(
    r"\W*(?:(?:caution|warning|external|attention|achtung|attenzione|atenci[óo]n|aten[çc][ãa]o|"
    r"\[?external\]?)\b.{0,80}\b(?:outside|external|extern\w*|originated|ausserhalb|außerhalb)"
    r"|(?:this|the) (?:e-?mail|message|sender)\b.{0,40}\b(?:originated|came|is|was sent) (?:from )?"
    r"outside|you don'?t often get e-?mail from)",
    _I,
)
