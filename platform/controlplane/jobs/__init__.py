"""Waking those who do jobs. The job's row is the truth: what is lost here is found by looking."""

from controlplane.jobs.waking import WORK, wake_workers

__all__ = ["WORK", "wake_workers"]
