"""Mailboxes on IMAP servers (RFC 3501, RFC 9051)."""
