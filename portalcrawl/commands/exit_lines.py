"""How commands answer what a user got wrong: one line on standard error, an exit code, no traceback."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable
from typing import NoReturn

from portalcrawl.errors import DataFolderError, PortalcrawlError, UsageError


def in_one_line(work: Callable[[], int]) -> int:
    """Return the exit code that *work* returns, or that of the error which ends it."""
    print_anything()
    try:
        return work()
    except PortalcrawlError as error:
        return tell(error)
    except BrokenPipeError:
        # The reader (``| head``) has had enough: nothing more can be written, not even at exit.
        sys.stdout = None
        return 0
    except OSError as error:
        return tell(DataFolderError(f"{error.filename or 'standard output'}: {error.strerror}"))


def print_anything() -> None:
    """Let standard output take every character, whatever the locale: what it can't show is escaped.

    A locale that knows ASCII alone (``LC_ALL=C``) says nothing of what reads the output: it gets UTF-8, as the feeds
    are.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        is_ascii = codecs.lookup(sys.stdout.encoding).name == "ascii"
        sys.stdout.reconfigure(encoding="utf-8" if is_ascii else None, errors="backslashreplace")


def tell(error: Exception) -> int:
    """Say in one line what is wrong; return the exit code."""
    print("portalcrawl:", " ".join(str(error).split()), file=sys.stderr)
    return error.exit_code if isinstance(error, PortalcrawlError) else UsageError.exit_code


def fail(error: Exception) -> NoReturn:
    """Say in one line what is wrong and end the process."""
    sys.exit(tell(error))
