"""Errors that people make or meet, each of them one clear line.

    PortalcrawlError
     |- UsageError        what was asked for is wrong                exit code 2
     |   |- ArgumentError   a spider argument
     |   |- SettingError    a setting
     |   `- ConfigFileError a profile file or schedule.toml
     |- DataFolderError   the data folder or the state can't be used exit code 1
     |- RunLockedError    another run works on the portal            exit code 75
     `- RunTooLateError   the run was to begin earlier, or never     exit code 75

Exit code 75 is EX_TEMPFAIL of BSD's sysexits.h: try again later.
"""

from __future__ import annotations

from typing import ClassVar


class PortalcrawlError(Exception):
    """Something that is told in one line, without a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(PortalcrawlError):
    """What was asked for is wrong."""

    exit_code = 2


class ArgumentError(UsageError):
    """A spider argument has a value that it can't take."""

    def __init__(self, name: str, problem: str, takes: str) -> None:
        super().__init__(f"argument {name}: {problem}; it takes {takes}")


class SettingError(UsageError):
    """A setting has a value that it can't take."""

    def __init__(self, name: str, value: object, takes: str) -> None:
        super().__init__(f"setting {name}: {value!r} is wrong; it takes {takes}")


class ConfigFileError(UsageError):
    """A fault in a profile file or in schedule.toml: ``file: key: cause``, in one line."""

    def __init__(self, file: str, key: str, cause: str) -> None:
        self.key, self.cause = key, " ".join(cause.split())
        super().__init__(f"{file}: {key}: {self.cause}")


class DataFolderError(PortalcrawlError):
    """The data folder, or the state in it, can't be used."""


class RunLockedError(PortalcrawlError):
    """Another run works on the same portal in the same data folder."""

    exit_code = 75


class RunTooLateError(PortalcrawlError):
    """The run was to begin earlier: whoever ordered it counts on its not beginning any more."""

    exit_code = 75
