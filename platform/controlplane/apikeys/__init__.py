"""API keys: issued once, kept as a keyed hash, verified without the database when warm."""
