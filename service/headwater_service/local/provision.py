"""Bring the programs of Neo4j and MinIO to this machine, once: pinned by version, checked by hash, whole or not at all.

Neo4j comes as jars from Maven's central repository, MinIO is built from its Go module; both tools check what they
download against the hashes that the repository (Maven, in strict mode) and the checksum database (Go) give.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from headwater_service.errors import UnavailableError
from headwater_service.local.home import Home, locked, read_json, write_json

NEO4J_VERSION: Final = "5.26.30"
MINIO_VERSION: Final = "v0.0.0-20260212201848-7aac2a2c5b7c"

_POM: Final = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local.headwater</groupId>
  <artifactId>neo4j-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.neo4j</groupId>
      <artifactId>neo4j</artifactId>
      <version>{version}</version>
    </dependency>
  </dependencies>
</project>
"""
_LOCK_SECONDS: Final = 1800.0

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the provisioned programs are."""

    neo4j_jars: Path
    minio: Path


def provision(home: Home, report: Report) -> Programs:
    """Bring what is missing and return where it is. Two at the same time wait for each other.

    Raises UnavailableError with the tool's own words.
    """
    return Programs(provision_neo4j(home, report), provision_minio(home, report))


def provision_neo4j(home: Home, report: Report) -> Path:
    """Return the folder with the jars of Neo4j, brought if they are not there."""
    target = home.provisioned / f"neo4j-{NEO4J_VERSION}"
    _provide(home, target, lambda folder: _fetch_neo4j(folder, report))
    return target / "lib"


def provision_minio(home: Home, report: Report) -> Path:
    """Return the program of MinIO, built if it is not there."""
    target = home.provisioned / f"minio-{MINIO_VERSION.rpartition('-')[2]}"
    _provide(home, target, lambda folder: _build_minio(folder, report))
    return target / "minio"


def _provide(home: Home, target: Path, fill: Callable[[Path], Mapping[str, object]]) -> None:
    """Fill a new folder and give it its name only when it is complete."""
    if (target / "complete.json").exists():
        return
    home.create()
    with locked(home.provisioned / "lock", seconds=_LOCK_SECONDS):
        if (target / "complete.json").exists():
            return
        # An earlier attempt that was killed leaves such folders; under the lock nobody is using them.
        for left in home.provisioned.glob(".new-*"):
            shutil.rmtree(left)
        folder = Path(tempfile.mkdtemp(prefix=".new-", dir=home.provisioned))
        try:
            facts = fill(folder)
            write_json(folder / "complete.json", facts)
            if target.exists():
                shutil.rmtree(target)
            folder.rename(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        versions = home.provisioned / "versions.json"
        write_json(versions, {**read_json(versions), target.name: dict(facts)})


def _fetch_neo4j(folder: Path, report: Report) -> Mapping[str, object]:
    report(f"Fetching Neo4j {NEO4J_VERSION} with Maven (120 MB, under a minute)")
    (folder / "pom.xml").write_text(_POM.format(version=NEO4J_VERSION))
    # --strict-checksums: a file that differs from the hash beside it in the repository ends the command.
    _run(
        [
            *("mvn", "--quiet", "--batch-mode", "--strict-checksums", "dependency:copy-dependencies"),
            *("-DincludeScope=runtime", f"-DoutputDirectory={folder / 'lib'}"),
        ],
        folder,
    )
    jar = folder / "lib" / f"neo4j-{NEO4J_VERSION}.jar"
    if not jar.exists():
        raise UnavailableError(f"Maven ended well but {jar.name} is not there.")
    _check_jars(folder / "lib")
    return {"program": "neo4j", "version": NEO4J_VERSION, "jars": len(list((folder / "lib").glob("*.jar")))}


def _check_jars(folder: Path) -> None:
    """Raise unless every jar is a whole archive: a local repository may hold what a full disk left behind."""
    for jar in sorted(folder.glob("*.jar")):
        try:
            with zipfile.ZipFile(jar) as archive:
                bad = archive.testzip()
        except zipfile.BadZipFile as error:
            raise UnavailableError(
                f"{jar.name} is damaged. Delete it from Maven's local repository (~/.m2) and try again."
            ) from error
        if bad:
            raise UnavailableError(f"{jar.name} is damaged. Delete it from Maven's local repository and try again.")


def _build_minio(folder: Path, report: Report) -> Mapping[str, object]:
    report("Building MinIO from its source with Go (about 5 minutes on two cores, the first time only)")
    _run(["go", "install", f"github.com/minio/minio@{MINIO_VERSION}"], folder, GOBIN=str(folder))
    program = folder / "minio"
    return {"program": "minio", "version": MINIO_VERSION, "sha256": _sha256(program)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(command: list[str], folder: Path, **environment: str) -> None:
    if shutil.which(command[0]) is None:
        raise UnavailableError(f"{command[0]!r} is not installed. See the prerequisites in the README.")
    log = folder.parent / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        # Maven ends with hints about its own options; the first error is the cause.
        cause = next((line for line in lines if "ERROR" in line), lines[-1] if lines else "it printed nothing")
        raise UnavailableError(f"`{command[0]}` failed with exit code {done.returncode}: {cause} (all of it: {log})")
