"""The back-fill of a Gmail mailbox: `python gmail_backfill.py FOLDER [MESSAGES] [RESTARTS]`.

Units of Google's quota, minutes of Google's time (which is simulated), what was fetched twice.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gmail_figures import run

MESSAGES, RESTARTS = 20_000, 10

if __name__ == "__main__":
    folder, *given = sys.argv[1:]
    numbers = [int(one) for one in given]
    figures = run(Path(folder), *numbers, *(MESSAGES, RESTARTS)[len(numbers) :])
    sys.stdout.write(f"{figures}\n")
