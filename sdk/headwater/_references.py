"""References: entries whose bytes stay where they are. Looked up when added, fetched and checked when downloaded.

`s3://` is read with the user's own credentials through boto3 (the extra `s3`), imported only then; the service never
fetches a reference.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from urllib.request import pathname2url, url2pathname

import urllib3
from urllib3.exceptions import HTTPError

from ._cache import appearing, copy_file
from ._client import print_notice, user_agent
from ._digests import BLOCK, hash_file, hashing_threads
from ._draft import walk_files
from ._entry import Entry
from ._errors import (
    HeadwaterError,
    InvalidInputError,
    MissingFileError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from ._pool import ForkSafePool

MOST_OBJECTS = 10_000
S3_HINT = (
    "s3:// references need the extra 's3' (boto3) and AWS credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
    "a profile); AWS_ENDPOINT_URL_S3 names another store than AWS. With checksum=False the URI is recorded unread."
)

_pool = ForkSafePool(size=8, timeout=urllib3.Timeout(connect=10.0, read=60.0))


def find_references(uri: str, name: str | None, *, checksum: bool, max_objects: int) -> Iterator[Entry]:
    """Yield the entries that a URI stands for: itself, or each object or file below it.

    Raises:
        InvalidInputError: if the URI has no scheme, more objects than allowed, or an unknown scheme without a name.
        NotFoundError: if nothing is there.
        PermissionDeniedError: if the other side refuses, or there are no credentials.
        UnavailableError: if it does not answer.
    """
    parts = urlsplit(uri)
    if not parts.scheme or (not parts.netloc and not parts.path):
        raise InvalidInputError(f"{uri!r} is no URI: s3://bucket/key, https://host/file, file:///path.", field="uri")
    find = {"s3": _find_s3, "http": _find_http, "https": _find_http, "file": _find_files}.get(parts.scheme)
    default = unquote(parts.path).rstrip("/").rpartition("/")[2]
    if find is None and not name:
        raise InvalidInputError(f"A reference with the scheme {parts.scheme!r} needs a name: name='…'.", field="name")
    if find is None or not checksum:
        yield Entry(name or default or parts.netloc, 0, ref=uri, etag=uri)
        return
    yield from find(uri, parts, name, max_objects)


def fetch_reference(entry: Entry, target: str) -> None:
    """Bring the bytes of a reference to a path, if they still are those that were added.

    Raises:
        NotFoundError: if they are gone, or others by now.
        InvalidInputError: if the scheme is not one that can be fetched.
    """
    uri = entry.ref or ""
    parts = urlsplit(uri)
    fetch = {"s3": _fetch_s3, "http": _fetch_http, "https": _fetch_http, "file": _fetch_file}.get(parts.scheme)
    if fetch is None:
        raise InvalidInputError(f"{entry.path!r} refers to {uri!r}, which Headwater cannot fetch.", field="uri")
    if entry.etag == uri and parts.scheme != "http" and parts.scheme != "https":
        print_notice(f"{entry.path!r} was added with checksum=False: what {uri} holds now cannot be checked")
    fetch(entry, parts, target)


def _is_checked(entry: Entry) -> bool:
    return entry.etag != entry.ref


def _changed(entry: Entry, found: str) -> NotFoundError:
    return NotFoundError(
        f"{entry.ref} is not what was added as {entry.path!r}: it had {entry.etag}, now {found}.", path=entry.path
    )


def _find_files(uri: str, parts: SplitResult, name: str | None, max_objects: int) -> Iterator[Entry]:
    path = _local_path(parts)
    if not os.path.isdir(path):
        with hashing_threads() as threads:
            found = hash_file(path, executor=threads)
        yield Entry(name or os.path.basename(path), found.size, ref=uri, etag=found.digest)
        return
    prefix = f"{name}/" if name else ""
    files = sorted(walk_files(path))
    _check_count(len(files), max_objects, uri)
    with hashing_threads() as threads:
        for relative, _ in files:
            local = os.path.join(path, *relative.split("/"))
            found = hash_file(local, executor=threads)
            yield Entry(prefix + relative, found.size, ref="file://" + pathname2url(local), etag=found.digest)


def _fetch_file(entry: Entry, parts: SplitResult, target: str) -> None:
    source = _local_path(parts)
    if not os.path.isfile(source):
        raise MissingFileError(f"{entry.path!r} refers to {source!r}, which is not there.", path=entry.path)
    with appearing(target) as temporary:
        copy_file(source, temporary)
        if _is_checked(entry) and (found := hash_file(temporary).digest) != entry.etag:
            raise _changed(entry, found)


def _local_path(parts: SplitResult) -> str:
    if parts.netloc not in ("", "localhost"):
        raise InvalidInputError(f"file://{parts.netloc}/…: only files of this machine, file:///path.", field="uri")
    return os.path.abspath(url2pathname(parts.path))


def _find_http(uri: str, parts: SplitResult, name: str | None, max_objects: int) -> Iterator[Entry]:
    response = _http("HEAD", uri)
    if response.status in (403, 405, 501):
        # Some servers, and URLs signed for GET, know no HEAD.
        response.release_conn()
        response = _http("GET", uri)
    try:
        _check_http(response, uri)
        etag = response.headers.get("ETag")
        length = response.headers.get("Content-Length", "")
    finally:
        response.close()
    default = unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.netloc.replace(":", "_")
    extra = {"etag": etag} if etag else None
    size = int(length) if length.isdecimal() else 0
    yield Entry(name or default, size, ref=uri, etag=etag or uri, extra=extra)


def _fetch_http(entry: Entry, parts: SplitResult, target: str) -> None:
    response = _http("GET", entry.ref or "")
    try:
        _check_http(response, entry.ref or "")
        found = response.headers.get("ETag")
        if _is_checked(entry) and found != entry.etag:
            raise _changed(entry, found or "no ETag")
        with appearing(target) as temporary, open(temporary, "xb") as file:
            while block := response.read(BLOCK):
                file.write(block)
    except HTTPError as error:
        raise UnavailableError(f"{entry.ref} breaks off: {error}") from error
    finally:
        response.close()


def _http(method: str, uri: str) -> urllib3.BaseHTTPResponse:
    headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
    try:
        return _pool.get().request(method, uri, headers=headers, retries=3, preload_content=False)
    except HTTPError as error:
        reason = str(error).rsplit(": ", 1)[-1].rstrip(")'\"")
        raise UnavailableError(f"{uri} does not answer: {reason}") from error


def _check_http(response: urllib3.BaseHTTPResponse, uri: str) -> None:
    if response.status in (404, 410):
        raise NotFoundError(f"There is nothing at {uri} ({response.status}).", path=uri)
    if response.status in (401, 403):
        raise PermissionDeniedError(f"{uri} is refused ({response.status}).")
    if response.status >= 500:
        raise UnavailableError(f"{uri} answers {response.status}.")
    if response.status >= 400:
        raise InvalidInputError(f"{uri} answers {response.status}.", field="uri")


def _find_s3(uri: str, parts: SplitResult, name: str | None, max_objects: int) -> Iterator[Entry]:
    bucket, key, version = _s3_location(parts)
    client = _s3_client()
    with _s3_errors(uri):
        found = _s3_head(client, bucket, key, version) if key and not key.endswith("/") else None
        if found is not None:
            yield _s3_entry(uri, name or key.rpartition("/")[2], found, size=found["ContentLength"])
            return
        prefix = key.rstrip("/") + "/" if key.strip("/") else ""
        count = 0
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for item in (item for page in pages for item in page.get("Contents", ())):
            if item["Key"].endswith("/"):
                continue  # how consoles mark an empty folder
            count += 1
            _check_count(count, max_objects, uri)
            path = (f"{name}/" if name else "") + item["Key"][len(prefix) :]
            yield _s3_entry(f"s3://{bucket}/{item['Key']}", path, item, size=item["Size"])
    if count == 0:
        raise NotFoundError(f"There is no object {uri} and none below it.", path=uri)


def _s3_entry(uri: str, path: str, found: dict[str, Any], *, size: int) -> Entry:
    etag = found["ETag"].strip('"')
    extra = {"etag": etag}
    if found.get("VersionId") not in (None, "null"):
        extra["versionId"] = found["VersionId"]
    return Entry(path, size, ref=uri, etag=etag, extra=extra)


def _s3_head(client: Any, bucket: str, key: str, version: str | None) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        found: dict[str, Any] = client.head_object(Bucket=bucket, Key=key, **_version_argument(version))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    return found


def _fetch_s3(entry: Entry, parts: SplitResult, target: str) -> None:
    bucket, key, version = _s3_location(parts)
    client = _s3_client()
    with _s3_errors(entry.ref or ""):
        version = version or _s3_version(client, entry, bucket, key)
        answer = client.get_object(Bucket=bucket, Key=key, **_version_argument(version))
        found = answer["ETag"].strip('"')
        if _is_checked(entry) and found != entry.etag:
            raise _changed(entry, found)
        with appearing(target) as temporary, open(temporary, "xb") as file:
            for block in answer["Body"].iter_chunks(BLOCK):
                file.write(block)


def _s3_version(client: Any, entry: Entry, bucket: str, key: str) -> str | None:
    """The object version that was added: the recorded one, the current one if it is the same, else an older one."""
    recorded = (entry.extra or {}).get("versionId")
    if recorded is not None:
        return str(recorded)
    current = _s3_head(client, bucket, key, None)
    if current is not None and (current["ETag"].strip('"') == entry.etag or not _is_checked(entry)):
        return None
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        for item in page.get("Versions", ()):
            if item["Key"] == key and item["ETag"].strip('"') == entry.etag:
                return str(item["VersionId"])
    if current is None:
        raise NotFoundError(f"{entry.path!r} refers to {entry.ref}, which is not there.", path=entry.path)
    raise _changed(entry, current["ETag"].strip('"'))


def _version_argument(version: str | None) -> dict[str, str]:
    return {} if version is None else {"VersionId": version}


def _s3_location(parts: SplitResult) -> tuple[str, str, str | None]:
    # urlsplit takes '#' and '?' out of a key; a key is all that follows the bucket but a version id.
    query = parse_qs(parts.query)
    version = query["versionId"][0] if list(query) == ["versionId"] else None
    key = parts.path.lstrip("/")
    if parts.query and version is None:
        key += "?" + parts.query
    if parts.fragment:
        key += "#" + parts.fragment
    if not parts.netloc:
        raise InvalidInputError("An s3:// URI names a bucket: s3://bucket/key.", field="uri")
    return parts.netloc, key, version


def _s3_client() -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise InvalidInputError(f"boto3 is not installed. {S3_HINT}", field="uri") from error
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    # Other stores than AWS rarely answer under a host name for each bucket.
    style = {"addressing_style": "path"} if endpoint else {}
    with _s3_errors("s3://"):
        # A new session: the default one would keep the first credentials that it found.
        return boto3.session.Session().client("s3", config=Config(s3=style, connect_timeout=10, read_timeout=60))


@contextmanager
def _s3_errors(uri: str) -> Iterator[None]:
    from botocore import exceptions

    try:
        yield
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.ProfileNotFound) as error:
        raise PermissionDeniedError(f"There are no AWS credentials to read {uri} with. {S3_HINT}") from error
    except exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        raise _s3_refusal(code)(f"{uri}: the store answers {code}. {S3_HINT}") from error
    except (exceptions.EndpointConnectionError, exceptions.HTTPClientError) as error:
        raise UnavailableError(f"{uri}: {error}") from error
    except exceptions.BotoCoreError as error:
        raise InvalidInputError(f"{uri}: {error} {S3_HINT}", field="uri") from error


def _s3_refusal(code: str) -> Callable[[str], HeadwaterError]:
    if code in ("404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion", "NotFound"):
        return NotFoundError
    if code in ("SlowDown", "InternalError", "ServiceUnavailable", "500", "503"):
        return UnavailableError
    return PermissionDeniedError


def _check_count(count: int, most: int, uri: str) -> None:
    if count > most:
        raise InvalidInputError(
            f"{uri} holds more than {most} objects: give max_objects=…, a narrower prefix, or checksum=False.",
            field="max_objects",
        )
