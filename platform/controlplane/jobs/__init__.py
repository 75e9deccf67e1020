"""Waking those who do jobs, and what is to be done every minute.

The job's row is the truth: a wake-up that is lost here is found by looking.
"""

from controlplane.jobs.names import Work
from controlplane.jobs.upkeep import every_minute, keep_up
from controlplane.jobs.waking import BELL, wake, wake_workers

__all__ = ["BELL", "Work", "every_minute", "keep_up", "wake", "wake_workers"]
