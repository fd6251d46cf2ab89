"""Google: Gmail, Calendar, Contacts and Tasks, by google-api-python-client."""
