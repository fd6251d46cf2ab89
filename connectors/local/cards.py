"""Contact cards on disk: a folder tree of .vcf files (a vdir), or one .vcf file with everybody."""

from __future__ import annotations

from connectors.local.files import read_whole
from connectors.local.folder import Content, FolderSource, Progress
from connectors.records import Facet


class Cards(FolderSource):
    """Card files."""

    facet = Facet.CONTACTS

    def wanted(self, name: str) -> bool:
        """A .vcf file."""
        return name.lower().endswith((".vcf", ".vcard"))

    def read(self, path: str, progress: Progress) -> Content:
        """The cards of one file."""
        from connectors.formats.vcard import read_cards  # vobject costs 60 ms

        reading = read_cards(read_whole(path))
        return Content(tuple(reading.cards), broken=reading.broken)
