"""Told before a run begins: a wrong setting, or a browser that is wanted and not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.errors import ArgumentError
from portalcrawl.rendering.browsers import MEND, find_browser
from portalcrawl.rendering.render_settings import RenderSettings

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.runs.plan import Plan


def demand_browser(plan: Plan, settings: BaseSettings) -> None:
    """Raise UsageError where a page must be rendered and no browser is found, or a setting of rendering is wrong."""
    named = RenderSettings.from_settings(settings).browser
    if find_browser(named) is not None:
        return
    for profile in plan.profiles.values():
        if plan.render_mode(profile) == "always":
            problem = f"always needs a browser, and there is none (portal {profile.name}; get one by {MEND})"
            raise ArgumentError("render", problem, "auto or never without one")
