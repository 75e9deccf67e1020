"""What can go wrong with counting."""


class CountersAway(Exception):
    """Whoever counts does not answer, so that nobody knows what is left."""
