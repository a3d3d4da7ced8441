"""What the site's apps have registered for our hooks: names that exist, arguments that come, lawful rules."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from django.core.checks import CheckMessage, register
from wagtail import hooks as wagtail_hooks

from ppv_plugin import hooks
from ppv_plugin.metering.price_table import DURATIONS
from ppv_plugin.metering.rules import RULES
from ppv_plugin.rooms.models import RULE_ID_MAX

from .messages import TAG, error, warning

_TRIED_CPM, _TRIED_GRACE_MS = 200, 10_000


@register(TAG)
def registered_hooks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Registered for us, by whatever app."""
    wagtail_hooks.search_for_hooks()
    return [*_names(), *_signatures(), *_rules()]


def _names() -> Iterator[CheckMessage]:
    for name in sorted(wagtail_hooks._hooks):
        if name.startswith("ppv_") and name not in hooks.FACTS and wagtail_hooks.get_hooks(name):
            yield warning("W013", f"A hook is registered as {name!r}, which nobody asks.", "Mend its name.")


def _signatures() -> Iterator[CheckMessage]:
    for name, facts in hooks.FACTS.items():
        for function in wagtail_hooks.get_hooks(name):
            if missing := _unknown(function, facts):
                given = ", ".join(facts) or "none"
                yield warning(
                    "W014",
                    f"{function.__module__}.{function.__qualname__} wants {', '.join(missing)}, which {name} does not "
                    "give.",
                    f"It gets its arguments by name; there are: {given}.",
                )


def _unknown(function: Callable[..., Any], facts: tuple[str, ...]) -> list[str]:
    needed = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        one.name
        for one in inspect.signature(function).parameters.values()
        if one.kind is inspect.Parameter.POSITIONAL_ONLY
        or (one.kind in needed and one.default is inspect.Parameter.empty and one.name not in facts)
    ]


def _rules() -> Iterator[CheckMessage]:
    for rule in hooks.billing_rules().values():
        if problem := _broken(rule):
            yield error(
                "E015",
                f"The billing rule {rule.id!r} {problem}.",
                "Try it with ppv_plugin.testing.billing_contract; docs/how-to/extend.md says what a rule has to keep.",
            )


def _broken(rule: hooks.BillingRule) -> str:
    """Why nobody can be charged by it, as far as a look at the thirteen times of the price table shows."""
    if rule.id in RULES or not 0 < len(rule.id) <= RULE_ID_MAX:
        return f"needs an id of its own, of {RULE_ID_MAX} characters at most"
    try:
        owed = [rule.owed(cpm=_TRIED_CPM, grace_ms=_TRIED_GRACE_MS, used_ms=s * 1000) for s in DURATIONS]
    except Exception as failure:
        return f"fails: {failure!r}"
    if any(type(amount) is not int or amount < 0 for amount in owed):
        return "does not answer with whole hundredths"
    fallen = next((s for s, (a, b) in zip(DURATIONS[1:], pairwise(owed), strict=False) if b < a), None)
    return f"owes less after {fallen} seconds than before" if fallen is not None else ""
