"""One SQLite file as record store and search index, through apsw (docs/decisions/0003)."""
