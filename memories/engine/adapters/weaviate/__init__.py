"""The search index on a Weaviate cluster: one tenant a project."""
