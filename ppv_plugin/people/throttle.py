"""How often somebody may try: counted in Django's cache, so as many processes count together as share one."""

from __future__ import annotations

from django.core.cache import cache


def allowed(*, key: str, times: int, seconds: int) -> bool:
    """One more try; False when there were `times` within the window that began with the first. 0 times = no limit."""
    if not times:
        return True
    name = f"ppv_plugin.tries.{key}"
    if cache.add(name, 1, seconds):
        return True
    try:
        return bool(cache.incr(name) <= times)
    except ValueError:  # the window ended between the two
        return True
