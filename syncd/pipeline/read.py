"""The second pass over mail: fetch the few texts that inference wants, keep what they do.

A text lives from the connector to `read_signals` and no further: what is stored are signals
without words. It is fetched outside any transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from connectors.contract import Source, TextSource
from connectors.errors import BadItem, ConnectorError
from syncd import log
from syncd.inference.model import Reading
from syncd.store import readings
from syncd.store.database import Database
from syncd.store.readings import Unread

_AT_ONCE = 200

Place = tuple[str, str]  # the account and the ref


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads wanted texts of one owner. `mail` are the mail sources by account.

    `keep` stores what was found, if it is not to be stored here and now. With `only` no other
    source is asked; those that are asked apart from each other share `gone`, the places that said
    so of a text that others may still have.
    """

    database: Database
    zone: tzinfo
    mail: Mapping[str, Sequence[Source]]
    progress: Callable[[int], None] = field(default=lambda _: None)
    keep: Callable[[Mapping[str, Reading]], None] | None = None
    only: object = None
    gone: set[Place] = field(default_factory=set)

    def read(self) -> int:
        """Read what is wanted and can be had now; what an account cannot give stays wanted."""
        done = 0
        after = ""
        owner = self.database.owner
        accounts = [
            name
            for name, sources in self.mail.items()
            if (sources if self.only is None else self.only in sources)
        ]
        while True:
            with self.database.read() as connection:
                batch = readings.unread(connection, owner, after, _AT_ONCE, accounts)
            if not batch:
                return done
            found = self._fetch(batch)
            if found:
                self._keep(found)
                settled = (one for one in batch if one.key in found)
                self.gone.difference_update(place for one in settled for place in one.places)
            done += len(found)
            self.progress(len(found))
            if len(batch) < _AT_ONCE:
                return done
            after = batch[-1].key

    def _keep(self, found: Mapping[str, Reading]) -> None:
        if self.keep is not None:
            self.keep(found)
            return
        with self.database.begin() as connection:
            readings.save(connection, self.database.owner, found)

    def _fetch(self, batch: Sequence[Unread]) -> dict[str, Reading]:
        """Ask each place in turn, until one has the text or all say that it is gone."""
        found: dict[str, Reading] = {}
        failed: set[str] = set()
        for turn in range(max((len(one.places) for one in batch), default=0)):
            left = [o for o in batch if o.key not in found and turn < len(o.places)]
            by_source: dict[int, list[tuple[Place, Unread]]] = defaultdict(list)
            able: dict[int, TextSource] = {}
            for one in left:
                account, ref = place = one.places[turn]
                if place in self.gone:
                    continue
                source = source_of(self.mail.get(account, ()), ref)
                if source is None or (self.only is not None and source is not self.only):
                    failed.add(one.key)  # the account is not configured or not read now
                    continue
                able[id(source)] = source
                by_source[id(source)].append((place, one))
            for number, wanted in by_source.items():
                self._ask(able[number], wanted, found, failed)
        for one in batch:
            if one.key not in found and one.key not in failed:
                found[one.key] = Reading(gone=True)
        return found

    def _ask(
        self,
        source: TextSource,
        wanted: Iterable[tuple[Place, Unread]],
        found: dict[str, Reading],
        failed: set[str],
    ) -> None:
        # Loaded when there is something to read: most runs find no new text, and its many
        # patterns take a third of a second to compile.
        from syncd.inference.signals import read_signals

        left = {place[1]: (place, one) for place, one in wanted}
        while left:
            try:
                for text in source.read_text(tuple(left)):
                    asked = left.pop(text.ref, None)
                    if asked is None:
                        continue
                    place, one = asked
                    if text.plain is None:
                        self.gone.add(place)
                        continue
                    try:
                        signals = read_signals(text.plain, at=one.at, zone=self.zone)
                        found[one.key] = Reading(signals)
                    except Exception as error:  # noqa: BLE001  # what it says stays unknown
                        log.event("text.failed", account=place[0], error=error)
                        found[one.key] = Reading(gone=True)
            except BadItem as error:
                bad = left.pop(error.ref, None)
                if bad is not None:
                    self.gone.add(bad[0])
                    continue  # unreadable for good; the others are asked for again
            except ConnectorError:
                # The account was up a moment ago; what it kept back is asked for next time.
                failed |= {one.key for _, one in left.values()}
            except Exception as error:  # noqa: BLE001  # it is asked for next time as well
                log.event("text.failed", error=error)
                failed |= {one.key for _, one in left.values()}
            return


def source_of(candidates: Iterable[Source], ref: str) -> TextSource | None:
    """The mail source that listed `ref`: refs begin with their source's scope."""
    mine = [source for source in candidates if ref.startswith(source.scope)]
    longest = sorted(mine, key=lambda source: len(source.scope))[-1:]
    return next((source for source in longest if isinstance(source, TextSource)), None)
