"""What goes wrong on the way out.

EgressError
├── EgressRefused   a rule forbids it; nothing was connected to
└── EgressFailed    the other side could not be reached, or did not answer in time

Their words go on after "The URL", and may be shown to whoever gave it: they name no address that
was found.
"""


class EgressError(Exception):
    """Nothing came back."""


class EgressRefused(EgressError):
    """A rule forbids going there."""


class EgressFailed(EgressError):
    """It could not be reached, broke off, or took too long."""
