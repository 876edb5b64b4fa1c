"""Logs one of each thing that is looked at in the web UI: masks, plots, pages, curves with gaps, a Parquet file.

    python tests/e2e/ui/media_world.py

It works in the project of its environment and prints as JSON the paths of its run and of its version.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet

import headwater
from headwater import plot

LABELS = {1: "車", 2: "歩行者"}
PAGE = (
    "<style>td { color: rgb(255, 0, 0) }</style><h1 style='color: rgb(0, 128, 0)'>報告</h1>"
    "<table><tr><td>1</td></tr></table>"
    "<script>top.harmed = 1</script><img src=x onerror='top.harmed = 1'><img src='http://example.com/asked.png'>"
    "<a href='javascript:top.harmed = 1'>一</a><a href='http://example.com/left' target=_top>二</a>"
)


def masked() -> headwater.Image:
    """Left: class 1, right: class 2 in one mask; the whole of it class 1,000 in another."""
    classes = np.ones((20, 40), np.int64)
    classes[:, 20:] = 2
    return headwater.Image(
        np.zeros((20, 40, 3), np.uint8),
        caption="交差点",
        masks={
            "truth": {"mask_data": classes, "class_labels": LABELS},
            "予測": {"mask_data": np.full((20, 40), 1000)},
        },
    )


def plots() -> dict[str, plot.Plot]:
    truth = [0, 1, 2, 0, 1, 2, 0, 1, 2, 2]
    scores = np.eye(3)[truth] * 0.5 + np.random.default_rng(0).dirichlet([1, 1, 1], len(truth)) * 0.5
    names = ["りんご", "みかん", "ぶどう"]
    day = datetime.datetime(2026, 1, 1)
    table = headwater.Table(
        columns=["日.付", "loss", "when", "class"],
        data=[[i, i * i or math.nan, day + datetime.timedelta(days=i), names[i % 3]] for i in range(10)],
    )
    return {
        "confusion": plot.confusion_matrix(y_true=truth, probs=scores.tolist(), class_names=names),
        "one class": plot.confusion_matrix(y_true=[0], preds=[0], class_names=["唯一"]),
        "roc": plot.roc_curve(truth, scores, labels=names),
        "pr": plot.pr_curve(truth, scores, labels=names),
        "line": plot.line(table, "日.付", "loss", title="損失"),
        "times": plot.line(table, "when", "loss"),
        "scatter": plot.scatter(table, "日.付", "loss"),
        "bar": plot.bar(table, "class", "loss", title="棒"),
        "histogram": plot.histogram(table, "loss"),
        "other": plot.Plot({"mark": "arc", "data": {"values": [{"a": 1}]}, "encoding": {"theta": {"field": "a"}}}),
    }


def log_media(folder: Path) -> dict[str, str]:
    with headwater.init(job_type="media") as run:
        run.log(
            {"masked": masked(), "page": headwater.Html(PAGE), **{f"plot/{name}": p for name, p in plots().items()}}
        )
        for step in range(30):
            run.log({"loss": 1 / (step + 1) if step != 7 else math.nan, "zero": max(0, 10 - step)})
        table = pyarrow.table({"日": [datetime.date(2026, 1, 2)], "価格": [Decimal("12.50")]})
        pyarrow.parquet.write_table(table, folder / "prices.parquet", compression="gzip")
        (folder / "broken.parquet").write_bytes((folder / "prices.parquet").read_bytes()[:100])
        pyarrow.parquet.write_table(table, folder / "brotli.parquet", compression="brotli")
        (folder / "endless.parquet").write_bytes(endless())
        artifact = headwater.Artifact("prices", "dataset")
        artifact.add_dir(str(folder))
        run.log_artifact(artifact).wait()
        return {"run": run.path, "version": f"{run.path.rpartition('/')[0]}/prices:v0"}


def endless() -> bytes:
    """Return a Parquet file whose page is short, and would be unpacked for hours."""
    page = io.BytesIO()
    table = pyarrow.table({"noise": np.random.default_rng(1).integers(0, 2**62, 2000)})
    pyarrow.parquet.write_table(table, page, compression="zstd", use_dictionary=False)
    # A block repeats 65,539 bytes 65,535 times, and says so in few.
    block = bytes([0x00, 0xFF, 0xFF, 0x7F + 1, 0x54, 0, 0, 52, 1])
    blocks = ((len(block) << 3) | (2 << 1)).to_bytes(3, "little") + block
    start = page.getvalue().index(b"\x28\xb5\x2f\xfd") + 4
    frame = b"\x60\x00\x10" + blocks * 500
    return page.getvalue()[:start] + frame + page.getvalue()[start + len(frame) :]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(log_media(Path(folder)), ensure_ascii=False))


if __name__ == "__main__":
    main()
