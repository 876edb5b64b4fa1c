"""Pages to log: HTML, and figures of Plotly."""

from __future__ import annotations

import os
from typing import Any, Self

from ._errors import InvalidInputError, NotFoundError
from ._media import Kept, Media


class Html(Media):
    """A page to log: `run.log({"report": headwater.Html("<p>done</p>")})`.

    Args:
        data: The page as text, a file that is open for reading, or the path of one: a `Path`, or a text that ends in
            `.html` and names a file.
        caption: A text shown with it.

    Raises:
        InvalidInputError: if it is none of them.
        NotFoundError: if there is no such file.
    """

    _kind = "html"
    _folder = "html"

    def __init__(self, data: Any, caption: str | None = None) -> None:
        self.html = _page(data)
        self.caption = None if caption is None else str(caption)

    def __repr__(self) -> str:
        """Its length."""
        return f"Html({len(self.html)} characters)"

    def _ending(self) -> str:
        return ".html"

    def _kept(self) -> Kept:
        return Kept(self.html.encode("utf-8", "surrogatepass"), {"caption": self.caption, "format": "html"})

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        page = cls("", kept.facts.get("caption"))
        page.html = kept.content.decode("utf-8", "surrogatepass")
        return page


def _page(data: Any) -> str:
    if isinstance(data, os.PathLike) or (isinstance(data, str) and data.endswith(".html") and os.path.exists(data)):
        return _read_text(os.fspath(data))
    if hasattr(data, "read"):
        data = data.read()
    if isinstance(data, bytes):
        data = data.decode("utf-8", "replace")
    if not isinstance(data, str):
        raise InvalidInputError(f"Html takes a text, an open file or a path, not a {type(data).__name__}.")
    return data


def _read_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file at {path!r}.") from error


class Plotly(Media):
    """A figure of Plotly to log; a figure given to `log` itself becomes one.

    Args:
        figure: The figure, or the path of one that was written as JSON (`figure.write_json`).

    Raises:
        InvalidInputError: if it is neither.
        NotFoundError: if there is no such file.
    """

    _kind = "plotly"
    _folder = "plots"

    def __init__(self, figure: Any) -> None:
        if isinstance(figure, str | os.PathLike):
            self._json = _read_text(os.fspath(figure))
        elif hasattr(figure, "to_plotly_json") and hasattr(figure, "to_json"):
            self._json = str(figure.to_json())
        else:
            raise InvalidInputError(f"Plotly takes a figure or a path, not a {type(figure).__name__}.")

    @property
    def json(self) -> str:
        """The figure as JSON, as `plotly.io.from_json` reads it."""
        return self._json

    @property
    def figure(self) -> Any:
        """The figure, as Plotly has it."""
        import plotly.io

        return plotly.io.from_json(self._json)

    def _ending(self) -> str:
        return ".figure.json"

    def _kept(self) -> Kept:
        return Kept(self._json.encode(), {"format": "plotly"})

    @classmethod
    def _restored(cls, kept: Kept) -> Self:
        page = cls.__new__(cls)
        page._json = kept.content.decode()
        return page
