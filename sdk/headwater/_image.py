"""Images, with the masks and boxes that are drawn over them."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any, Self

from ._annotations import (
    boxes_as_given,
    checked_boxes,
    checked_masks,
    class_labels,
    drawn_masks,
    mask_facts,
    masks_as_given,
)
from ._errors import InvalidInputError, NotFoundError
from ._media import Kept, Media
from ._notices import tell_once

# Formats that browsers show: such a file is kept as it is.
_SHOWN = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp"}
_FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}


class Image(Media):
    """An image to log: `run.log({"sample": headwater.Image(pixels, caption="a digit")})`.

    Args:
        data: An array or tensor of shape (H, W), (H, W, C), (1, H, W) or, as tensors are, (C, H, W), with 1, 3 or 4
            channels; a PIL image; a matplotlib figure; or the path of an image file. Numbers that are no bytes are
            scaled: truth values and numbers within 0…1 times 255, integers within 0…255 as they are, all others from
            their smallest to their largest. What is no number is drawn as 0, with a notice.
        caption: A text shown with it.
        mode: The PIL mode to store it in, such as "L" or "RGB".
        boxes: Boxes by the name of their group: `{"truth": {"box_data": [{"position": {"minX": 0.1, "maxX": 0.4,
            "minY": 0.2, "maxY": 0.5}, "class_id": 1}], "class_labels": {1: "dog"}}}`.
        masks: Masks by name: `{"truth": {"mask_data": classes, "class_labels": {1: "dog"}}}`, where `classes` has a
            whole number for each pixel; or `{"path": …}` of an image file instead of `mask_data`.
        classes: The names of the classes, for masks and boxes that say none: `{1: "dog"}`, or
            `[{"id": 1, "name": "dog"}]`.
        file_type: "png", "jpg", "webp" or "gif". Without it PNG, and the file of a path as it is.

    Raises:
        InvalidInputError: if it is no image, or the masks and boxes have another form.
        NotFoundError: if there is no such file.
    """

    _kind = "image"
    _folder = "images"

    def __init__(
        self,
        data: Any,
        caption: str | None = None,
        mode: str | None = None,
        *,
        boxes: Mapping[str, Any] | None = None,
        masks: Mapping[str, Any] | None = None,
        classes: Mapping[int, str] | Sequence[Mapping[str, Any]] | None = None,
        file_type: str | None = None,
    ) -> None:
        self.caption = None if caption is None else str(caption)
        self._format = _format(file_type)
        self._encoded: bytes | None = None
        picture = _picture(data)
        if 0 in picture.size:
            raise InvalidInputError(f"An image of {picture.size[0]}×{picture.size[1]} pixels cannot be stored.")
        if isinstance(data, str | os.PathLike) and mode is None and file_type is None and picture.format in _SHOWN:
            self._format = picture.format
            with open(data, "rb") as file:
                self._encoded = file.read()
        try:
            self._picture = picture if mode is None else picture.convert(mode)
        except ValueError as error:
            raise InvalidInputError(f"An image cannot be stored in the mode {mode!r}: {error}") from error
        labels = class_labels(classes)
        self._boxes = checked_boxes(boxes or {}, labels)
        self._masks = checked_masks(masks or {}, self._picture.size, labels)

    @property
    def width(self) -> int:
        """Its width in pixels."""
        return int(self._picture.width)

    @property
    def height(self) -> int:
        """Its height in pixels."""
        return int(self._picture.height)

    @property
    def image(self) -> Any:
        """The picture, as a PIL image."""
        return self._picture

    @property
    def boxes(self) -> dict[str, Any]:
        """Its boxes, as they were given."""
        return boxes_as_given(self._boxes)

    @property
    def masks(self) -> dict[str, Any]:
        """Its masks, as they were given, each with its `mask_data` as an array."""
        return masks_as_given(self._masks)

    def __repr__(self) -> str:
        """Its size and caption."""
        return f"Image({self.width}×{self.height}, caption={self.caption!r})"

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        return self._bytes() if self._format == "PNG" else _encoded(self._picture, "PNG")

    def _bytes(self) -> bytes:
        if self._encoded is None:
            self._encoded = _encoded(self._picture, self._format)
        return self._encoded

    def _ending(self) -> str:
        return _SHOWN[self._format]

    def _kept(self) -> Kept:
        facts: dict[str, Any] = {"width": self.width, "height": self.height, "caption": self.caption}
        facts["format"] = self._format.lower()
        if self._boxes:
            facts["boxes"] = self._boxes
        if self._masks:
            facts["masks"] = mask_facts(self._masks)
        return Kept(self._bytes(), facts, drawn_masks(self._masks))

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        from PIL import Image as pillow

        picture = pillow.open(io.BytesIO(kept.content))
        picture.load()
        facts = kept.facts
        masks = {
            name: {"mask_data": pillow.open(io.BytesIO(kept.companions[name])), **said}
            for name, said in facts.get("masks", {}).items()
        }
        image = cls(picture, facts.get("caption"), boxes=facts.get("boxes"), masks=masks)
        image._format, image._encoded = facts["format"].upper(), kept.content
        return image


def _format(file_type: str | None) -> str:
    if file_type is None:
        return "PNG"
    if file_type.lower() not in _FORMATS:
        raise InvalidInputError(
            f"file_type is {file_type!r}; it may be {', '.join(map(repr, _FORMATS))}.", field="file_type"
        )
    return _FORMATS[file_type.lower()]


def _encoded(picture: Any, form: str) -> bytes:
    buffer = io.BytesIO()
    if picture.mode in ("I", "F"):
        # No format has these numbers; converted by Pillow, those within 0…1 would be black.
        picture = _drawn(picture)
    modes = ("1", "L", "LA", "I;16", "P", "RGB", "RGBA") if form == "PNG" else ("L", "RGB")
    if picture.mode not in modes:
        picture = picture.convert("RGB")
    picture.save(buffer, format=form)
    return buffer.getvalue()


def _picture(data: Any) -> Any:
    """A PIL image of whatever was given, independent of it from now on."""
    from PIL import Image as pillow

    if isinstance(data, Image):
        return data.image
    if isinstance(data, pillow.Image):
        return data.copy()
    if isinstance(data, str | os.PathLike):
        return _opened(data)
    if hasattr(data, "savefig"):
        buffer = io.BytesIO()
        data.savefig(buffer, format="png")
        buffer.seek(0)
        picture = pillow.open(buffer)
        picture.load()
        return picture
    return _drawn(data)


def _opened(path: str | os.PathLike[str]) -> Any:
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    try:
        picture = pillow.open(path)
        picture.load()
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no image file at {os.fspath(path)!r}.") from error
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidInputError(f"{os.fspath(path)!r} is not an image that can be read.") from error
    return picture


def _drawn(data: Any) -> Any:
    """A PIL image of an array or a tensor. Only now is numpy needed, which whoever made the array has."""
    try:
        import numpy as np
    except ImportError as error:
        raise InvalidInputError("An image of numbers needs numpy; give a PIL image or the path of a file.") from error
    from PIL import Image as pillow

    is_tensor = hasattr(data, "detach")
    try:
        pixels = np.asarray(data.detach().cpu() if is_tensor else data)
    except ValueError as error:
        raise InvalidInputError(f"That is no image: {error}") from error
    pixels = _channels_last(pixels, is_tensor)
    return pillow.fromarray(np.ascontiguousarray(pixels_of(pixels)))


def _channels_last(pixels: Any, is_tensor: bool) -> Any:
    """The same pixels as (H, W) or (H, W, C)."""
    shape = pixels.shape
    while pixels.ndim > 3 and pixels.shape[0] == 1:
        pixels = pixels[0]
    if pixels.ndim == 3 and (_is_channels_first(pixels.shape, is_tensor)):
        pixels = pixels.transpose(1, 2, 0)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    is_image = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if not is_image or 0 in pixels.shape:
        raise InvalidInputError(
            f"Numbers of shape {tuple(shape)} are no image: it needs (H, W), or 1, 3 or 4 channels. "
            "For several images log a list of them."
        )
    return pixels


def _is_channels_first(shape: tuple[int, ...], is_tensor: bool) -> bool:
    channels = (1, 3, 4)
    return shape[0] in channels and (is_tensor or shape[2] not in channels)


def pixels_of(pixels: Any) -> Any:
    """Numbers as bytes, scaled as `Image` tells."""
    import numpy as np

    if pixels.dtype == np.uint8:
        return pixels.copy()
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype.kind not in "iuf":
        raise InvalidInputError(f"Values of type {pixels.dtype} are no pixels; give numbers or truth values.")
    numbers = pixels.astype(np.float64)
    if (missing := numbers.size - int(np.isfinite(numbers).sum())) > 0:
        tell_once("image-nan", f"an image has {missing:,} of {numbers.size:,} values that are no number: drawn as 0")
        numbers = np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if pixels.dtype.kind in "iu" and low >= 0 and high <= 255:
        return pixels.astype(np.uint8)
    if low < 0 or high > 1:
        numbers = (numbers - low) / ((high - low) or 1.0)
    return np.round(numbers * 255).astype(np.uint8)
