"""What logging a draft refuses of a service; what it does with a real one is in `test_upload`."""

import json
from pathlib import Path

import pytest

from headwater import Artifact
from headwater._client import Client
from headwater._errors import HeadwaterError
from headwater._log import log_artifact
from sdk.peer import Asked, Reply, answering


def test_a_manifest_that_arrived_as_another_one_is_not_committed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    draft = Artifact("data", "dataset")
    draft.add_file(tmp_path / "a.txt")
    another = "sha256:" + "0" * 64

    def answer(asked: Asked) -> Reply:
        if asked.method == "HEAD":
            return Reply(404)
        return Reply(200, json.dumps({"digest": another, "missing": []}).encode())

    with answering(answer) as peer:
        with pytest.raises(HeadwaterError, match=f"computes {another} for the manifest, this machine {draft.digest}"):
            log_artifact(Client(peer.url, "k" * 40, deadline_seconds=5), draft, project="acme/churn")

    assert [asked.method for asked in peer.asked] == ["HEAD", "PUT"]
