"""What a run prints: a few lines on stderr, none with HEADWATER_SILENT."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Console:
    """Prints the lines of one run, or none of them."""

    silent: bool = False

    def say(self, line: str) -> None:
        """Print a line of information."""
        if not self.silent:
            write(line)

    def run_address(self, name: str, url: str) -> None:
        """Print where the run can be seen."""
        if not self.silent and "IPython" in sys.modules:
            from ._notebook import is_notebook, show_address

            if is_notebook():
                show_address(name, url)
                return
        self.say(f"View run {name} at: {url}")

    def finished(self, *, records: int, media: int, artifact_files: int, other_files: int) -> None:
        """Print what was sent."""
        self.say(
            f"Synced {records} record(s), {media} media, {artifact_files} artifact file(s), {other_files} other file(s)"
        )

    def artifacts(self, lines: Sequence[tuple[str, str]]) -> None:
        """Print the address of each artifact that the run logged."""
        for name, url in lines:
            self.say(f"Artifact {name} at: {url}")

    def logs(self, folder: Path) -> None:
        """Print where the journal lies."""
        self.say(f"Find logs at: {folder}")


def write(line: str) -> None:
    """Print a line on stderr whatever the settings are: for what would otherwise be lost."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write(line + "\n")
        stream.flush()
    except UnicodeEncodeError:
        stream.write(line.encode("ascii", "backslashreplace").decode() + "\n")
    except ValueError:
        # The stream was closed before the interpreter's end; there is nowhere left to print to.
        return
