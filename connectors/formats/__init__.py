"""File formats that kinds of account share: MIME, iCalendar, vCard. Bytes in, records out."""
