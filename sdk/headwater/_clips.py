"""Clips to log: sound and moving pictures."""

from __future__ import annotations

import io
import os
import wave
from typing import Any, Self

from ._errors import InvalidInputError, NotFoundError
from ._media import Kept, Media
from ._notices import tell_once

SOUNDS = (".wav", ".mp3", ".ogg", ".oga", ".flac", ".m4a", ".aac", ".opus")
VIDEOS = (".gif", ".mp4", ".webm", ".ogg", ".ogv", ".mov")


class _Clip(Media):
    """A file of a known format, kept as it is."""

    _content: bytes
    _format: str
    caption: str | None

    def __repr__(self) -> str:
        """Its format, size and caption."""
        return f"{type(self).__name__}({self._format}, {len(self._content)} bytes, caption={self.caption!r})"

    @property
    def content(self) -> bytes:
        """The bytes of its file."""
        return self._content

    @property
    def format(self) -> str:
        """The format of its file, such as "wav" or "mp4"."""
        return self._format

    def _ending(self) -> str:
        return f".{self._format}"

    def _more(self) -> dict[str, Any]:
        raise NotImplementedError

    def _kept(self) -> Kept:
        return Kept(self._content, {"caption": self.caption, "format": self._format, **self._more()})

    @classmethod
    def _blank(cls, kept: Kept) -> Self:
        clip = cls.__new__(cls)
        clip._content, clip._format = kept.content, kept.facts["format"]
        clip.caption = kept.facts.get("caption")
        return clip


class Audio(_Clip):
    """A sound to log: `run.log({"speech": headwater.Audio(samples, sample_rate=16_000)})`.

    Args:
        data: The path of a sound file, which is kept as it is; or an array or tensor of shape (samples,) or
            (samples, channels), which becomes a WAV file: numbers within -1…1 and those of 8 or 32 bits are kept with
            16, 8 or 32 bits; what is no number becomes silence, with a notice.
        sample_rate: Samples a second; an array needs it.
        caption: A text shown with it.

    Raises:
        InvalidInputError: if it is no sound.
        NotFoundError: if there is no such file.
    """

    _kind = "audio"
    _folder = "audio"

    def __init__(self, data: Any, sample_rate: int | None = None, caption: str | None = None) -> None:
        self.caption = None if caption is None else str(caption)
        self.sample_rate = sample_rate
        if isinstance(data, str | os.PathLike):
            self._content, self._format = _read_clip(data, SOUNDS)
            return
        if not sample_rate or sample_rate <= 0:
            raise InvalidInputError("An array becomes a sound only with sample_rate=, samples a second.")
        self._content, self._format = _wav(_array(data), int(sample_rate)), "wav"

    def _more(self) -> dict[str, Any]:
        return {"sample_rate": self.sample_rate}

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        sound = cls._blank(kept)
        sound.sample_rate = kept.facts.get("sample_rate")
        return sound


class Video(_Clip):
    """A moving picture to log: `run.log({"episode": headwater.Video(frames, fps=12)})`.

    Args:
        data: The path of a video file (GIF, MP4, WebM, Ogg), which is kept as it is; or an array or tensor of shape
            (frames, channels, H, W) or (frames, H, W, channels) with 1 or 3 channels, which becomes a GIF.
        caption: A text shown with it.
        fps: Frames a second, for an array; a GIF has 100 at most.
        format: "gif", for an array. For another one write it with a library and give its path.

    Raises:
        InvalidInputError: if it is no video.
        NotFoundError: if there is no such file.
    """

    _kind = "video"
    _folder = "videos"

    def __init__(self, data: Any, caption: str | None = None, fps: float = 4, format: str | None = None) -> None:
        self.caption = None if caption is None else str(caption)
        if isinstance(data, str | os.PathLike):
            self._content, self._format = _read_clip(data, VIDEOS)
            return
        if format not in (None, "gif"):
            raise InvalidInputError(
                f"An array is kept as a GIF, not as {format!r}: write that with a library such as imageio, and give "
                "the path.",
                field="format",
            )
        if not 0 < fps <= 100:
            raise InvalidInputError(f"fps is {fps!r}; a GIF has more than 0 and at most 100.", field="fps")
        self._content, self._format = _gif(_array(data), fps), "gif"

    def _more(self) -> dict[str, Any]:
        return {}

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        return cls._blank(kept)


def _read_clip(path: str | os.PathLike[str], endings: tuple[str, ...]) -> tuple[bytes, str]:
    ending = os.path.splitext(os.fspath(path))[1].lower()
    if ending not in endings:
        raise InvalidInputError(f"{os.fspath(path)!r} ends in none of {', '.join(endings)}.")
    try:
        with open(path, "rb") as file:
            return file.read(), ending[1:]
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file at {os.fspath(path)!r}.") from error


def _array(data: Any) -> Any:
    import numpy as np

    array = np.asarray(data.detach().cpu() if hasattr(data, "detach") else data)
    if array.dtype.kind not in "biuf" or not array.size:
        raise InvalidInputError(f"Values of type {array.dtype} and shape {array.shape} are neither sound nor video.")
    return array


def _wav(samples: Any, rate: int) -> bytes:
    import numpy as np

    if samples.ndim > 2:
        raise InvalidInputError(f"A sound has the shape (samples,) or (samples, channels), not {samples.shape}.")
    if samples.dtype.kind == "f":
        if not np.isfinite(samples).all():
            tell_once("audio-nan", "a sound has samples that are no number: they are silent")
        whole = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        samples = np.round(np.clip(whole, -1.0, 1.0) * 32_767).astype("<i2")
    elif samples.dtype not in (np.uint8, np.int16, np.int32):
        raise InvalidInputError(f"Samples of type {samples.dtype} are no sound: give float, uint8, int16 or int32.")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(rate)
        file.writeframes(samples.astype(samples.dtype.newbyteorder("<")).tobytes())
    return buffer.getvalue()


def _gif(frames: Any, fps: float) -> bytes:
    import numpy as np
    from PIL import Image as pillow

    shape = frames.shape
    if frames.ndim == 5 and shape[0] == 1:
        frames = frames[0]
    if frames.ndim == 4 and frames.shape[1] in (1, 3):
        frames = frames.transpose(0, 2, 3, 1)
    if frames.ndim != 4 or frames.shape[3] not in (1, 3):
        raise InvalidInputError(
            f"A video has the shape (frames, channels, H, W) or (frames, H, W, channels) with 1 or 3 channels, "
            f"not {tuple(shape)}."
        )
    from ._image import pixels_of

    pixels = pixels_of(frames)
    if pixels.shape[3] == 1:
        pixels = pixels[..., 0]
    pictures = [pillow.fromarray(np.ascontiguousarray(frame)) for frame in pixels]
    buffer = io.BytesIO()
    pause = max(10, round(1000 / fps))
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:], duration=pause, loop=0)
    return buffer.getvalue()
