"""Agents that register themselves: a tenant in one call, claimed by a person later."""
