"""Local parts that name a machine, a function or a thing instead of a human. Data only.

Gathered from RFC 2142 (mailbox names for common services), from list managers (Mailman, ezmlm,
Majordomo, Sympa) and from what is customary in English, German, French, Spanish, Portuguese,
Italian and Dutch. Every word is lower case and without separators.
"""

from __future__ import annotations

from typing import Final

# Anywhere in the local part, separators removed: no human is called so.
ROBOT_PARTS: Final = (
    "noreply", "noreplies", "notreply", "nonreply", "donotrespond", "noresponse", "noreplay",
    "dontreply", "replynot", "noanswer", "nichtantworten", "keineantwort", "nepasrepondre",
    "nerepondezpas", "pasdereponse", "noresponder", "norespondas", "noresponda", "nocontestar",
    "nocontestes", "naoresponda", "naoresponder", "nonrispondere", "norispondere", "geenantwoord",
    "nietantwoorden", "ikkesvar", "svarikke", "svarejikke", "svarainte", "eivastausta",
    "alavastaa", "nieodpowiadaj", "neodpovidat", "mailerdaemon", "maildaemon", "maildelivery",
    "deliverydaemon", "autoreply", "autoresponder", "autorespond", "autoantwort", "automailer",
    "autonotif", "notifications", "microsoftexchange", "calendarnotification", "unknownorganizer",
    "undisclosedrecipients",
)  # fmt: skip

# As the whole local part, or as its first or last word.
ROBOT_WORDS: Final = frozenset(
    (
        "alert", "alerts", "automated", "automatic", "autobot", "bot", "bots", "bounce", "bounces",
        "bounced", "broadcast", "broadcasts", "bulletin", "campaign", "campaigns", "cron",
        "crontab", "daemon", "digest", "digests", "dmarc", "ebulletin", "enews", "enewsletter",
        "feeds",
        "hitreply", "mailbot", "mailer", "mailing", "mailings", "mailinglist", "mailinglists",
        "mailrobot", "majordomo",
        "listserv", "listmaster", "mailman", "sympa", "ezmlm", "notification", "notificacion",
        "notificaciones", "notificacao", "notificacoes", "notifica", "notifiche", "notify",
        "notifier", "benachrichtigung", "benachrichtigungen", "meldung", "newsletter",
        "newsletters", "nieuwsbrief", "nobody", "postmaster", "promo", "promos", "promotions",
        "reminder", "reminders", "returnpath", "robot", "rss", "rssfeed",
        "rssfeeds", "rundbrief", "root",
        "scanner",
        "unsubscribe", "updates", "wwwdata",
    )
)  # fmt: skip

# Only as the whole local part: within one they may be half of a name.
ROBOT_WHOLE: Final = frozenset(
    (
        "account", "activity", "auto", "bugzilla", "build", "builds", "buildbot", "buildmaster",
        "canned", "ci", "codereview", "confluence", "copier", "confirm", "confirmation",
        "confirmations", "deals", "dependabot", "discourse", "discussions", "donotreply",
        "driveshares", "ebay", "facebookmail", "fax", "gerrit", "ghost", "git", "github",
        "gitlab", "googlealerts", "googlecalendar", "hello-automated", "inbound", "invitation",
        "invitations", "invite", "invites", "jenkins", "jira", "linkedin", "logger", "messages",
        "messenger", "monitor", "monitoring", "nagios", "news", "notes", "offers", "orderupdate",
        "orderupdates", "phabricator", "print", "printer", "push", "receipts", "redmine", "reply",
        "replies", "report", "reports", "scan", "server", "shipment", "shipmenttracking",
        "shipconfirm", "autoconfirm", "slack", "statement", "statements", "survey", "surveys",
        "system", "tracking", "trac", "trello", "travis", "update", "voicemail", "wordpress",
        "worker", "zabbix", "zoom",
        "otrs", "osticket", "zendesk", "freshdesk", "servicenow", "youtrack", "ticketing",
        "ticketsystem", "mantisbt",
    )
)  # fmt: skip

# After a dot as well; the other words up there are surnames, too ("m.root", "n.mailer").
ROBOT_ENDS: Final = frozenset(
    (
        "alerts", "bounces", "bulletin", "campaigns", "digest", "newsletter", "newsletters",
        "notification", "notify", "reminders", "unsubscribe", "updates",
    )
)  # fmt: skip

# Hands out commands of a list manager: owner-list, list-request (RFC 2142 section 6).
LIST_COMMANDS: Final = frozenset(
    (
        "request", "bounces", "owner", "confirm", "subscribe", "unsubscribe", "join", "leave",
        "return", "accept", "reject", "sub", "unsub", "errors", "moderator", "moderators",
    )
)  # fmt: skip

# As the whole local part, as its first word, or (after - or _) as its last.
ROLE_WORDS: Final = frozenset(
    (
        # RFC 2142
        "info", "marketing", "sales", "support", "abuse", "noc", "security", "hostmaster",
        "webmaster", "usenet", "uucp",
        # asking and answering
        "contact", "contacts", "contactus", "contacto", "contato", "contatto", "contatti",
        "kontakt", "kontakte", "enquiry", "enquiries", "inquiry", "inquiries", "anfrage",
        "anfragen", "feedback", "faq", "help", "helpdesk", "hilfe", "aide", "ayuda", "ajuda",
        "aiuto", "hotline", "helpline", "service", "services", "servicedesk", "kundenservice",
        "kundendienst", "kundenbetreuung", "kundencenter", "serviceclient", "serviceclients",
        "clientservices", "clientservice", "clientsupport", "clientes", "clienti",
        "customerservice", "customerservices", "customersupport", "customercare", "custserv",
        "customersuccess", "custsvc", "atencionalcliente", "atendimento", "assistenza",
        "assistance", "suporte", "soporte", "supporto", "techsupport", "technicalsupport",
        "itsupport", "itservice", "infodesk", "informacion", "informacoes", "informazioni",
        "information", "informations", "infos", "infoline", "auskunft", "questions",
        "hello", "hallo", "hola", "bonjour", "ciao", "welcome", "willkommen",
        # money
        "accounting", "accounts", "accountspayable", "accountsreceivable", "billing", "bills",
        "buchhaltung", "compras", "comptabilite", "contabilidad", "contabilidade", "controlling",
        "creditcontrol", "einkauf", "facturacion", "factura", "facturas", "facturation", "facture",
        "fakturierung", "faturacao", "faturamento", "finance", "finances", "financeiro",
        "finanzen", "fatturazione", "invoice", "invoices", "invoicing", "mahnung", "payable",
        "payables", "payment", "payments", "payroll", "purchasing", "rechnung", "rechnungen",
        "receivables", "refunds", "tax", "treasury", "zahlung",
        # selling
        "bestellung", "bestellungen", "booking", "bookings", "business", "buchung", "buchungen",
        "commandes", "commercial", "comercial", "deals", "ecommerce", "export",
        "kasse", "loja", "onlineshop", "order", "orders", "pedidos", "prenotazioni", "pricing",
        "quotes", "reservas", "reservation", "reservations", "reservierung", "retouren",
        "returns", "sale", "salesteam", "shipping", "shop", "store", "tickets", "ticket",
        "tienda", "vendas", "vendite", "ventas", "ventes", "verkauf", "versand", "vertrieb",
        # people and work
        "bewerbung", "bewerbungen", "career", "careers", "empleo", "emploi", "hiring", "hr",
        "humanresources", "job", "jobs", "karriere", "lavoro", "personalabteilung",
        "recruit", "recruiter", "recruiters", "recruiting", "recruitment", "recrutement", "rh",
        "rrhh", "talent", "talents", "trabalho", "vagas", "volunteer", "volunteers",
        # the house
        "admin", "administracion", "administracao", "administratie", "administration",
        "administrator", "administrateur", "all", "allstaff", "anmeldung", "backoffice", "board",
        "buero", "büro", "community", "company", "council", "crew", "desk", "dev", "developers",
        "devs", "direction", "director", "empfang", "engineering", "everybody", "everyone",
        "facilities", "faculty", "frontdesk", "geschaeftsleitung", "geschaeftsstelle",
        "gerencia", "group", "hausverwaltung", "headquarters", "hq", "itdepartment", "leitung",
        "mailroom", "management", "member", "members", "membership", "mitglieder", "mitarbeiter",
        "office", "officemanager", "operations", "ops", "oficina", "praxis", "reception",
        "receptie", "recepcion", "receptionist", "segreteria", "secretaria", "secretariat",
        "secretary", "secretariado", "sekretariat", "staff", "studio", "sysadmin", "sysadmins",
        "sysop", "team", "teams", "equipo", "equipe", "ufficio", "verein", "verwaltung",
        "vorstand", "zentrale",
        # the public
        "advertising", "anzeigen", "affiliate", "affiliates", "comms", "communications",
        "compliance", "conference", "congress", "datenschutz", "dpo", "donate", "donations",
        "editor", "editorial", "editors", "event", "events", "eventos", "gdpr", "impressum",
        "investor", "investors", "ir", "kanzlei", "legal", "media", "medien", "newsdesk",
        "newsroom", "partner", "partners", "partnership", "partnerships", "permissions",
        "prensa", "presse", "press", "pressoffice", "pr", "privacy", "privacidad", "program",
        "programs", "publicity", "publicrelations", "redaccion", "redaction", "redaktion",
        "registrar", "registration", "registrations", "relations", "rsvp", "spenden", "sponsor",
        "sponsors", "sponsorship", "studies", "submissions", "subscribe", "subscriber",
        "subscriptions", "training", "trainings", "veranstaltungen", "webadmin", "website",
        "webteam", "workshop", "workshops", "www",
    )
)  # fmt: skip

# After a dot as well: "customer.service" is a role, "ana.info" a human whose host is odd.
ROLE_ENDS: Final = frozenset(
    (
        "support", "service", "services", "helpdesk", "servicedesk", "kundenservice", "billing",
        "invoices", "accounting", "marketing", "team", "department", "dept",
        "recruiting", "recruitment", "reservations", "careers", "jobs", "desk",
    )
)  # fmt: skip

# First names as well, so before a dot they begin a human's ("dev.patel").
GIVEN_NAMES: Final = frozenset(("dev", "job"))

# Beside a role word these are places and branches, never a first name: "uk.sales", "it.support".
BRANCHES: Final = frozenset(
    (
        "it", "uk", "us", "usa", "eu", "de", "fr", "es", "pt", "at", "ch", "nl", "be", "emea",
        "apac", "latam", "na", "global", "international", "europe", "asia", "north", "south",
        "east", "west", "customer", "customers", "client", "clients", "tech", "technical",
        "product", "human", "our", "your", "the", "web", "online", "mail", "student", "students",
        "public", "guest", "guests", "group", "corporate", "business", "enterprise", "main",
    )
)  # fmt: skip

# Whole local parts of rooms and things that can be booked.
RESOURCES: Final = (
    "meetingroom", "conferenceroom", "confroom", "boardroom", "besprechungsraum", "konferenzraum",
    "sitzungszimmer", "saladereuniones", "saladereunioes", "saladereuniao", "salledereunion",
    "vergaderzaal", "vergaderruimte", "salariunioni", "projector", "videoprojecteur",
)  # fmt: skip

# Hosts that serve mailing lists and nobody's mailbox; the labels stand for lists.example.org.
LIST_LABELS: Final = frozenset({"lists", "listserv", "listes", "listen", "listas", "mailman"})
LIST_DOMAINS: Final = (
    "vger.kernel.org", "googlegroups.com", "groups.io", "freelists.org", "yahoogroups.com",
    "googlegroups.co.uk", "simplelists.com", "groups.google.com",
)  # fmt: skip

# Whole domains (or their ends) that hold calendars and rooms, nobody's mailbox.
RESOURCE_DOMAINS: Final = (
    "resource.calendar.google.com",
    "group.calendar.google.com",
    "group.v.calendar.google.com",
    "import.calendar.google.com",
)

# Hosts whose sub-domains are the queues of their customers' ticket systems.
TICKET_HOSTS: Final = (
    ".zendesk.com", ".freshdesk.com", ".freshservice.com", ".helpscoutapp.com",
    ".intercom-mail.com",
    ".zohodesk.com", ".zohodesk.eu", ".atlassian.net", ".service-now.com", ".happyfox.com",
    ".groovehq.com", ".reamaze.com", ".kayako.com", ".uservoice.com", ".gorgias.com", ".desk.com",
    ".supportbee.com", ".on-spiceworks.com", ".teamworkdesk.com", ".hesk.com",
)  # fmt: skip

# A label below an organisation's own domain that only a ticket system has.
TICKET_LABELS: Final = frozenset(
    ("jira", "bugzilla", "otrs", "zendesk", "helpdesk", "servicedesk", "ticket", "tickets",
     "ticketing", "youtrack", "redmine")
)  # fmt: skip

# Domains that no mail ever reaches (RFC 2606), and what calendars write where they know nobody.
# `.example` and `example.*` are left out: documentation and tests speak of people there.
UNREACHABLE_DOMAINS: Final = ("unknownhost", "invalid", "localhost.localdomain", "nomail")

# A label of a domain that only machines send from.
ROBOT_LABELS: Final = frozenset(
    ("bounce", "bounces", "noreply", "no-reply", "donotreply", "mailer", "bnc", "reply")
)
