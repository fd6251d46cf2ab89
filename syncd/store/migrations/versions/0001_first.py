"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("owner", "addr", name=op.f("pk_address")),
    )
    op.create_index("ix_address_person", "address", ["owner", "person"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("ok_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.String(length=32), nullable=True),
        sa.Column("error_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "account", "facet", "scope", name=op.f("pk_cursor")),
    )
    op.create_table(
        "dirty",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "addr", name=op.f("pk_dirty")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_fact")),
    )
    op.create_table(
        "item",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "account", "facet", "ref", name=op.f("pk_item")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_item_reason",
        "item",
        ["owner"],
        unique=False,
        sqlite_where=sa.text("reason != ''"),
        postgresql_where=sa.text("reason != ''"),
    )
    op.create_table(
        "name_token",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("owner", "token", "person", name=op.f("pk_name_token")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_token_person", "name_token", ["owner", "person"], unique=False)
    op.create_table(
        "note",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "addr", "line", name=op.f("pk_note")),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    op.create_index("ix_observation_at", "observation", ["owner", "kind", "at"], unique=False)
    op.create_index(
        "ix_observation_parent",
        "observation",
        ["owner", "parent"],
        unique=False,
        sqlite_where=sa.text("parent != ''"),
        postgresql_where=sa.text("parent != ''"),
    )
    op.create_index(
        "ix_observation_topic",
        "observation",
        ["owner", "topic", "at"],
        unique=False,
        sqlite_where=sa.text("topic != ''"),
        postgresql_where=sa.text("topic != ''"),
    )
    op.create_index("uq_observation_key", "observation", ["owner", "key"], unique=True)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_account", "outbox", ["owner", "account", "id"], unique=False)
    op.create_table(
        "person",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("folded_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_next_at", "person", ["owner", "next_at"], unique=False)
    op.create_table(
        "reading",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("signals", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_reading")),
    )
    op.create_table(
        "task",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("stamp", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("ticked_at", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_task")),
    )
    op.create_index("ix_task_person", "task", ["owner", "person"], unique=False)
    op.create_index("ix_task_status", "task", ["owner", "status"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("anchor_addr", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=True),
        sa.Column("remind", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("satisfied_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_verdict")),
    )
    op.create_index("ix_verdict_person", "verdict", ["owner", "person", "rule"], unique=False)
    op.create_index("ix_verdict_state", "verdict", ["owner", "state"], unique=False)
    op.create_table(
        "wanted",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_wanted")),
    )
    op.create_table(
        "involved",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("addr", sa.Text(), nullable=False),
        sa.Column(
            "observation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation"], ["observation.id"], name=op.f("fk_involved_observation_observation")
        ),
        sa.PrimaryKeyConstraint("owner", "addr", "observation", name=op.f("pk_involved")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_involved_observation", "involved", ["observation"], unique=False)
    op.create_table(
        "named",
        sa.Column(
            "observation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation"], ["observation.id"], name=op.f("fk_named_observation_observation")
        ),
        sa.PrimaryKeyConstraint("observation", name=op.f("pk_named")),
    )
    op.create_index("ix_named_person", "named", ["owner", "person"], unique=False)
    op.create_table(
        "sighting",
        sa.Column(
            "observation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["observation"], ["observation.id"], name=op.f("fk_sighting_observation_observation")
        ),
        sa.PrimaryKeyConstraint("observation", "account", "ref", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sighting_ref", "sighting", ["owner", "account", "ref"], unique=False)
    op.create_table(
        "title_token",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column(
            "observation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["observation"], ["observation.id"], name=op.f("fk_title_token_observation_observation")
        ),
        sa.PrimaryKeyConstraint("owner", "token", "observation", name=op.f("pk_title_token")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_title_token_observation", "title_token", ["observation"], unique=False)
