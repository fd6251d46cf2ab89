"""The mails of the corpora, by folder. Nothing of them is in the repository."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDERS = ("eml", "spamassassin", "enron-categories", "list-mbox")
_NO_MAIL = ("SOURCE.txt", "README.md", "cmds")


def mails(corpora: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every mail of a corpus, without the separator of an mbox before it."""
    root = corpora / folder
    if not root.is_dir():
        pytest.skip(f"the corpus {folder} is absent from {corpora}")
    if folder == "list-mbox":
        data = lzma.decompress((root / "list-12000.mbox.xz").read_bytes())
        for number, raw in enumerate(re.split(rb"(?m)^From .*\n", data)[1:]):
            yield str(number), raw
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".cats" and path.name not in _NO_MAIL:
            data = path.read_bytes()
            yield path.name, data.partition(b"\n")[2] if data.startswith(b"From ") else data
