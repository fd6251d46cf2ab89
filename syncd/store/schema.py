"""The tables. One database may hold many owners; every row says whose it is.

    item         what a source listed and the core acknowledged (its ref and stamp), bad ones too
    cursor       how far each source has been read, and how its account fares
    observation  one message, meeting or card, however often it was sighted
    sighting     one place where an observation was seen, with the record as seen there
    involved     which normalised addresses an observation touches, and how
    reading      what a message's text was found to do; never the text
    wanted       messages whose text is still to be read
    address      which person an address belongs to
    person       the folded state of one relationship, and when it can next change by itself
    dirty        addresses whose people have to be inferred anew
    verdict      where (rule, person, anchor) stands, for everything that was ever found open
    task         what was decided to be written, what was written last, what the list has now
    outbox       writes decided and not yet confirmed
    note         lines that the owner wrote about a person
    fact         small values by name (versions, first start, fingerprints)

Tables that are found by their key alone are that key (WITHOUT ROWID): a third less to write.

Times are integers: UTC microseconds since 1970 (SQLite has no time type, integers index and
compare exactly). JSON is text. There are no bodies anywhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    literal_column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial(name: str, *columns: Any, where: Any) -> Index:
    """An index of those rows alone that are `where`."""
    return Index(name, *columns, sqlite_where=where, info={"where": where})


@event.listens_for(metadata, "before_create")
def _tell_postgresql(target: MetaData, connection: Any, **_: Any) -> None:
    # Not said with the index: to name a dialect is to load it, with its drivers' asynchronous
    # halves: 3 MB that a state on SQLite has no use for.
    if connection.dialect.name != "postgresql":
        return
    for table in target.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]


# SQLite gives only an INTEGER PRIMARY KEY its rowid; PostgreSQL wants 64 bits.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _owner() -> Column[str]:
    return Column("owner", String(64), primary_key=True)


item = Table(
    "item",
    metadata,
    _owner(),
    Column("account", String(128), primary_key=True),
    Column("facet", String(16), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("state", String(8), nullable=False),  # ok | bad | ignored
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)
partial("ix_item_reason", item.c.owner, where=item.c.reason != "")

cursor = Table(
    "cursor",
    metadata,
    _owner(),
    Column("account", String(128), primary_key=True),
    Column("facet", String(16), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("cursor", Text),
    Column("done_at", BigInteger),  # when the back-fill was first complete
    Column("ok_at", BigInteger),
    Column("error", Text),
    Column("error_kind", String(32)),
    Column("error_at", BigInteger),
)

observation = Table(
    "observation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("kind", String(8), nullable=False),  # message | meeting | card
    Column("key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # a meeting's start; 0 for cards
    Column("until", BigInteger, nullable=False),
    Column("author", Text, nullable=False),  # normalised; "" where there is none
    Column("parent", Text, nullable=False),  # key of the message it answers, or ""
    Column("topic", Text, nullable=False),  # what makes two letters the same one, or ""
)
Index("uq_observation_key", observation.c.owner, observation.c.key, unique=True)
Index("ix_observation_at", observation.c.owner, observation.c.kind, observation.c.at)
DAY = 24 * 3_600_000_000


def long_meeting(table: Any) -> Any:
    """Meetings of more than a day: what is at the same time as another one is looked for among
    them, and in the day before it. Words of its own, so that SQLite recognises its index."""
    is_meeting = table.c.kind == literal_column("'meeting'")
    return is_meeting & (table.c.until - table.c.at > literal_column(str(DAY)))


partial(
    "ix_observation_long",
    observation.c.owner,
    observation.c.until,
    where=long_meeting(observation),
)
partial(
    "ix_observation_parent",
    observation.c.owner,
    observation.c.parent,
    where=observation.c.parent != "",
)
partial(
    "ix_observation_topic",
    observation.c.owner,
    observation.c.topic,
    observation.c.at,
    where=observation.c.topic != "",
)

sighting = Table(
    "sighting",
    metadata,
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("gone_at", BigInteger),
    Column("since", Text),  # of a meeting: who is coming, where seen later (`sightings`)
    sqlite_with_rowid=False,
)
Index("ix_sighting_ref", sighting.c.owner, sighting.c.account, sighting.c.ref)

involved = Table(
    "involved",
    metadata,
    _owner(),
    Column("addr", Text, primary_key=True),
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    # from to attendee organizer card ours (a card that syncd added) list room bounced
    Column("role", String(10), nullable=False),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_involved_observation", involved.c.observation)

reading = Table(
    "reading",
    metadata,
    _owner(),
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("signals", Text, nullable=False),
)

# Messages whose text inference wants and has not got yet.
wanted = Table("wanted", metadata, _owner(), Column("key", Text, primary_key=True))

address = Table(
    "address",
    metadata,
    _owner(),
    Column("addr", Text, primary_key=True),
    Column("person", String(32), nullable=False),
)
Index("ix_address_person", address.c.owner, address.c.person)

person = Table(
    "person",
    metadata,
    _owner(),
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(10), nullable=False),  # person | silent | robot | role | list | resource
    Column("reasons", Text, nullable=False),
    Column("known", Boolean, nullable=False),  # may be meant by a name in a title
    Column("strength", Float, nullable=False),
    Column("last_at", BigInteger, nullable=False),  # last interaction, 0 for none
    Column("snapshot", Text, nullable=False),
    Column("folded_at", BigInteger, nullable=False),
    Column("next_at", BigInteger),  # when it must be folded and evaluated again; null: never
)
Index("ix_person_next_at", person.c.owner, person.c.next_at)

name_token = Table(
    "name_token",
    metadata,
    _owner(),
    Column("token", Text, primary_key=True),
    Column("person", String(32), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_name_token_person", name_token.c.owner, name_token.c.person)

title_token = Table(
    "title_token",
    metadata,
    _owner(),
    Column("token", Text, primary_key=True),
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_title_token_observation", title_token.c.observation)

# Entries without attendees whose title names one known person, as last resolved.
named = Table(
    "named",
    metadata,
    Column("observation", ForeignKey("observation.id"), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("person", String(32), nullable=False),
)
Index("ix_named_person", named.c.owner, named.c.person)

dirty = Table(
    "dirty", metadata, _owner(), Column("addr", Text, primary_key=True), sqlite_with_rowid=False
)

verdict = Table(
    "verdict",
    metadata,
    _owner(),
    Column("key", String(40), primary_key=True),
    Column("person", String(32), nullable=False),
    Column("rule", Text, nullable=False),
    Column("anchor", Text, nullable=False),  # evidence of the anchor event
    Column("anchor_addr", Text, nullable=False),  # an address of the person: survives merges
    Column("state", String(10), nullable=False),
    Column("found_at", BigInteger),  # when it was first found open, held or missed
    Column("remind", BigInteger, nullable=False),
    Column("due", String(10), nullable=False),  # ISO date in the owner's zone
    Column("expires", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("priority", Integer, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("satisfied_by", Text, nullable=False),
    Column("closed_at", BigInteger),
)
Index("ix_verdict_person", verdict.c.owner, verdict.c.person, verdict.c.rule)
Index("ix_verdict_state", verdict.c.owner, verdict.c.state)

task = Table(
    "task",
    metadata,
    _owner(),
    Column("key", String(40), primary_key=True),  # = verdict.key
    Column("person", String(32), nullable=False),
    Column("rule", Text, nullable=False),
    Column("account", String(128), nullable=False),  # the task list it is written to
    Column("status", String(10), nullable=False),  # open | done | closed | expired | dismissed
    Column("ref", Text),  # null until delivered
    Column("stamp", Text),
    Column("delivered_at", BigInteger),
    Column("created", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_why", Text, nullable=False),
    Column("ours", Text, nullable=False),  # JSON: title, notes, due as written by us last
    Column("theirs", Text, nullable=False),  # JSON: title, notes, due, completed as last read
    Column("means", String(10), nullable=False),  # done_means of the rule
    Column("ticked_at", BigInteger),
    Column("evidence", Text, nullable=False),  # JSON list
)
Index("ix_task_person", task.c.owner, task.c.person)
Index("ix_task_status", task.c.owner, task.c.status)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("account", String(128), nullable=False),
    Column("key", String(40), nullable=False),
    Column("op", String(10), nullable=False),  # create | update | complete
    Column("payload", Text, nullable=False),  # JSON
    # ready | doubt: it may have been written, look first | aside: the list will never take it
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
Index("ix_outbox_account", outbox.c.owner, outbox.c.account, outbox.c.id)

note = Table(
    "note",
    metadata,
    _owner(),
    Column("addr", Text, primary_key=True),  # an address of the person: survives merges
    Column("line", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    _owner(),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
