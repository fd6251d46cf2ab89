"""CalDAV and CardDAV accounts (RFC 4791, RFC 6352): calendars, contacts, a VTODO list."""
