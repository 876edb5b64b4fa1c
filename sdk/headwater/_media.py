"""Images, and how anything that is drawn becomes a file of the run."""

from __future__ import annotations

import hashlib
import io
import os
import re
from typing import Any

from ._errors import InvalidInputError, NotFoundError
from ._history import Loggable, MediaFile


class Image(Loggable):
    """An image to log: `run.log({"sample": headwater.Image(pixels, caption="a digit")})`.

    Args:
        data: An array or tensor of shape (H, W), (H, W, C), (1, H, W) or, as tensors are, (C, H, W), with 1, 3 or 4
            channels; a PIL image; a matplotlib figure; or the path of an image file. Numbers that are no bytes are
            scaled: truth values and numbers within 0…1 times 255, integers within 0…255 as they are, all others from
            their smallest to their largest.
        caption: A text shown with it.
        mode: The PIL mode to store it in, such as "L" or "RGB".

    Raises:
        InvalidInputError: if it is no image.
        NotFoundError: if there is no such file.
    """

    def __init__(self, data: Any, caption: str | None = None, mode: str | None = None) -> None:
        self.caption = None if caption is None else str(caption)
        picture = _picture(data)
        try:
            self._picture = picture if mode is None else picture.convert(mode)
        except ValueError as error:
            raise InvalidInputError(f"An image cannot be stored in the mode {mode!r}: {error}") from error
        self._encoded: bytes | None = None

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

    def __repr__(self) -> str:
        """Its size and caption."""
        return f"Image({self.width}×{self.height}, caption={self.caption!r})"

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        if self._encoded is None:
            buffer = io.BytesIO()
            picture = self._picture
            if picture.mode not in ("1", "L", "LA", "I", "I;16", "P", "RGB", "RGBA"):
                picture = picture.convert("RGB")
            picture.save(buffer, format="PNG")
            self._encoded = buffer.getvalue()
        return self._encoded

    def as_file(self, key: str, step: int) -> MediaFile:
        """The run file of this image, logged under a key at a step."""
        content = self.png()
        path, digest = media_path("images", key, step, content, ".png")
        value = {
            "_type": "image",
            "path": path,
            "digest": digest,
            "size": len(content),
            "width": self.width,
            "height": self.height,
            "caption": self.caption,
            "format": "png",
        }
        return MediaFile(path, content, value)


def media_path(folder: str, key: str, step: int, content: bytes, ending: str) -> tuple[str, str]:
    """Where a media file lies in its run, and the digest of its bytes."""
    digest = hashlib.sha256(content).hexdigest()
    segments = [re.sub(r"[^\w.\- ]", "_", part)[:80].strip(" .") or "_" for part in key.split("/") if part]
    return f"media/{folder}/{'/'.join(segments) or '_'}_{step}_{digest[:8]}{ending}", f"sha256:{digest}"


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
        with pillow.open(path) as picture:
            picture.load()
            return picture.copy()
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no image file at {os.fspath(path)!r}.") from error
    except UnidentifiedImageError as error:
        raise InvalidInputError(f"{os.fspath(path)!r} is not an image that can be read.") from error


def _drawn(data: Any) -> Any:
    """A PIL image of an array or a tensor. Only now is numpy needed, which whoever made the array has."""
    try:
        import numpy as np
    except ImportError as error:
        raise InvalidInputError("An image of numbers needs numpy; give a PIL image or the path of a file.") from error
    from PIL import Image as pillow

    is_tensor = hasattr(data, "detach")
    pixels = np.asarray(data.detach().cpu() if is_tensor else data)
    pixels = _channels_last(pixels, is_tensor)
    return pillow.fromarray(np.ascontiguousarray(_bytes(pixels)))


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


def _bytes(pixels: Any) -> Any:
    import numpy as np

    if pixels.dtype == np.uint8:
        return pixels.copy()
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype.kind not in "iuf":
        raise InvalidInputError(f"Values of type {pixels.dtype} are no pixels; give numbers or truth values.")
    numbers = np.nan_to_num(pixels.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if pixels.dtype.kind in "iu" and low >= 0 and high <= 255:
        return pixels.astype(np.uint8)
    if low < 0 or high > 1:
        numbers = (numbers - low) / ((high - low) or 1.0)
    return np.round(numbers * 255).astype(np.uint8)
