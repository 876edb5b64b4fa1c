"""Images: what is accepted, how numbers become pixels, how the file is named."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow

from headwater import Image
from headwater.errors import InvalidInputError, NotFoundError


class Tensor:
    """An array with the manners of a tensor: channels come first."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> Any:
        return self._array


def pixels(image: Image) -> Any:
    return np.asarray(pillow.open(io.BytesIO(image.png())))


def test_bytes_are_stored_as_they_are() -> None:
    data = np.arange(12, dtype=np.uint8).reshape(3, 4)

    image = Image(data)

    assert (image.width, image.height) == (4, 3)
    assert np.array_equal(pixels(image), data)


@pytest.mark.parametrize(
    ("data", "stored"),
    [
        (np.array([[0.0, 0.5, 1.0]]), [[0, 128, 255]]),
        (np.array([[-1.0, 0.0, 1.0]]), [[0, 128, 255]]),
        (np.array([[10.0, 20.0, 30.0]]), [[0, 128, 255]]),
        (np.array([[5.0, 5.0, 5.0]]), [[0, 0, 0]]),
        (np.array([[0.0, np.nan, 1.0]]), [[0, 0, 255]]),
        (np.array([[False, True]]), [[0, 255]]),
        (np.array([[0, 7, 255]], dtype=np.int64), [[0, 7, 255]]),
        (np.array([[0, 500, 1000]], dtype=np.int32), [[0, 128, 255]]),
    ],
)
def test_other_numbers_are_scaled_to_their_range(data: Any, stored: list[list[int]]) -> None:
    assert pixels(Image(data)).tolist() == stored


@pytest.mark.parametrize(
    ("shape", "is_tensor", "size", "mode"),
    [
        ((5, 7), False, (7, 5), "L"),
        ((5, 7, 1), False, (7, 5), "L"),
        ((5, 7, 3), False, (7, 5), "RGB"),
        ((5, 7, 4), False, (7, 5), "RGBA"),
        ((1, 5, 7), False, (7, 5), "L"),
        ((3, 5, 7), False, (7, 5), "RGB"),
        ((3, 5, 3), True, (3, 5), "RGB"),
        ((1, 28, 28), True, (28, 28), "L"),
        ((1, 1, 28, 28), True, (28, 28), "L"),
    ],
)
def test_shapes_of_arrays_and_tensors(
    shape: tuple[int, ...], is_tensor: bool, size: tuple[int, int], mode: str
) -> None:
    data = np.zeros(shape)

    picture = Image(Tensor(data) if is_tensor else data).image

    assert (picture.size, picture.mode) == (size, mode)


@pytest.mark.parametrize("shape", [(3,), (2, 5, 7, 3), (5, 7, 2), (0, 4)])
def test_a_shape_that_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="are no image"):
        Image(np.zeros(shape))


def test_a_picture_a_path_and_a_figure_are_taken(tmp_path: Path) -> None:
    picture = pillow.new("RGB", (4, 2), (255, 0, 0))
    picture.save(tmp_path / "red.png")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1), dpi=50)

    assert pixels(Image(picture)).tolist() == [[[255, 0, 0]] * 4] * 2
    assert pixels(Image(tmp_path / "red.png")).tolist() == [[[255, 0, 0]] * 4] * 2
    assert (Image(figure).width, Image(figure).height) == (50, 50)


def test_an_image_is_independent_of_its_array_once_it_is_made() -> None:
    data = np.zeros((2, 2), dtype=np.uint8)
    image = Image(data)

    data[:] = 9

    assert pixels(image).tolist() == [[0, 0], [0, 0]]


def test_files_that_are_missing_or_no_images_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")

    with pytest.raises(NotFoundError, match=r"absent\.png"):
        Image(tmp_path / "absent.png")
    with pytest.raises(InvalidInputError, match=r"text\.png' is not an image"):
        Image(str(tmp_path / "text.png"))


def test_the_mode_is_converted_to_or_refused() -> None:
    assert Image(np.zeros((2, 2, 3)), mode="L").image.mode == "L"
    with pytest.raises(InvalidInputError, match="'nonsense'"):
        Image(np.zeros((2, 2)), mode="nonsense")


def test_the_file_is_named_after_key_step_and_digest_and_its_value_says_all() -> None:
    image = Image(np.zeros((2, 3)), caption="なし")

    file = image.as_file("eval/hard: 1", 12)

    digest = hashlib.sha256(image.png()).hexdigest()
    assert file.content == image.png()
    assert file.value == {
        "_type": "image",
        "path": f"media/images/eval/hard_ 1_12_{digest[:8]}.png",
        "digest": f"sha256:{digest}",
        "size": len(image.png()),
        "width": 3,
        "height": 2,
        "caption": "なし",
        "format": "png",
    }


@pytest.mark.parametrize(("key", "path"), [("..", "__"), ("a//b", "a/b"), ("../x", "_/x"), ("画像", "画像")])
def test_a_key_makes_a_safe_path(key: str, path: str) -> None:
    name = Image(np.zeros((1, 1))).as_file(key, 0).path

    assert name.rsplit("_", 2)[0] == f"media/images/{path}" or path == "__"
    assert ".." not in name
