"""Masks and boxes of an image: checked as they are given, kept as JSON and PNG, given back as they were."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import InvalidInputError, NotFoundError
from ._history import json_value

LARGEST_CLASS = 65_535  # what a pixel of a PNG holds


def class_labels(classes: Mapping[int, str] | Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """What masks and boxes say of their classes unless they say it themselves.

    Raises:
        InvalidInputError: if a class has no number or no name.
    """
    if classes is None:
        return {}
    if isinstance(classes, Mapping):
        return {"class_labels": dict(classes)}
    try:
        return {"class_labels": {one["id"]: one["name"] for one in classes}}
    except (KeyError, TypeError) as error:
        raise InvalidInputError("Each of the classes needs an 'id' and a 'name'.", field="classes") from error


def checked_boxes(boxes: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """Groups of boxes as JSON holds them.

    Raises:
        InvalidInputError: if a box has no position, naming it.
    """
    _check_named(boxes, "boxes")
    checked: dict[str, Any] = {}
    for name, group in boxes.items():
        data = group.get("box_data") if isinstance(group, Mapping) else None
        if not isinstance(data, list | tuple):
            raise InvalidInputError(f"boxes[{name!r}] needs a list of boxes as its 'box_data'.", field="boxes")
        for index, box in enumerate(data):
            _check_box(f"boxes[{name!r}]['box_data'][{index}]", box)
        checked[str(name)] = json_value({**labels, **group})
    return checked


def _check_box(where: str, box: Any) -> None:
    position = box.get("position") if isinstance(box, Mapping) else None
    forms = ({"minX", "maxX", "minY", "maxY"}, {"middle", "width", "height"})
    if not isinstance(position, Mapping) or not any(form <= position.keys() for form in forms):
        raise InvalidInputError(
            f"{where} needs a 'position' with minX, maxX, minY and maxY, or with middle, width and height.",
            field="boxes",
        )
    numbers = json_value([position[key] for form in forms for key in form & position.keys()])
    flat = [each for number in numbers for each in (number if isinstance(number, list) else [number])]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in flat):
        raise InvalidInputError(f"The 'position' of {where} is {dict(position)!r}; it needs numbers.", field="boxes")


def _check_named(groups: Any, what: str) -> None:
    if not isinstance(groups, Mapping):
        raise InvalidInputError(f"{what} is {groups!r}; it needs a dictionary of them by their names.", field=what)


def checked_masks(masks: Mapping[str, Any], size: tuple[int, int], labels: Mapping[str, Any]) -> dict[str, Any]:
    """Masks with a PIL image of the classes (`picture`) and what else was said.

    Raises:
        InvalidInputError: if a mask is none, or has another size than the image.
    """
    _check_named(masks, "masks")
    checked: dict[str, Any] = {}
    for name, mask in masks.items():
        if not isinstance(mask, Mapping) or not ("mask_data" in mask or "path" in mask):
            raise InvalidInputError(f"masks[{name!r}] needs 'mask_data' or a 'path'.", field="masks")
        picture = _mask_picture(str(name), mask)
        if picture.size != size:
            raise InvalidInputError(
                f"masks[{name!r}] has {picture.size[0]}×{picture.size[1]} pixels, the image {size[0]}×{size[1]}.",
                field="masks",
            )
        said = {key: value for key, value in mask.items() if key not in ("mask_data", "path")}
        checked[str(name)] = {"picture": picture, "said": json_value({**labels, **said})}
    return checked


def _mask_picture(name: str, mask: Mapping[str, Any]) -> Any:
    import numpy as np
    from PIL import Image as pillow

    data = mask.get("mask_data")
    if data is None:
        path = os.fspath(mask["path"])
        if not os.path.exists(path):
            raise NotFoundError(f"There is no mask file at {path!r}.")
        data = pillow.open(path)
    if hasattr(data, "detach"):
        data = data.detach().cpu()
    classes = np.asarray(data)
    if classes.ndim != 2 or classes.dtype.kind not in "biuf" or not np.all(classes == np.floor(classes)):
        raise InvalidInputError(f"masks[{name!r}] needs a whole number for each pixel, as (H, W).", field="masks")
    if classes.size and not 0 <= classes.min() <= classes.max() <= LARGEST_CLASS:
        raise InvalidInputError(f"masks[{name!r}] has classes outside of 0…{LARGEST_CLASS:,}.", field="masks")
    is_small = not classes.size or classes.max() <= 255
    return pillow.fromarray(np.ascontiguousarray(classes.astype(np.uint8 if is_small else np.uint16)))


def mask_facts(masks: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON holds of masks."""
    return {name: mask["said"] for name, mask in masks.items()}


def drawn_masks(masks: Mapping[str, Any]) -> dict[str, bytes]:
    """Each mask as the bytes of a PNG file: a pixel's value is its class."""
    drawn: dict[str, bytes] = {}
    for name, mask in masks.items():
        buffer = io.BytesIO()
        mask["picture"].save(buffer, format="PNG")
        drawn[name] = buffer.getvalue()
    return drawn


def boxes_as_given(boxes: Mapping[str, Any]) -> dict[str, Any]:
    """Boxes with the numbers of their classes as numbers again."""
    return {name: _with_numbers(group) for name, group in boxes.items()}


def masks_as_given(masks: Mapping[str, Any]) -> dict[str, Any]:
    """Masks with an array each, and the numbers of their classes as numbers again."""
    import numpy as np

    return {
        name: {"mask_data": np.asarray(mask["picture"]), **_with_numbers(mask["said"])} for name, mask in masks.items()
    }


def _with_numbers(group: Mapping[str, Any]) -> dict[str, Any]:
    labels = group.get("class_labels")
    if not isinstance(labels, Mapping):
        return dict(group)
    # JSON turned the keys into texts.
    return {**group, "class_labels": {int(key) if key.isdecimal() else key: text for key, text in labels.items()}}
