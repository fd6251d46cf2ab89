"""The words of signatures: labels of numbers, titles, forms of companies. Data only.

English, German, French, Spanish, Portuguese and Italian.
"""

from __future__ import annotations

import re
from typing import Final

_I: Final = re.IGNORECASE

PHONE_LABEL: Final = (
    r"(?<!\w)(?:tel(?:ephone|efon|efono|éfono|efone|éphone)?|t[ée]l[ée]?(?:phone)?|phone|ph|"
    r"mobil(?:e|telefon)?|mob|m[óo]vil|telem[óo]vel|cel(?:l|ular)?|handy|natel|portable|port|office|"
    r"direct|direkt|direto|directo|ligne directe|zentrale|b[üu]ro|festnetz|whatsapp|signal|"
    r"t|m|p|c|d|o|h)(?!\w)"
)
FAX: Final = r"(?:tele)?fax|f"

# Numbers that nobody answers.
NOT_A_NUMBER: Final = re.compile(
    r"\b(?:ust|uid|vat|iban|bic|swift|hrb|hra|siren|siret|nif|nipc|cif|nie|cpf|cnpj|ein|mwst|tva|"
    r"iva|steuer|tax|reg(?:istration|ister|istre)?|company no|handelsregister|rcs|konto|account|"
    r"postfach|p\.?\s?o\.?\s?box|bp|cp|zip|meeting id|passcode|pin)\b",
    _I,
)

# Nouns that name what somebody does for a living.
TITLE: Final = re.compile(
    r"\b(?:c[efotimpr]o|vp|svp|evp|president|chair(?:man|woman|person)?|founder|co-?founder|"
    r"owner|partner|principal|director|head of|manager|lead(?:er)?|chief|engineer|developer|"
    r"architect|designer|consultant|advisor|adviser|analyst|scientist|researcher|professor|prof|"
    r"lecturer|teacher|editor|journalist|writer|author|producer|lawyer|attorney|counsel|"
    r"solicitor|notary|accountant|controller|auditor|broker|agent|representative|officer|"
    r"secretary|assistant|coordinator|specialist|expert|strategist|planner|recruiter|trainer|"
    r"coach|therapist|physician|doctor|nurse|dentist|pharmacist|photographer|curator|investor|"
    r"postdoc|phd (?:student|candidate)|fellow|freelance\w*|"
    r"gesch[äa]ftsf[üu]hr(?:er|erin|ung)|inhaber(?:in)?|gr[üu]nder(?:in)?|vorst[äa]nd\w*|"
    r"vorstand|prokurist(?:in)?|\w*leiter(?:in)?|leitung|\w*berater(?:in)?|\w*entwickler(?:in)?|"
    r"\w*ingenieur(?:in)?|architekt(?:in)?|\w*anwalt|\w*anw[äa]ltin|steuerberater(?:in)?|"
    r"redakteur(?:in)?|referent(?:in)?|assistent(?:in)?|sachbearbeiter(?:in)?|"
    r"wissenschaftliche[rn]? mitarbeiter(?:in)?|dozent(?:in)?|"
    r"pr[ée]sident(?:e)?|directeur|directrice|g[ée]rante?|fondat(?:eur|rice)|associ[ée]e?|"
    r"responsable|chef(?:fe)? de|charg[ée]e? de|ing[ée]nieure?|d[ée]velopp(?:eur|euse)|"
    r"consultante?|conseill[eè]re?|avocate?|ma[iî]tre de conf[ée]rences|r[ée]dact(?:eur|rice)|"
    r"journaliste|"
    r"presidente|director(?:a)?|gerente|fundador(?:a)?|socio|socia|s[óo]cio|s[óo]cia|jefe de|"
    r"jefa de|encargad[oa] de|ingenier[oa]|desarrollador(?:a)?|consultor(?:a)?|abogad[oa]|"
    r"profesor(?:a)?|redactor(?:a)?|periodista|"
    r"diretor(?:a)?|respons[áa]vel|chefe de|engenheir[oa]|programador(?:a)?|advogad[oa]|"
    r"professor(?:a)?|jornalista|"
    r"direttore|direttrice|titolare|ingegnere|sviluppatore|avvocato|responsabile)\b",
    _I,
)

# A form of company in law, or a kind of institution.
COMPANY: Final = re.compile(
    r"(?:\b(?:gmbh|ag|kg|ohg|gbr|ug|e\.?\s?v|se|ltd|limited|llc|llp|inc|incorporated|corp|"
    r"corporation|plc|pty|sa|sas|sarl|s\.\s?a(?:\.\s?s|\.\s?r\.\s?l)?|s\.\s?l|sl|slu|lda|ltda|"
    r"eireli|bv|b\.v|nv|n\.v|oy|oyj|ab|aps|asa|srl|s\.r\.l|spa|s\.p\.a|sp\. z o\.o|kft|doo)\b\.?$"
    r"|\b(?:gmbh & co\. kg|a/s|& co\b|& (?:partners?|sons|s[öo]hne|associates))"
    r"|\b(?:universit(?:y|[äa]t|é|à|at)|universidad(?:e)?|hochschule|fachhochschule|eth|epfl|"
    r"college|academy|akademie|acad[ée]mie|institut(?:e|o)?|istituto|laborator(?:y|ies)|"
    r"foundation|stiftung|fondation|fundaci[óo]n|funda[çc][ãa]o|fondazione|ministry|"
    r"ministerium|minist[èe]re|ministerio|kanton|hospital|klinik|clinic|verlag|verein|"
    r"kanzlei|museum|mus[ée]e|museo)\b)",
    _I,
)

# Words of sentences that are in no title, in no company's name and before no number.
TALK: Final = re.compile(
    r"me|my|mine|we|our|ours|you|your|yours|he|she|his|they|their|please|is|are|was|were|been|"
    r"will|would|can|could|has|have|had|not|if|this|from|by|sent|proud|looking|"
    r"ich|mich|mir|mein\w*|wir|uns|unser\w*|dich|dein\w*|sie|ihnen|ihr\w*|bitte|ist|sind|war|"
    r"wird|werden|nicht|wenn|"
    r"je|mon|ma|mes|nous|notre|nos|vous|votre|vos|suis|est|sont|si|"
    r"yo|mi|mis|nuestr[oa]s?|usted|ustedes|su|sus|es|son|est[áa]|"
    r"eu|meus?|minhas?|nossos?|nossas?|voc[êe]s?|seus?|suas?|[ée]|s[ãa]o|"
    r"io|mio|mia|miei|nostr[oaie]|vostr[oaie]|sono"
)
