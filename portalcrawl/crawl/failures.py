"""Reasons why a page could not be fetched, as named in the manifest's counts and in the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError

if TYPE_CHECKING:
    from twisted.python.failure import Failure

REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "incomplete"),
    (DownloadFailedError, "connection"),
    (UnsupportedURLSchemeError, "scheme"),
    (ValueError, "bad_address"),  # raised by Request and urljoin for the target of a redirect
    (OSError, "connection"),
)

IGNORED = (
    ("max redirections", "redirect_loop"),
    ("during decompression", "too_large"),
    ("not in cache", "not_cached"),
)
"""Messages of Scrapy's own middlewares when they drop a request, and the reason for each."""


class PageIgnored(IgnoreRequest):
    """A request or response dropped by the product's own middlewares, under a named reason."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class HostPaused(PageIgnored):
    """A request that was not sent, or was refused, because its host asks for a longer wait than the run allows."""

    def __init__(self, host: str, reason: str, until: float) -> None:
        super().__init__(reason, f"{host} asks for a pause ({reason})")
        self.host = host
        self.until = until
        """Unix time before which the host must not be asked."""


RENDER_START = "render_start"
"""Reason of pages for which no browser could be started: a fault of the installation, not of the pages."""


class RenderFailedError(DownloadFailedError):
    """A page that a browser could not render, with a named reason; it is retried like any failed download."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def reason_of(failure: Failure) -> str:
    """Return the name of the reason for which a request failed."""
    error = failure.value
    if isinstance(error, HttpError):
        return f"http_{error.response.status}"
    if isinstance(error, RenderFailedError):
        return error.reason
    if isinstance(error, IgnoreRequest):
        return ignored_reason(error)
    return next((reason for kind, reason in REASONS if isinstance(error, kind)), "error")


def ignored_reason(error: IgnoreRequest) -> str:
    """Return the name of the reason for which a middleware dropped a request."""
    if isinstance(error, PageIgnored):
        return error.reason
    text = str(error).lower()
    return next((reason for words, reason in IGNORED if words in text), "ignored")
