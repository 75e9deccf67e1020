"""Plans, subscriptions and metered usage."""
