"""Rate limits and quotas: counters that many processes take from at once, never too often."""
