"""Pure functions on text: tokens, dates, sentences, mentions, fingerprints."""
