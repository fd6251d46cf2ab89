"""Mailboxes on Exchange servers, by Exchange Web Services (EWS, 2013 SP1 and later)."""
