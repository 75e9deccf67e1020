"""Spans of OpenTelemetry: what the server does when, for whoever looks for what is slow."""
