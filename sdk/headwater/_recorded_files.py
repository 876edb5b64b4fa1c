"""The files of a run as the service has them, and how one is brought here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from ._cache import appearing
from ._client import FILES, Client
from ._digests import hash_file
from ._errors import HeadwaterError, UnavailableError
from ._names_on_disk import NameCheck, probe
from ._transfer import Expired, fetch


@dataclass(frozen=True)
class RecordedFile:
    """A file of a run: its path, size and digest, and a URL from which a browser or curl gets it."""

    path: str
    size: int
    digest: str
    url: str
    _client: Client = field(repr=False, compare=False)

    def download(self, root: str | os.PathLike[str] = ".") -> str:
        """Bring it to a folder, checked byte for byte, and return where it lies. One that is there is replaced.

        Args:
            root: The folder; the path of the file is counted from there.

        Raises:
            ConflictError: if the file system cannot hold its name.
            UnavailableError: if the service or the store stays away.
        """
        folder = os.fspath(root)
        target = os.path.join(folder, *NameCheck(probe(folder)).take(self.path).split("/"))

        def take(blocks: Iterable[bytes]) -> None:
            with appearing(target) as temporary:
                with open(temporary, "xb") as file:
                    file.writelines(blocks)
                if (found := hash_file(temporary).digest) != self.digest:
                    raise HeadwaterError(f"The store gives {self.path!r} with the digest {found}, not {self.digest}.")

        try:
            fetch(self._location(), take)
        except Expired as error:
            raise UnavailableError("The addresses of files expire at once: compare the clocks.") from error
        return target

    def _location(self) -> str:
        """Where the store has it: the service says so to who has a key."""
        return self._client.request("GET", FILES + self.url.partition(FILES)[2]).headers["Location"]
