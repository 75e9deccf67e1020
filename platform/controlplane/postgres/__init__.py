"""Django's Postgres for full mode: no statement goes on for ever."""
