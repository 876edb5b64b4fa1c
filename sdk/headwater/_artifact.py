"""`Artifact`: a draft that takes files, and a version that gives them back."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Self

from . import _objects, _run_operations, _version
from ._artifact_facts import Given, listed
from ._artifact_life import ArtifactLife
from ._cache import default_cache
from ._client import Client, print_notice
from ._draft import Draft, Policy, folder_prefix, temporary_name
from ._edits import save_edits
from ._entry import ArtifactEntry, Entry
from ._errors import ConflictError, InvalidInputError, MissingFileError, NotLoggedError, WaitTimeoutError
from ._manifest import Manifest
from ._metadata import checked_metadata
from ._names import check_entry_path, path_text
from ._version import LoggedVersion

if TYPE_CHECKING:
    from ._recorded import RecordedRun


class Artifact(ArtifactLife):
    """A named set of files and references: a draft until it is logged, then one immutable version.

    Args:
        name: The name of the collection its versions form; no '/', ':' or '@', at most 128 characters.
        type: What it is: `dataset`, `model`, … All versions of one name have one type.
        description: Free text, in Markdown.
        metadata: What JSON can hold; keys that are numbers become strings.

    Raises:
        InvalidInputError: if the name, the type or the metadata break a rule.
    """

    @classmethod
    def _from_version(cls, client: Client, version: LoggedVersion) -> Artifact:
        """The artifact of a version that the service described."""
        place = version.place
        artifact = cls(place.collection, version.type)
        artifact._draft = None
        artifact._become(client, version)
        return artifact

    def __repr__(self) -> str:
        state = "draft" if self._version is None else self.qualified_name
        return f"<Artifact {self.name!r} of type {self.type!r}, {state}>"

    def add_file(
        self,
        local_path: str | os.PathLike[str],
        name: str | None = None,
        is_tmp: bool = False,
        *,
        overwrite: bool = False,
        policy: Policy = "mutable",
    ) -> ArtifactEntry:
        """Add a file.

        Args:
            local_path: The file.
            name: Its path in the artifact; its own name if not given.
            is_tmp: The file only has a temporary name: the stem of its entry becomes the beginning of its digest.
            overwrite: Replace an entry that has this path and other content.
            policy: `mutable` keeps a copy in the local cache until the upload, so the file may change meanwhile.
                `immutable` keeps none, and fails if the file has changed by then.

        Raises:
            InvalidInputError: if the path breaks a rule, or is taken by other content.
            MissingFileError: if there is no such file.
            ConflictError: if the artifact is logged already.
        """
        path = path_text(local_path, "local_path")
        entry_path = name or os.path.basename(path)
        draft = self._open_draft()
        if is_tmp:
            from ._digests import hash_file

            entry_path = temporary_name(entry_path, hash_file(path).digest)
        return ArtifactEntry(self, draft.add_file(path, entry_path, overwrite=overwrite, policy=policy))

    def add_dir(
        self,
        local_path: str | os.PathLike[str],
        name: str | None = None,
        merge: bool = False,
        *,
        policy: Policy = "mutable",
    ) -> None:
        """Add all files below a folder, through symbolic links.

        Args:
            local_path: The folder.
            name: The folder in the artifact that they go to; its top if not given.
            merge: Replace entries that have the same path and other content; nothing is removed.
            policy: As for `add_file`.

        Raises:
            InvalidInputError: if a path breaks a rule, or is taken by other content.
            MissingFileError: if there is no such folder, or a link leads nowhere.
            ConflictError: if the artifact is logged already.
        """
        self._open_draft().add_folder(
            path_text(local_path, "local_path"), folder_prefix(name), merge=merge, policy=policy
        )

    @contextmanager
    def new_file(self, name: str, mode: str = "x", encoding: str | None = None) -> Iterator[IO[Any]]:
        """Open a new file of the artifact for writing; it is added when the block ends without an error.

        Args:
            name: Its path in the artifact.
            mode: `x` or `w`, for bytes with `b`. `w` replaces an entry.
            encoding: Of the text; UTF-8 if not given.

        Raises:
            InvalidInputError: if the mode is another, the path breaks a rule, or `x` finds the path taken.
        """
        if mode not in ("x", "w", "xb", "wb", "xt", "wt"):
            raise InvalidInputError(f"mode is {mode!r}; it may be 'x' or 'w', with 'b' for bytes.", field="mode")
        draft = self._open_draft()
        check_entry_path(name)
        if mode[0] == "x" and name in draft.entries:
            raise InvalidInputError(f"{name!r} is in the artifact already; mode='w' replaces it.", field="name")
        with draft.cache.scratch_folder() as folder:
            path = os.path.join(folder, "new")
            if "b" in mode:
                with open(path, "xb") as file:
                    yield file
            else:
                with open(path, "x", encoding=encoding or "utf-8") as text:
                    yield text
            draft.adopt_file(path, name, overwrite=mode[0] == "w")

    def add_reference(
        self,
        uri: str | ArtifactEntry,
        name: str | None = None,
        checksum: bool = True,
        max_objects: int = 10_000,
    ) -> list[ArtifactEntry]:
        """Add what lies elsewhere without uploading it.

        Args:
            uri: `s3://bucket/key` or a prefix, `http(s)://…`, `file:///…` or a folder, or an entry of another
                artifact. Another scheme needs a name.
            name: The path in the artifact; for a prefix, the folder.
            checksum: Look it up now, so that a change is noticed. False records the URI unread, as one entry.
            max_objects: Refuse a prefix with more objects.

        Raises:
            InvalidInputError: if it is no URI, or holds more objects than allowed.
            NotFoundError: if nothing is there.
            PermissionDeniedError: if there are no credentials, or they do not suffice.
            UnavailableError: if the other side does not answer.
        """
        draft = self._open_draft()
        if isinstance(uri, ArtifactEntry):
            return [ArtifactEntry(self, draft.put(uri.copied_to(name or uri.path), overwrite=False))]
        from ._references import find_references

        found = find_references(uri, name, checksum=checksum, max_objects=max_objects)
        return [ArtifactEntry(self, draft.put(entry, overwrite=False)) for entry in found]

    def add(self, obj: Any, name: str, *, overwrite: bool = False) -> ArtifactEntry:
        """Add an object; `get` gives it back. `artifact[name] = obj` does the same.

        Its file has an open format (Parquet, PNG, Vega-Lite, …) and lies beside `<name>.<its kind>.json`, which
        describes it.

        Args:
            obj: A table, image, plot or another medium; a data frame, or a figure of matplotlib or Plotly.
            name: Its name in the artifact.
            overwrite: Replace an object that has this name and other content.

        Returns:
            The entry of the description.

        Raises:
            InvalidInputError: if it is no such object, or the name is taken.
        """
        draft = self._open_draft()
        return ArtifactEntry(self, draft.entries[_objects.write(self, obj, name, overwrite=overwrite)])

    # Any: what it is depends on the version, and nobody wants to narrow it down before `get_column`.
    def get(self, name: str) -> Any:
        """The object that was added under a name, such as a `Table`; None if there is none. So does `artifact[name]`.

        Raises:
            RecalledError: if a critical recall reaches the version; `download(allow_recalled=True)` brings its files.
        """
        return _objects.read(self, name)

    __getitem__ = get

    def __setitem__(self, name: str, obj: Any) -> None:
        self.add(obj, name)

    def remove(self, item: str | os.PathLike[str] | ArtifactEntry) -> None:
        """Remove an entry, or all entries below a folder.

        Raises:
            MissingFileError: if there is neither.
            ConflictError: if the artifact is logged already.
        """
        path = item.path if isinstance(item, ArtifactEntry) else path_text(item, "item")
        self._open_draft().remove(path)

    def new_draft(self) -> Artifact:
        """A draft that begins with the entries, description and metadata of this version.

        Files that stay are neither hashed nor sent again. From a link it continues the source's collection.
        """
        draft = Artifact(self._source("new_draft").collection, self.type, self.description, self.metadata)
        draft._draft = Draft(copy.copy(entry) for entry in self.manifest)
        return draft

    @property
    def entries(self) -> dict[str, ArtifactEntry]:
        """The entries by path, in order."""
        return {entry.path: ArtifactEntry(self, entry) for entry in self.manifest}

    def files(self, names: str | Iterable[str] | None = None) -> list[ArtifactEntry]:
        """The entries, or those with the given paths.

        Raises:
            MissingFileError: if one of them does not exist.
        """
        if names is None:
            return list(self.entries.values())
        return [self.get_entry(name) for name in listed(names)]

    def get_entry(self, name: str | os.PathLike[str]) -> ArtifactEntry:
        """The entry of a path.

        Raises:
            MissingFileError: if there is none.
        """
        path = path_text(name, "name")
        entry = self.manifest.entries.get(path)
        if entry is None:
            raise MissingFileError(f"{self.name!r} has no entry {path!r}.", path=path)
        return ArtifactEntry(self, entry)

    get_path = get_entry

    def download(
        self,
        root: str | os.PathLike[str] | None = None,
        allow_missing_references: bool = False,
        skip_cache: bool = False,
        path_prefix: str | None = None,
        *,
        allow_recalled: bool = False,
    ) -> str:
        """Bring the files to a folder, and return the folder. What is right already stays; nothing is deleted.

        Warns on stderr when a recall reaches the version; of what a run uses, `use_artifact` did that.

        Args:
            root: The folder; HEADWATER_ARTIFACT_DIR or `./artifacts`, in it `<name>:v<N>`, if not given.
            allow_missing_references: Leave out references that are gone or changed, with a notice.
            skip_cache: Neither take from the local cache nor put into it.
            path_prefix: Only entries whose path begins with this.
            allow_recalled: Bring it although a critical recall reaches it.

        Raises:
            NotLoggedError: if it is a draft.
            RecalledError: if a critical recall reaches it, and that is not allowed.
            NotFoundError: if a file's bytes are lost, naming it.
            ConflictError: if the file system cannot hold the names.
            UnavailableError: if the service or the store stays away.
        """
        self._tell_recalls("download", allow_recalled=allow_recalled)
        return self._download(
            self._root(root),
            prefix=path_prefix or "",
            skip_cache=skip_cache,
            allow_missing_references=allow_missing_references,
        )

    def _download_entry(
        self, entry: Entry, *, root: str | os.PathLike[str] | None = None, skip_cache: bool = False
    ) -> str:
        """Bring one file to a folder, and return the folder; arguments as for `download`."""
        self._tell_recalls("download", allow_recalled=False)
        return self._download(self._root(root), prefix=entry.path, is_exact=True, skip_cache=skip_cache)

    def checkout(self, root: str | os.PathLike[str] | None = None) -> str:
        """Make a folder equal to the version: like `download`, and files that it does not have are deleted.

        Args:
            root: The folder; as for `download` but without the version number, if not given.
        """
        from . import _download

        source = self._source("checkout")
        folder = self.download(self._default_root(source.collection) if root is None else root)
        _download.remove_others(folder, self._stored("checkout"))
        return folder

    def verify(self, root: str | os.PathLike[str] | None = None) -> None:
        """Compare a folder with the version, byte for byte. References are not checked; their number is told.

        Raises:
            NotFoundError: if a file is missing.
            InvalidInputError: if a file differs, or one is there that the version does not have.
        """
        from . import _download

        references = _download.verify(self._root(root), self._stored("verify"))
        if references:
            print_notice(f"{references} reference(s) of {self.name!r} were not checked")

    def file(self, root: str | os.PathLike[str] | None = None) -> str:
        """Download an artifact of one file, and return the path of that file.

        Raises:
            InvalidInputError: if it has none or several.
        """
        entries = list(self.manifest)
        if len(entries) != 1:
            raise InvalidInputError(f"{self.name!r} has {len(entries)} files: use download().")
        return os.path.join(self.download(root), *entries[0].path.split("/"))

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until it is logged.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            NotLoggedError: if nobody logs it.
            WaitTimeoutError: if the time runs out; the upload goes on.
            PermissionDeniedError: if an alias is protected. The version is there, with its other aliases.
            ConflictError: if a rule keeps an alias from moving (`unmet_rules`). The version is there all the same.
            HeadwaterError: why it could not be logged.
        """
        self._settle(timeout)
        refusal = None if self._version is None else self._version.refusal()
        if refusal is not None:
            raise refusal
        return self

    def _settle(self, timeout: float | None = None) -> None:
        """Wait until it is a version, whatever became of the aliases."""
        if self._version is not None:
            return
        if self._pending is None:
            raise NotLoggedError(f"{self._name!r} is a draft that nobody logs: run.log_artifact(artifact) first.")
        try:
            self._pending.result(timeout)
        except FutureTimeoutError as error:
            if self._pending.done():
                raise
            raise WaitTimeoutError(f"{self._name!r} is not logged after {timeout} s; the upload goes on.") from error

    def save(self) -> None:
        """Log a draft, in the open run or in a short one of its own; send what was changed of a version.

        Raises:
            ConflictError: if an alias to be removed was moved meanwhile (`current`), or a rule keeps one from moving
                (`unmet_rules`). Then nothing is changed.
            PermissionDeniedError: if the key may not change it, or an alias is protected.
        """
        if self._version is None:
            self._log_draft()
            return
        self._version = save_edits(
            self._connected(),
            self._version,
            description=self._description,
            metadata=checked_metadata(self._metadata),
            tags=self._tags,
            aliases=self._aliases,
        )
        self._send_ttl()

    def link(self, target_path: str, aliases: str | Iterable[str] | None = None) -> Artifact:
        """Link this version into a registry, or a project; nothing is copied.

        Args:
            target_path: `[[entity/]registry/]name`; the collection is created when it is missing.
            aliases: Names to point at the link there.

        Raises:
            NotFoundError: if the registry does not exist.
            ConflictError: if a source collection has this name.
        """
        if self._version is None:
            if self._pending is None:
                self._log_draft()
            self._settle()
        source = self._source("link")
        version = _version.link_version(
            self._connected(),
            self.id,
            target_path,
            project=f"{source.entity}/{source.container}",
            aliases=listed(aliases),
        )
        return Artifact._from_version(self._connected(), version)

    def logged_by(self) -> RecordedRun | None:
        """The run that made it; None if no run did, or you may not see it."""
        path = _version.producer_path(self._connected(), self._source("logged_by").id)
        return None if path is None else self._recorded_run(path)

    def used_by(self) -> list[RecordedRun]:
        """The runs that consumed it, directly or through a link."""
        paths = _version.consumer_paths(self._connected(), self._source("used_by").id)
        return [self._recorded_run(path) for path in paths]

    @property
    def _content(self) -> Draft:
        """The draft's content.

        Raises:
            ConflictError: if it is a version.
        """
        if self._draft is None:
            raise ConflictError(f"{self.name!r} is logged already.")
        return self._draft

    def _seal(self) -> Given:
        """End the editing, and return what is logged from here on: what was given so far.

        Raises:
            InvalidInputError: if the metadata cannot be stored.
        """
        if self._sealed is None:
            self._metadata = checked_metadata(self._metadata)
            self._sealed = Given(self._description, copy.deepcopy(self._metadata))
        return self._sealed

    def _unseal(self) -> None:
        """Allow editing again, after a log call that failed."""
        self._sealed = None

    def _track(self, pending: Future[Any]) -> None:
        """Let `wait()` wait for a log call in the background; further editing is refused."""
        self._seal()
        self._pending = pending

    def _become(self, client: Client, version: LoggedVersion) -> None:
        """Turn into a version."""
        if self._draft is not None:
            self._manifest = Manifest(self._draft.entries)
        self._client = client
        self._type = version.type
        # What was changed while the upload went on stays, for `save()` to send.
        if self._sealed is None or self._description == self._sealed.description:
            self._description = version.description
        if self._sealed is None or self._metadata == self._sealed.metadata:
            self._metadata = copy.deepcopy(version.metadata)
        self._tags = list(version.tags)
        self._aliases = list(version.place.aliases)
        self._version = version
        self._draft = None

    def _download(
        self,
        root: str,
        *,
        prefix: str,
        is_exact: bool = False,
        skip_cache: bool = False,
        allow_missing_references: bool = False,
    ) -> str:
        from . import _download

        request = _download.Request(
            version_id=self._source("download").id,
            digest=self.digest,
            name=self.name,
            root=root,
            prefix=prefix,
            is_exact=is_exact,
            skip_cache=skip_cache,
            allow_missing_references=allow_missing_references,
        )
        return _download.download(self._connected(), request, default_cache())

    def _open_draft(self) -> Draft:
        if self._sealed is not None or self._draft is None:
            raise ConflictError(f"{self.name!r} is logged and cannot be changed: artifact.new_draft() begins the next.")
        return self._draft

    def _recorded_run(self, path: str) -> RecordedRun:
        from ._recorded import RecordedRun

        client = self._connected()
        return RecordedRun(client, client.execute(_run_operations.GET_RUN, {"path": path})["run"])

    def _root(self, root: str | os.PathLike[str] | None) -> str:
        return self._default_root(self._source("download").name) if root is None else os.fspath(root)

    def _default_root(self, name: str) -> str:
        from ._names_on_disk import folder_name
        from ._settings import read_settings

        parent = read_settings().artifact_dir or "artifacts"
        return os.path.join(parent, folder_name(name, is_windows=os.name == "nt"))

    def _log_draft(self) -> None:
        import headwater

        run = headwater.run
        if run is not None:
            run.log_artifact(self).wait()
            return
        with headwater.init(job_type="auto") as run:
            run.log_artifact(self).wait()
