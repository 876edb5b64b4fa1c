"""Sounds, moving pictures, pages and figures: what they take, and the files they become."""

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow

from headwater import Audio, Html, Plotly, Video
from headwater._errors import InvalidInputError, NotFoundError


def opened(sound: Audio) -> Any:
    return wave.open(io.BytesIO(sound.content))


@pytest.mark.parametrize(
    ("samples", "channels", "width", "stored"),
    [
        (np.array([0.0, 0.5, -1.0, 2.0]), 1, 2, np.array([0, 16384, -32767, 32767], "<i2")),
        (np.array([[1, 2], [3, 4]], np.int16), 2, 2, np.array([1, 2, 3, 4], "<i2")),
        (np.array([1, -2], np.int32), 1, 4, np.array([1, -2], "<i4")),
        (np.array([0, 255], np.uint8), 1, 1, np.array([0, 255], np.uint8)),
    ],
)
def test_samples_become_a_wav_file(samples: Any, channels: int, width: int, stored: Any) -> None:
    sound = Audio(samples, sample_rate=8000, caption="beep")

    with opened(sound) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (channels, width, 8000)
        assert file.readframes(100) == stored.tobytes()
    value = sound.as_file("a", 0).value
    assert (value["_type"], value["format"], value["sample_rate"], value["caption"]) == ("audio", "wav", 8000, "beep")


def test_samples_that_are_no_number_are_silent() -> None:
    with opened(Audio(np.array([np.nan, np.inf, 0.0]), sample_rate=1)) as file:
        assert file.readframes(3) == bytes(6)


def test_a_sound_file_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"ID3")

    file = Audio(tmp_path / "song.mp3").as_file("song", 2)

    assert (file.content, file.path.endswith(".mp3"), file.value["format"]) == (b"ID3", True, "mp3")


@pytest.mark.parametrize("shape", [(4, 3, 8, 6), (4, 8, 6, 3), (1, 4, 3, 8, 6), (4, 1, 8, 6)])
def test_frames_become_a_gif(shape: tuple[int, ...]) -> None:
    frames = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)

    video = Video(frames, fps=10)

    with pillow.open(io.BytesIO(video.content)) as picture:
        assert (picture.format, picture.size, picture.n_frames) == ("GIF", (6, 8), 4)  # type: ignore[attr-defined]
        assert picture.info["duration"] == 100
    assert video.as_file("v", 0).path.endswith(".gif")


def test_a_video_file_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "run.mp4").write_bytes(b"ftyp")

    file = Video(str(tmp_path / "run.mp4"), caption="c").as_file("v", 0)

    assert (file.content, file.value["format"], file.value["caption"]) == (b"ftyp", "mp4", "c")


def test_a_page_is_a_text_a_file_or_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<i>é</i>", "utf-8")

    pages = [Html("<i>é</i>"), Html(tmp_path / "a.html"), Html(str(tmp_path / "a.html")), Html(io.StringIO("<i>é</i>"))]

    assert {page.html for page in pages} == {"<i>é</i>"}
    assert pages[0].as_file("p", 0).content == "<i>é</i>".encode()


def test_a_figure_of_plotly_is_kept_as_json() -> None:
    graph_objects = pytest.importorskip("plotly.graph_objects", reason="plotly is not installed")
    figure = graph_objects.Figure(graph_objects.Bar(y=[1, 2]))

    page = Plotly(figure)

    back = Plotly._restored(page._kept())
    assert back.figure == figure
    assert page.as_file("p", 0).path.endswith(".figure.json")


def test_a_figure_of_plotly_is_read_from_json(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text('{"data": []}')

    assert Plotly(tmp_path / "f.json").json == '{"data": []}'


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Audio(np.zeros(3)), "only with sample_rate="),
        (lambda: Audio(np.zeros((2, 2, 2)), sample_rate=1), r"not \(2, 2, 2\)"),
        (lambda: Audio(np.zeros(3, np.int64), sample_rate=1), "Samples of type int64 are no sound"),
        (lambda: Audio("a.txt"), r"ends in none of \.wav"),
        (lambda: Video(np.zeros((2, 3))), r"not \(2, 3\)"),
        (lambda: Video(np.zeros((1, 3, 2, 2)), format="mp4"), "kept as a GIF, not as 'mp4'"),
        (lambda: Video(np.zeros((1, 3, 2, 2)), fps=0), "fps is 0"),
        (lambda: Video(np.array(["a"])), "neither sound nor video"),
        (lambda: Html(7), "not a int"),
        (lambda: Plotly(7), "not a int"),
    ],
)
def test_what_is_none_of_them_is_refused(make: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        make()


@pytest.mark.parametrize("make", [Audio, Video])
def test_a_missing_file_is_named(make: Any, tmp_path: Path) -> None:
    path = tmp_path / ("absent.wav" if make is Audio else "absent.mp4")

    with pytest.raises(NotFoundError, match="absent"):
        make(path)
