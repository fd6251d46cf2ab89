"""Subjects that machines write, in the languages their makers ship. Data only.

Each pattern is matched at the start of a subject, so a human's "Re: Out of office" is none of them.
"""

from __future__ import annotations

import re
from typing import Final

# Followed by the original subject, or nothing; "Out of office next week" is what a human announces.
_AFTER: Final = (
    r"\s*(?:$|[:;!|(\[–—-]|\b(?:re|aw|fwd?|auto\w*|notice|message|notification|reply|response)\b)"
)

OUT_OF_OFFICE: Final = re.compile(
    r"\W*(?:"
    r"auto(?:matic|mated|matische|m[áa]tica|matique|matisch)?[ -]?"
    r"(?:reply|response|antwort|antwoord|svar)|"
    r"auto[ -]?(?:responder|respuesta|resposta)|ooo|"
    r"out[ -]of[ -](?:the[ -])?office|away from (?:the |my )?(?:office|mail|e-?mail|desk)|"
    r"(?:on )?(?:vacation|holiday|(?:annual|maternity|parental) leave)"
    r" (?:reply|message|notice|response)|"
    r"abwesenheits?(?:notiz|nachricht|meldung|assistent|benachrichtigung)?|abwesend|"
    r"nicht (?:im|am) (?:büro|buero|haus|arbeitsplatz)|au(?:ß|ss)er haus|urlaubs(?:notiz|meldung)|"
    r"r[ée]ponse automatique|message d['’]absence|"
    r"absen(?:ce|t|te) (?:du|de mon) bureau|absence du bureau|"
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|mensaje de ausencia|"
    r"resposta autom[áa]tica|fora do escrit[óo]rio|"
    r"mensagem de aus[êe]ncia|aus[êe]ncia tempor[áa]ria|"
    r"risposta automatica|fuori (?:sede|ufficio)|"
    r"automatisch(?:e)? (?:antwoord|antwort)|afwezig(?:heid)?|"
    r"autosvar|automatiskt svar|poissaoloviesti|nieobecno[śs][ćc]"
    r")" + _AFTER,
    re.IGNORECASE,
)

# Outlook writes "Accepted: title", Google "Accepted: title @ Mon 3 Mar".
RSVP: Final = re.compile(
    r"\W*(?:"
    r"(?:tentatively )?accepted|declined|tentative|new time proposed|accepted this invitation|"
    r"zugesagt|abgelehnt|angenommen|akzeptiert|mit vorbehalt|"
    r"unter vorbehalt|vorl[äa]ufig(?: zugesagt)?|"
    r"neue zeit vorgeschlagen|neuer termin vorgeschlagen|"
    r"accept[ée]e?|refus[ée]e?|d[ée]clin[ée]e?|provisoire|peut-[êe]tre|nouvelle heure propos[ée]e|"
    r"aceptad[ao]|rechazad[ao]|declinad[ao]|provisional|tentativ[ao]|nueva hora propuesta|"
    r"aceit[eo]|recusad[ao]|provis[óo]ri[ao]|talvez|novo hor[áa]rio proposto|nova hora proposta|"
    r"accettat[ao]|rifiutat[ao]|provvisori[ao]|forse|"
    r"geaccepteerd|geweigerd|voorlopig|accepterat|avb[öo]jt|akceptovano|zaakceptowano"
    r")\s?:\s",
    re.IGNORECASE,
)

INVITATION: Final = re.compile(
    r"\W*(?:updated invitation|invitation|updated event|cancell?ed event|einladung|"
    r"aktualisierte einladung|terminabsage|invitación(?: actualizada)?|convite(?: atualizado)?|"
    r"invito(?: aggiornato)?|"
    r"uitnodiging)(?: (?:with note|mit hinweis|avec note|con nota|com nota))?\s?:"
    r".*(?: @ |\d{1,2}[:.h]\d{2})",
    re.IGNORECASE,
)

RECEIPT: Final = re.compile(
    r"\W*(?:read receipt|return receipt|delivery receipt|not read\s?:|lesebest[äa]tigung|"
    r"empfangsbest[äa]tigung \(|ungelesen\s?:|"
    r"nicht gelesen\s?:|accus[ée] de (?:r[ée]ception|lecture)|"
    r"non lu\s?:|confirmaci[óo]n de lectura|no le[íi]do\s?:|recibo de leitura|n[ãa]o lid[ao]\s?:|"
    r"conferma di lettura|ricevuta di ritorno|leesbevestiging)",
    re.IGNORECASE,
)

BOUNCE: Final = re.compile(
    r"\W*(?:undeliver(?:able|ed mail)|"
    r"delivery (?:status notification|failure|has failed|notification)|"
    r"mail delivery (?:failed|failure|subsystem|system)|"
    r"failure notice|returned mail\b|mail system error|"
    r"message (?:could not be|not) delivered|unzustellbar|"
    r"nicht zustellbar|zustellung fehlgeschlagen|"
    r"non remis|non distribu[ée]|[ée]chec de (?:la )?remise|"
    r"no se puede entregar|correo no entregado|"
    r"n[ãa]o (?:entregue|foi poss[íi]vel entregar)|falha na entrega|mancato recapito|onbestelbaar)",
    re.IGNORECASE,
)

# One look for what is nearly never there; which of the five it is, is asked afterwards.
SUBJECTS: Final = (
    ("auto:out-of-office", OUT_OF_OFFICE),
    ("auto:rsvp", RSVP),
    ("auto:invitation", INVITATION),
    ("auto:receipt", RECEIPT),
    ("auto:bounce", BOUNCE),
)

# Mailers (X-Mailer, User-Agent) of senders to many, by a word in their name.
BULK_MAILERS: Final = re.compile(
    r"mailchimp|mailgun|sendgrid|sendinblue|brevo|mailjet|mandrill|postmark|sparkpost|sendy|mautic|"
    r"phplist|acymailing|campaign|constant ?contact|hubspot|marketo|eloqua|pardot|exacttarget|"
    r"salesforce marketing|klaviyo|customer\.io|iterable|"
    r"braze|cleverreach|inxmail|episerver|optivo|"
    r"rapidmail|newsletter|emarsys|responsys|silverpop|lyris|listserv|listrak|e-?mail marketing|"
    r"bulk|group ?mail|mass ?mail|aweber|getresponse|activecampaign|convertkit|substack|drip\b|"
    r"phpmailer|swiftmailer|symfony mailer|nodemailer|wordpress|drupal|zendesk|freshdesk|jira|"
    r"confluence|bugzilla|mail::sendeasy|libwww|smf |phpbb|vbulletin|moodle|redmine|"
    r"accucast|unitymail|ezmlm|worldmerge|gammadyne|advanced mass",
    re.IGNORECASE,
)
