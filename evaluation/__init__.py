"""Runs and measures Remembrancer through its public API alone."""
