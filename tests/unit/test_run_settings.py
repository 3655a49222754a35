"""Which of the settings, the profile and the command line has the last word."""

from __future__ import annotations

from scrapy.settings import Settings

from portalcrawl import settings as project
from portalcrawl.runs.run_settings import RunSettings


def settings(**given: str) -> RunSettings:
    found = Settings()
    found.setmodule(project)
    found.setdict(given, priority="cmdline")
    return RunSettings.from_settings(found)


def test_a_profiles_ages_beat_the_default() -> None:
    assert settings().ages((60, 120)) == (60, 120)
    assert settings().ages(()) == ()
    assert settings().ages(None) == tuple(project.RECRAWL_AGES)


def test_the_users_ages_beat_a_profiles() -> None:
    assert settings(RECRAWL_AGES="7,8").ages((60, 120)) == (7, 8)
    assert settings(RECRAWL_AGES="7,8").ages(None) == (7, 8)
