"""What syncd remembers, in one database: SQLite for one owner, PostgreSQL for many."""
