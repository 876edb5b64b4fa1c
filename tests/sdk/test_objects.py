"""Objects in artifacts and in runs: what is written, and that it comes back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image as pillow

import headwater
from headwater import Artifact, Audio, Html, Image, Plotly, Table, Video, plot
from headwater._errors import ConflictError, HeadwaterError, InvalidInputError, NotFoundError

PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4)
LABELS = {0: "ground", 1: "cat"}


def annotated() -> Image:
    return Image(
        PIXELS,
        caption="c",
        masks={"truth": {"mask_data": PIXELS % 2, "class_labels": LABELS}},
        boxes={
            "guess": {
                "box_data": [{"position": {"minX": 0, "maxX": 1, "minY": 0, "maxY": 0.5}, "class_id": 1}],
                "class_labels": LABELS,
            }
        },
    )


def figure(tmp_path: Path) -> Plotly:
    (tmp_path / "figure.json").write_text('{"data":[]}')
    return Plotly(tmp_path / "figure.json")


def objects(tmp_path: Path) -> dict[str, Any]:
    return {
        "table": Table(columns=["x"], data=[[1], [2]]),
        "image": annotated(),
        "audio": Audio(np.zeros(4), sample_rate=8000, caption="silence"),
        "video": Video(np.zeros((2, 3, 4, 4), np.uint8)),
        "html": Html("<p>1</p>"),
        "plotly": figure(tmp_path),
        "plot": plot.confusion_matrix(y_true=[0], preds=[0]),
    }


def assert_equal(found: Any, put: Any) -> None:
    assert type(found) is type(put)
    assert found._kept() == put._kept()


def test_an_object_comes_back_from_a_draft(tmp_path: Path) -> None:
    artifact = Artifact("things", "dataset")
    made = objects(tmp_path)

    for name, value in made.items():
        entry = artifact.add(value, f"a/{name}")
        assert entry.path == f"a/{name}.{name}.json"

    for name, value in made.items():
        assert_equal(artifact.get(f"a/{name}"), value)
    assert sorted(artifact.entries) == sorted(
        [f"a/{name}.{name}.json" for name in made]
        + ["a/table.parquet", "a/image.png", "a/image.truth.png", "a/audio.wav", "a/video.gif", "a/html.html"]
        + ["a/plotly.figure.json", "a/plot.vl.json"]
    )


def test_brackets_add_and_get() -> None:
    artifact = Artifact("things", "dataset")

    artifact["t"] = Table(columns=["x"], data=[[1]])

    assert artifact["t"].data == [[1]]
    assert artifact["t.table.json"].data == [[1]]
    assert artifact["absent"] is None


def test_a_taken_name_needs_overwrite() -> None:
    artifact = Artifact("things", "dataset")
    artifact.add(Html("1"), "page")

    with pytest.raises(InvalidInputError, match="is in the artifact already"):
        artifact.add(Html("2"), "page")
    artifact.add(Html("2"), "page", overwrite=True)

    assert artifact["page"].html == "2"


def test_the_description_tells_what_the_files_are() -> None:
    artifact = Artifact("things", "dataset")

    entry = artifact.add(annotated(), "i")

    description = orjson.loads(Path(artifact._content.cache.find(entry.digest, entry.size) or "").read_bytes())
    assert description == {
        "_type": "image",
        "path": "i.png",
        "width": 4,
        "height": 3,
        "caption": "c",
        "format": "png",
        "boxes": {
            "guess": {
                "box_data": [{"position": {"minX": 0, "maxX": 1, "minY": 0, "maxY": 0.5}, "class_id": 1}],
                "class_labels": {"0": "ground", "1": "cat"},
            }
        },
        "masks": {"truth": {"class_labels": {"0": "ground", "1": "cat"}}},
        "files": {"truth": "i.truth.png"},
    }


def test_objects_of_other_libraries_are_taken() -> None:
    from matplotlib.figure import Figure

    artifact = Artifact("things", "dataset")

    artifact.add(Figure(figsize=(1, 1), dpi=50), "figure")
    artifact.add(pillow.new("L", (2, 1)), "picture")

    assert (artifact["figure"].width, artifact["picture"].width) == (50, 2)


def test_an_object_of_a_newer_version_is_refused_by_name() -> None:
    artifact = Artifact("things", "dataset")
    with artifact.new_file("x.image.json") as file:
        file.write('{"_type": "hologram", "path": "x.bin"}')
    with artifact.new_file("x.bin") as file:
        file.write("x")

    with pytest.raises(InvalidInputError, match="kind 'hologram' are unknown"):
        artifact.get("x")


def test_objects_come_back_from_a_version(client_environment: dict[str, str], tmp_path: Path) -> None:
    made = objects(tmp_path)
    artifact = Artifact("things", "dataset")
    for name, value in made.items():
        artifact[name] = value

    with headwater.init() as run:
        run.log_artifact(artifact).wait()
        used = run.use_artifact("things:latest")
        for name, value in made.items():
            assert_equal(used.get(name), value)
        with pytest.raises(ConflictError):
            artifact["more"] = Html("1")

    assert headwater.Api().artifact("things").get("absent") is None


def test_only_the_files_of_the_object_are_fetched(
    client_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = Artifact("things", "dataset")
    artifact["t"] = Table(columns=["x"], data=[[1]])
    with artifact.new_file("other.bin", mode="wb") as file:
        file.write(b"other")
    with headwater.init() as run:
        run.log_artifact(artifact)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "another machine"))
    monkeypatch.chdir(tmp_path)

    table: Any = headwater.Api().artifact("things")["t"]

    assert table.data == [[1]]
    assert not (tmp_path / "artifacts").exists()


def test_a_logged_table_is_a_file_of_the_run_and_an_artifact(client_environment: dict[str, str]) -> None:
    table = Table(columns=["x"], data=[[1]])

    with headwater.init() as run:
        run.log({"loss": 0.5, "eval/t": table})
        table.add_data(2)
        run.log({"eval/t": table, "again": [table]})

    api = headwater.Api()
    rows = list(api.run(run.path).history())
    files = {file.path: file.digest for file in api.run(run.path).files("media/")}
    assert [row["eval/t"]["rows"] for row in rows] == [1, 2]
    assert rows[0]["eval/t"]["columns"] == ["x"]
    assert all(files[row["eval/t"]["path"]] == row["eval/t"]["digest"] for row in rows)
    versions = [api.artifact(f"run-{run.id}-eval-t:v{index}", type="run_table") for index in (0, 1)]
    assert [version["eval/t"].data for version in versions] == [[[1]], [[1], [2]]]
    assert [version.history_step for version in versions] == [0, 1]
    assert [version.logged_by().id for version in versions] == [run.id, run.id]  # type: ignore[union-attr]
    assert api.artifact(f"run-{run.id}-again").type == "run_table"


def test_a_file_of_a_run_is_brought_back(client_environment: dict[str, str], tmp_path: Path) -> None:
    with headwater.init() as run:
        run.log({"eval/sample": annotated()})

    recorded = headwater.Api().run(run.path)
    (row,) = recorded.history()
    path = recorded.file(row["eval/sample"]["path"]).download(tmp_path)

    assert Path(path) == tmp_path / row["eval/sample"]["path"]
    assert Image(path).png() == annotated().png()
    with pytest.raises(NotFoundError, match="has no file 'absent'"):
        recorded.file("absent")


def test_a_file_that_arrives_with_other_bytes_does_not_appear(
    client_environment: dict[str, str], tmp_path: Path
) -> None:
    with headwater.init() as run:
        run.log({"a": Html("1"), "b": Html("2")})
    one, other = headwater.Api().run(run.path).files("media/")

    with pytest.raises(HeadwaterError, match="with the digest"):
        replace(one, url=other.url).download(tmp_path)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_media_of_other_libraries_are_logged_as_they_are(client_environment: dict[str, str]) -> None:
    from matplotlib.figure import Figure

    with headwater.init() as run:
        run.log({"figure": Figure(figsize=(1, 1), dpi=50), "mask": annotated(), "clips": [Html("a"), Html("b")]})

    api = headwater.Api()
    (row,) = api.run(run.path).history()
    files = {file.path for file in api.run(run.path).files("media/")}
    assert (row["figure"]["_type"], row["figure"]["width"]) == ("image", 50)
    assert row["mask"]["files"]["truth"]["path"] in files
    assert (row["clips"]["_type"], len(row["clips"]["items"])) == ("media", 2)


def test_a_table_for_which_there_is_no_room_is_told_of(
    client_environment: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("headwater._draft.Draft.adopt_file", full)

    with headwater.init() as run:
        run.log({"t": Table(columns=["x"], data=[[1]])})

    assert run.state == "FINISHED"
    assert "The table 't' is a file of the run, but no artifact: [Errno 28]" in capsys.readouterr().err
    assert not headwater.Api().artifact_exists(f"run-{run.id}-t")


def test_bad_media_are_left_out_and_the_training_goes_on(
    client_environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(columns=["x"], data=[[Html("a")], [1]])

    with headwater.init() as run:
        run.log({"loss": 1.0, "bad": table, "nan": Image(np.full((2, 2), np.nan))})

    (row,) = headwater.Api().run(run.path).history()
    assert (row["loss"], row["nan"]["_type"], row.get("bad")) == (1.0, "image", None)
    assert "log leaves out 'bad': The column 'x' holds media and other values" in capsys.readouterr().err
