"""Files on this machine: Maildir, folders of mails, vdirs of calendars, cards and tasks.

`account.py` puts them together; nothing is imported before it is asked for.
"""
