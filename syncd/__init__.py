"""The daemon: reads mail and calendars, decides what is due, delivers tasks."""
