"""Telling others what happened: signed, and at least once."""
