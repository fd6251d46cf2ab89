"""The outside world: one folder per kind of account, shared formats in `formats/`."""
