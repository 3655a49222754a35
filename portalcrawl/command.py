"""Base of all commands of the project: users' errors are reported as one line on standard error and an exit code."""

from __future__ import annotations

import argparse
import codecs
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar, NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError

from portalcrawl.errors import DataFolderError, PortalcrawlError, UsageError

if TYPE_CHECKING:
    from scrapy.settings import Settings


def exit_code_of(work: Callable[[], int]) -> int:
    """Return the exit code that *work* returns; if it raises an error, print that and return the error's exit code."""
    escape_unprintable()
    try:
        return work()
    except PortalcrawlError as error:
        return print_error(error)
    except BrokenPipeError:
        # The reader (``| head``) has closed the pipe, so Python must not flush standard output at exit.
        sys.stdout = None
        return 0
    except OSError as error:
        return print_error(DataFolderError(f"{error.filename or 'standard output'}: {error.strerror}"))


def replace_closed() -> None:
    """Replace standard streams that were closed when Python started (``>&-``), which are None, by ``os.devnull``."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - stays open


def escape_unprintable() -> None:
    """Make standard output escape characters that its encoding lacks, instead of raising.

    With an ASCII locale (``LC_ALL=C``) UTF-8 is written, as in the feeds, since that locale reveals nothing about the
    program that reads the output.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        is_ascii = codecs.lookup(sys.stdout.encoding).name == "ascii"
        sys.stdout.reconfigure(encoding="utf-8" if is_ascii else None, errors="backslashreplace")


def print_error(error: Exception) -> int:
    """Print *error* as one line on standard error; return its exit code."""
    print("portalcrawl:", " ".join(str(error).split()), file=sys.stderr)
    return error.exit_code if isinstance(error, PortalcrawlError) else UsageError.exit_code


def exit_with(error: Exception) -> NoReturn:
    """Print *error* as one line and exit with its exit code."""
    sys.exit(print_error(error))


def stop_event() -> Event:
    """Return an event that Ctrl-C and SIGTERM set."""
    event = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: event.set())
    return event


def refuse_in_one_line(parser: argparse.ArgumentParser, command: ScrapyCommand) -> None:
    """Make *parser* report wrong options of *command* in one line, instead of printing the usage."""
    name = type(command).__module__.rpartition(".")[2]

    def refuse(message: str) -> NoReturn:
        exit_with(UsageError(f"scrapy {name}: {message}; scrapy {name} -h lists all options"))

    parser.error = refuse  # type: ignore[method-assign]


class ProjectCommand(ScrapyCommand):
    """Base class of commands other than ``scrapy crawl``.

    It is not in the package of commands, since Scrapy lists every command class in COMMANDS_MODULE.
    """

    settings: Settings  # Scrapy sets it before it calls anything
    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, object]] = {"LOG_ENABLED": False}

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's own options, and replace closed streams: Scrapy calls this before it prints anything."""
        replace_closed()
        super().add_options(parser)
        refuse_in_one_line(parser, self)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Process the options; if one is wrong, print one line and exit."""
        try:
            super().process_options(args, opts)
        except ScrapyUsageError as error:
            exit_with(error)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command and set ``exitcode``."""
        self.exitcode = exit_code_of(lambda: self.execute(args, opts))

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the command's work and return the exit code; to be overridden.

        :raises PortalcrawlError: for errors to be reported in one line.
        """
        raise NotImplementedError
