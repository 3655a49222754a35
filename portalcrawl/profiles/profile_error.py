"""What is wrong with a profile file, in words for the one who wrote it."""

from __future__ import annotations

from portalcrawl.errors import UsageError


class ProfileError(UsageError):
    """A profile that can't be used: its text is one line, ``file: key: cause``."""

    def __init__(self, file: str, key: str, cause: str) -> None:
        self.file = file
        self.key = key
        self.cause = " ".join(cause.split())
        super().__init__(f"{file}: {key}: {self.cause}")
