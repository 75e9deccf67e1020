"""The write path: extract, deduplicate, link entities, embed, store, index."""
