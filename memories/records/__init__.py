"""The record store of many projects, in Postgres: docs/decisions/0016."""
