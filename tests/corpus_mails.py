"""The mails of the corpora, by folder. Nothing of them is in the repository.

Of the 12,000 of a list, who all write with the same few programs, every sixth will do, and all with
an odd header; with SYNCD_SOAK there are all.
"""

from __future__ import annotations

import lzma
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

FOLDERS = ("eml", "spamassassin", "enron-categories", "list-mbox")
EVERY = 1 if "SYNCD_SOAK" in os.environ else 6
# Words around the id that is answered, or an id that goes on in the next line.
_ODD = re.compile(
    rb"^In-Reply-To:(?![ \t]*(?:\n[ \t]+)?<[^<>\s]+>[ \t]*\n(?![ \t]))|<[^<>\n]*\n[ \t][^<>]*>",
    re.IGNORECASE | re.MULTILINE,
)
_NO_MAIL = ("SOURCE.txt", "README.md", "cmds")


@cache
def _listed(path: Path) -> list[tuple[str, bytes]]:
    data = lzma.decompress(path.read_bytes())
    return [
        (str(number), raw)
        for number, raw in enumerate(re.split(rb"(?m)^From .*\n", data)[1:])
        if number % EVERY == 0 or _ODD.search(raw.partition(b"\n\n")[0] + b"\n")
    ]


def mails(corpora: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every mail of a corpus, without the separator of an mbox before it."""
    root = corpora / folder
    if not root.is_dir():
        pytest.skip(f"the corpus {folder} is absent from {corpora}")
    if folder == "list-mbox":
        yield from _listed(root / "list-12000.mbox.xz")
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".cats" and path.name not in _NO_MAIL:
            data = path.read_bytes()
            yield path.name, data.partition(b"\n")[2] if data.startswith(b"From ") else data
