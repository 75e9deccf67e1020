"""Django settings by environment; `base` holds what all share."""
