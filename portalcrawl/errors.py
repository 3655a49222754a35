"""Errors that are reported to the user in one line, without a traceback.

    PortalcrawlError
     |- UsageError          wrong arguments, settings or files             exit code 2
     |   |- ArgumentError   a spider argument
     |   |- SettingError    a setting
     |   `- ConfigFileError a profile file or schedule.toml
     |- DataFolderError     the data folder or the state can't be used     exit code 1
     |   `- LeaseLostError  another run has taken the portal over          exit code 75
     |- FeedStoreError      feeds can't be stored where FEEDS_URL says     exit code 1
     |   `- FeedConflictError another file has the name of a feed          exit code 1
     |- OutboxFullError     too much waits for publication (OUTBOX_LIMIT)  exit code 1
     |- MissingExtraError   a command needs an optional part of the installation    exit code 1
     |- ExportError         the target of an export can't be used       exit code 1
     |- RunLockedError      another run holds the lock of the portal       exit code 75
     |- RunStoppedError     a signal came before the run had begun         exit code 75
     `- RunTooLateError     the latest start time of the run has passed    exit code 75

Exit code 75 is EX_TEMPFAIL in sysexits.h: try again later.
"""

from __future__ import annotations

from typing import ClassVar


class PortalcrawlError(Exception):
    """Base class of these errors."""

    exit_code: ClassVar[int] = 1


class UsageError(PortalcrawlError):
    """The command line, a setting or a file is wrong."""

    exit_code = 2


class ArgumentError(UsageError):
    """The value of a spider argument is not allowed."""

    def __init__(self, name: str, problem: str, takes: str) -> None:
        super().__init__(f"argument {name}: {problem}; it takes {takes}")


class SettingError(UsageError):
    """The value of a setting is not allowed."""

    def __init__(self, name: str, value: object, takes: str) -> None:
        super().__init__(f"setting {name}: {value!r} is wrong; it takes {takes}")


class ConfigFileError(UsageError):
    """A fault in a profile file or in schedule.toml: ``file: key: cause``, in one line."""

    def __init__(self, file: str, key: str, cause: str) -> None:
        self.key, self.cause = key, " ".join(cause.split())
        super().__init__(f"{file}: {key}: {self.cause}")


class DataFolderError(PortalcrawlError):
    """The data folder or the state can't be used."""


class LeaseLostError(DataFolderError):
    """Another run has taken over a portal of this run, which may write nothing more."""

    exit_code = 75


class FeedStoreError(PortalcrawlError):
    """The store of the feeds (setting FEEDS_URL) can't be used, perhaps only temporarily."""


class FeedConflictError(FeedStoreError):
    """The store holds another file under the name of a feed or manifest; it is not overwritten."""


class OutboxFullError(PortalcrawlError):
    """More than OUTBOX_LIMIT bytes wait to be published; no run begins until they are."""


class MissingExtraError(PortalcrawlError):
    """A command needs a package of an extra that is not installed."""

    def __init__(self, extra: str, module: str) -> None:
        super().__init__(f"this needs the package {module}, which is not installed: pip install 'portalcrawl[{extra}]'")


class ExportError(PortalcrawlError):
    """The target of an export can't be used, or contains data that was not written by an export."""


class RunLockedError(PortalcrawlError):
    """Another run holds the lock of the same portal in the same data folder."""

    exit_code = 75


class RunStoppedError(PortalcrawlError):
    """A signal stopped the run before it began, perhaps while it waited for a lock."""

    exit_code = 75


class RunTooLateError(PortalcrawlError):
    """The latest start time of the run (setting RUN_NOT_AFTER) has passed."""

    exit_code = 75
