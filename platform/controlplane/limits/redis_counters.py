"""Budgets in Redis: shared by processes, one script a call, so that no two take the last one."""

from collections.abc import Callable, Sequence
from typing import Final

from redis import Redis, RedisError

from controlplane.limits.counters import Budget, Verdict, verdict_of
from controlplane.limits.errors import CountersAway

_PREFIX: Final = "remembrancer:budget:"
_MILLISECONDS: Final = 1000
# In: the cost, the time in milliseconds or nothing for the server's own, then of each key its limit
# and the length of its window. Out: of each key what was used before, and when its window ends.
_TAKE: Final = """
local cost, now = tonumber(ARGV[1]), tonumber(ARGV[2])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local found, is_short = {}, false
for place, key in ipairs(KEYS) do
    local limit, window = tonumber(ARGV[1 + 2 * place]), tonumber(ARGV[2 + 2 * place])
    local kept = redis.call('HMGET', key, 'used', 'ends')
    local used, ends = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
    if ends <= now then used, ends = 0, now + window end
    if limit - used < cost then is_short = true end
    found[#found + 1] = used
    found[#found + 1] = ends - now
end
if not is_short then
    for place, key in ipairs(KEYS) do
        local used, left = found[2 * place - 1], found[2 * place]
        redis.call('HSET', key, 'used', string.format('%.0f', used + cost),
            'ends', string.format('%.0f', now + left))
        redis.call('PEXPIRE', key, string.format('%.0f', left))
    end
end
return found
"""


class RedisCounters:
    """In Redis. The keys of one call lie on one server: a cluster would refuse them."""

    def __init__(self, redis: Redis, clock: Callable[[], float] | None = None) -> None:
        """Count there.

        Args:
            redis: where.
            clock: seconds that windows are judged by; Redis's own time if None, which is the same
                for all that ask it.
        """
        self._take = redis.register_script(_TAKE)
        self._clock = clock

    def take(self, budgets: Sequence[Budget], *, cost: int = 1) -> Verdict:
        """As the port says."""
        now = "" if self._clock is None else round(self._clock() * _MILLISECONDS)
        limits = [part for each in budgets for part in (each.limit, each.seconds * _MILLISECONDS)]
        try:
            found = self._take(
                keys=[_PREFIX + budget.key for budget in budgets], args=[cost, now, *limits]
            )
        except RedisError as error:
            raise CountersAway from error
        used = [int(each) for each in found[::2]]
        resets_in = [int(each) / _MILLISECONDS for each in found[1::2]]
        return verdict_of(budgets, list(zip(used, resets_in, strict=True)), cost)
