"""Makes what the pages of the web UI are looked at with: a small team's work, Japanese names, names that mean harm.

    python tests/e2e/ui/world.py

It works in the project of its environment (`HEADWATER_ENTITY`, `HEADWATER_PROJECT`) and prints as JSON what it made.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np

import headwater
from headwater import rules

ENTITY = os.environ["HEADWATER_ENTITY"]
PROJECT = os.environ["HEADWATER_PROJECT"]
REGISTRY = f"{ENTITY}/model-registry"
MODEL = "手書き数字モデル"
RECALLED_MODEL = "再学習モデル"
# What a name or a text must never do to a page.
HARM = '<img src=x onerror="window.harmed=1">'
SCRIPT = "<script>window.harmed=1</script>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="window.harmed=1">{SCRIPT}</svg>'


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")


def make_dataset(folder: Path) -> str:
    with headwater.init(job_type="前処理", name="データ準備", tags=["日本語", HARM], notes=HARM) as run:
        dataset = headwater.Artifact(
            "手書き数字 データ", "dataset", description=f"# 学習用\n\n{HARM} [x](javascript:1)"
        )
        dataset.metadata = {"件数": 1797, "source": {"name": HARM, "splits": [1200, 297, 300]}}
        write(
            folder, table__csv="id,名前,点\n1,=cmd(),0.5\n2,太郎,0.9\n", harm__svg=SVG, harm__html=SCRIPT, note__md=HARM
        )
        dataset.add_dir(str(folder))
        run.log_artifact(dataset).wait()
        run.log({"examples": headwater.Table(columns=["文字", "n"], data=[["あ", 1], [HARM, 2]])})
        run.log({"image": headwater.Image(np.zeros((8, 8, 3), np.uint8), caption=HARM)})
    return f"{ENTITY}/{PROJECT}/手書き数字 データ:v0"


def train(seed: int, folder: Path) -> None:
    config = {"lr": 0.01 * (seed + 1), "optimizer": "adam", "層": {"幅": 64, "深さ": 2}}
    with headwater.init(job_type="train", config=config, tags=["baseline"] if seed == 0 else []) as run:
        run.use_artifact("手書き数字 データ:latest")
        for step in range(60):
            loss = math.exp(-step / (20 + seed)) + 0.01 * seed
            run.log({"loss": loss if step != 30 else math.nan, "val/acc": 1 - loss / 2, "val/loss": 1.1 * loss})
        write(folder, **{f"weights{seed}__bin": "w" * (seed + 1)})
        model = headwater.Artifact("digits-model", "model", metadata={"accuracy": 0.95 + 0.01 * seed})
        model.add_file(str(folder / f"weights{seed}.bin"), name="weights.bin")
        logged = run.log_artifact(model, aliases=["best", "candidate"] if seed == 2 else None).wait()
        run.link_artifact(logged, f"{REGISTRY}/{MODEL}", aliases=["staging"])
        print(f"step {seed}: 完了 \x1b[32mgreen\x1b[0m {HARM}")


def evaluate() -> None:
    with headwater.init(job_type="evaluate") as run:
        run.use_artifact(f"{REGISTRY}/{MODEL}:staging")
        report = headwater.Artifact("report", "report")
        with report.new_file("report.json") as file:
            file.write(json.dumps({"accuracy": 0.97, "注": HARM}, ensure_ascii=False))
        run.log_artifact(report).wait()


def make_recalled_model(folder: Path) -> str:
    """Train on data that turns out to be bad: what came from it is registered, and the recall is critical."""
    write(folder, bad__csv="id,label\n1,7\n")
    with headwater.init(job_type="label") as run:
        labels = headwater.Artifact("誤ラベル", "dataset")
        labels.add_file(str(folder / "bad.csv"))
        run.log_artifact(labels).wait()
    with headwater.init(job_type="fine-tune") as run:
        run.use_artifact("誤ラベル:latest")
        write(folder, tuned__bin="tuned")
        model = headwater.Artifact("tuned-model", "model", metadata={"accuracy": 0.99})
        model.add_file(str(folder / "tuned.bin"))
        logged = run.log_artifact(model).wait()
        run.link_artifact(logged, f"{REGISTRY}/{RECALLED_MODEL}", aliases=["staging"])
    reason = f"ラベルの半分が誤り {HARM}"
    headwater.Api().artifact(f"{ENTITY}/{PROJECT}/誤ラベル:v0").recall(reason, severity="critical")
    return f"{ENTITY}/{PROJECT}/tuned-model:v0"


def fail() -> None:
    try:
        with headwater.init(job_type="retrain", name=HARM) as run:
            run.use_artifact("digits-model:latest")
            raise RuntimeError("失敗")
    except RuntimeError:
        pass


def promote() -> None:
    api = headwater.Api()
    registry = api.registry(REGISTRY)
    registry.protected_aliases = ["production"]
    registry.save()
    registry.set_guard("live", rules.metadata("accuracy", ">=", 0.97))
    model = api.collection(f"{REGISTRY}/{MODEL}")
    model.description = f"**モデルカード** {HARM}\n\n| a | b |\n|---|---|\n| 1 | {HARM} |"
    model.save()
    model.move_alias("production", "v0", reason="最初の版")
    model.move_alias("production", "v1", reason="精度が向上")
    api.artifact(f"{REGISTRY}/{MODEL}:v0").recall("ラベルに誤り", severity="warning")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "data").mkdir()
        dataset = make_dataset(Path(name) / "data")
        for seed in range(3):
            train(seed, Path(name))
        recalled = make_recalled_model(Path(name))
    evaluate()
    fail()
    promote()
    runs = {run.job_type: run.path for run in headwater.Api().runs(f"{ENTITY}/{PROJECT}", order="+created_at")}
    made = {
        "entity": ENTITY,
        "project": f"{ENTITY}/{PROJECT}",
        "registry": REGISTRY,
        "registered_model": f"{REGISTRY}/{MODEL}",
        "dataset": dataset,
        "model": f"{ENTITY}/{PROJECT}/digits-model:v2",
        "recalled": recalled,
        "recalled_model": f"{REGISTRY}/{RECALLED_MODEL}",
        "runs": runs,
    }
    print(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
