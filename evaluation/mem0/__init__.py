"""The mem0 package, set up fairly and measured on the same turns with the same embedder."""
