"""Images: what is accepted, how numbers become pixels, how the file is named."""

import hashlib
import io
import math
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


@pytest.mark.parametrize("mode", ["F", "I"])
def test_a_picture_of_wide_numbers_is_scaled_like_an_array(mode: str, tmp_path: Path) -> None:
    picture = pillow.fromarray(np.array([[0.0, 0.5], [1.0, 0.25]], np.float32))
    if mode == "I":
        picture = pillow.fromarray(np.array([[0, 50_000], [100_000, 25_000]], np.int32))
    picture.save(tmp_path / "depth.tiff")

    assert pixels(Image(picture)).tolist() == [[0, 128], [255, 64]]
    assert pixels(Image(tmp_path / "depth.tiff")).tolist() == [[0, 128], [255, 64]]


def test_a_picture_without_pixels_and_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="0×3 pixels"):
        Image(pillow.new("L", (0, 3)))
    with pytest.raises(InvalidInputError, match="no image"):
        Image([[1, 2], [3]])


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


def test_a_file_that_browsers_show_is_kept_as_it_is(tmp_path: Path) -> None:
    pillow.new("RGB", (4, 2)).save(tmp_path / "photo.jpg")

    image = Image(tmp_path / "photo.jpg")

    file = image.as_file("photo", 0)
    assert file.content == (tmp_path / "photo.jpg").read_bytes()
    assert (file.path.endswith(".jpg"), file.value["format"]) == (True, "jpeg")
    assert pixels(image).shape == (2, 4, 3)


def test_the_file_type_is_chosen() -> None:
    file = Image(np.zeros((2, 2)), file_type="webp").as_file("a", 0)

    assert pillow.open(io.BytesIO(file.content)).format == "WEBP"
    with pytest.raises(InvalidInputError, match="file_type is 'bmp'"):
        Image(np.zeros((2, 2)), file_type="bmp")


def test_an_image_of_nothing_is_drawn_black_with_one_notice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headwater._notices._told", set())

    images = [Image(np.full((2, 2), np.nan)) for _ in range(2)]

    assert [pixels(image).tolist() for image in images] == [[[0, 0], [0, 0]]] * 2
    assert capsys.readouterr().err.count("4 of 4 values that are no number: drawn as 0") == 1


BOX = {"minX": 0.0, "maxX": 0.5, "minY": 0.0, "maxY": 1.0}


def test_masks_and_boxes_are_given_back() -> None:
    boxes = {"truth": {"box_data": [{"position": BOX, "class_id": np.int64(2)}], "class_labels": {2: "dog"}}}
    classes = np.array([[0, 300], [1, 2]])

    image = Image(np.zeros((2, 2)), boxes=boxes, masks={"m": {"mask_data": Tensor(classes), "class_labels": {1: "a"}}})

    assert image.boxes == {"truth": {"box_data": [{"position": BOX, "class_id": 2}], "class_labels": {2: "dog"}}}
    assert image.masks["m"]["mask_data"].tolist() == classes.tolist()
    assert image.masks["m"]["class_labels"] == {1: "a"}


@pytest.mark.parametrize("classes", [{1: "dog"}, [{"id": 1, "name": "dog"}]])
def test_classes_are_named_for_masks_and_boxes_that_name_none(classes: Any) -> None:
    mask = np.ones((2, 2), int)

    image = Image(
        np.zeros((2, 2)),
        boxes={"b": {"box_data": [{"position": BOX, "class_id": 1}]}},
        masks={"m": {"mask_data": mask}, "own": {"mask_data": mask, "class_labels": {1: "cat"}}},
        classes=classes,
    )

    assert image.boxes["b"]["class_labels"] == {1: "dog"}
    assert {name: said["class_labels"] for name, said in image.masks.items()} == {"m": {1: "dog"}, "own": {1: "cat"}}


def test_the_mask_is_a_file_of_its_own_whose_pixels_are_classes(tmp_path: Path) -> None:
    classes = np.array([[0, 1], [2, 3]], dtype=np.uint8)
    pillow.fromarray(classes).save(tmp_path / "mask.png")

    file = Image(np.zeros((2, 2)), masks={"m": {"path": tmp_path / "mask.png"}}).as_file("a", 0)

    (mask,) = file.companions
    assert np.asarray(pillow.open(io.BytesIO(mask.content))).tolist() == classes.tolist()
    assert file.value["files"] == {"m": mask.value}
    assert mask.path.startswith("media/images/a/m_0_")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"masks": {"m": {}}}, r"masks\['m'\] needs 'mask_data' or a 'path'"),
        ({"masks": {"m": {"mask_data": np.zeros((3, 2), int)}}}, "has 2×3 pixels, the image 2×2"),
        ({"masks": {"m": {"mask_data": np.full((2, 2), 0.5)}}}, "needs a whole number for each pixel"),
        ({"masks": {"m": {"mask_data": np.full((2, 2), -1)}}}, "classes outside of 0…65,535"),
        ({"classes": [{"id": 1}]}, "needs an 'id' and a 'name'"),
        ({"masks": [1]}, r"masks is \[1\]; it needs a dictionary of them by their names"),
        ({"boxes": [1]}, r"boxes is \[1\]; it needs a dictionary of them by their names"),
        ({"boxes": {"b": {"box_data": [{"position": {**BOX, "minX": math.nan}}]}}}, r"\[0\] is .*; it needs numbers"),
        ({"boxes": {"b": {}}}, r"boxes\['b'\] needs a list of boxes"),
        ({"boxes": {"b": {"box_data": [{}]}}}, r"boxes\['b'\]\['box_data'\]\[0\] needs a 'position'"),
    ],
)
def test_annotations_of_another_form_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Image(np.zeros((2, 2)), **given)
