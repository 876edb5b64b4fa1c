"""The logger for Lightning, with Lightning itself."""

from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater.errors import InvalidInputError
from sdk.integration.seen import rows_of, table_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
lightning = pytest.importorskip("lightning.pytorch", reason="Lightning is not installed", exc_type=ImportError)

from headwater.integration.lightning import WandbLogger  # noqa: E402

# Lightning and what it calls warn of each other.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


class Line(lightning.LightningModule):  # type: ignore[misc, name-defined]  # it is not there for the type checker
    """A line through points."""

    def __init__(self, rate: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch: Any, number: int) -> Any:
        loss = (self.layer(batch[0]) - batch[1]).square().mean()
        self.log("loss", loss)
        return loss

    def validation_step(self, batch: Any, number: int) -> None:
        self.log("val_loss", (self.layer(batch[0]) - batch[1]).square().mean())

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=self.hparams["rate"])


def points() -> Any:
    x = torch.linspace(0, 1, 8).reshape(-1, 1)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 2 * x), batch_size=4)


def trainer_of(logger: WandbLogger, folder: Path, *callbacks: Any, epochs: int = 3) -> Any:
    return lightning.Trainer(
        logger=logger,
        callbacks=list(callbacks),
        default_root_dir=folder,
        max_epochs=epochs,
        log_every_n_steps=1,
        accelerator="cpu",
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def checkpoint(**options: Any) -> Any:
    return lightning.callbacks.ModelCheckpoint(monitor="val_loss", **options)


def test_metrics_hyperparameters_and_the_step_of_the_trainer_are_recorded(tmp_path: Path) -> None:
    logger = WandbLogger(name="line", job_type="fit", tags=["a"])

    trainer_of(logger, tmp_path).fit(Line(), points(), points())

    run = logger.experiment
    assert headwater.run == run
    assert (logger.name, logger.version) == (run.project, run.id)
    headwater.finish()
    found = headwater.Api().run(run.path)
    rows = rows_of(run.path)
    assert (found.name, found.job_type, found.tags, found.config) == ("line", "fit", ["a"], {"rate": 0.1})
    assert [row["trainer/global_step"] for row in rows if "loss" in row] == [0, 1, 2, 3, 4, 5]
    assert [row["trainer/global_step"] for row in rows if "val_loss" in row] == [1, 3, 5]
    assert {row["epoch"] for row in rows} == {0, 1, 2}
    assert [(metric.name, metric.step_metric) for metric in found.metrics] == [("*", "trainer/global_step")]


def test_every_checkpoint_is_a_version_before_the_training_ends_and_the_best_is_told(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    class Look(lightning.Callback):  # type: ignore[misc, name-defined]  # as above
        def on_train_end(self, trainer: Any, module: Any) -> None:
            assert headwater.run is not None
            headwater.run._online.outputs.wait()  # type: ignore[union-attr]  # it is open
            found = headwater.Api().artifacts(name=f"model-{headwater.run.id}", order="index")
            seen.append([version.name for version in found])

    logger = WandbLogger(log_model="all")
    # Only one file stays, so each is gone soon after it was logged.
    trainer_of(logger, tmp_path, checkpoint(save_top_k=1), Look(), epochs=4).fit(Line(), points(), points())
    run = logger.experiment
    headwater.finish()

    names = [f"model-{run.id}:v{number}" for number in range(4)]
    versions = list(headwater.Api().artifacts(name=f"model-{run.id}", order="index"))
    losses = [row["val_loss"] for row in rows_of(run.path) if "val_loss" in row]
    assert seen == [names]
    assert [version.name for version in versions] == names
    assert set(versions[-1].aliases) == {"best", "latest"}
    assert [version.metadata["score"] for version in versions] == pytest.approx(losses)
    assert list(versions[0].entries) == ["model.ckpt"]
    assert len(list(tmp_path.rglob("*.ckpt"))) == 1


def test_a_checkpoint_that_becomes_the_best_again_is_told_and_not_sent_twice(tmp_path: Path) -> None:
    logger = WandbLogger(log_model=True)
    kept = checkpoint(save_top_k=2, dirpath=tmp_path / "kept")

    trainer_of(logger, tmp_path, kept).fit(Line(), points(), points())
    run = logger.experiment
    logger.finalize("success")
    headwater.finish()

    versions = list(headwater.Api().artifacts(name=f"model-{run.id}", order="index"))
    assert len(versions) == 2
    assert versions[1].metadata["original_filename"] == Path(kept.best_model_path).name
    assert set(versions[1].aliases) == {"best", "latest"}


def test_a_checkpoint_is_read_back_by_the_trainer(tmp_path: Path) -> None:
    logger = WandbLogger(log_model="all", checkpoint_name="line")
    model = Line()
    trainer_of(logger, tmp_path, checkpoint()).fit(model, points(), points())
    headwater.finish()

    with headwater.init() as run:
        folder = WandbLogger.download_artifact("line:best", save_dir=tmp_path / "read")

    read = Line.load_from_checkpoint(Path(folder, "model.ckpt"))
    assert torch.equal(read.layer.weight, model.layer.weight)
    assert [used.name for used in headwater.Api().run(run.path).used_artifacts()] == ["line:v2"]


def test_media_tables_and_histograms_go_through_the_logger(tmp_path: Path) -> None:
    logger = WandbLogger(prefix="p")
    model = Line()
    logger.watch(model, log="all")
    logger.log_image("image", [torch.zeros(3, 4, 4)], caption=["dark"], step=3)
    logger.log_table("table", columns=["a"], data=[[1], [2]])
    logger.log_hyperparams({"depth": 3})
    trainer_of(logger, tmp_path, epochs=1).fit(model, points(), points())
    run = logger.experiment
    headwater.finish()

    rows = rows_of(run.path)
    table = table_of(f"run-{run.id}-p-table:latest", "p-table")
    assert rows[0]["p-image"]["items"][0]["caption"] == "dark"
    assert rows[0]["trainer/global_step"] == 3
    assert table.data == [[1], [2]]
    assert headwater.Api().run(run.path).config == {"depth": 3, "rate": 0.1}
    assert any({"gradients/layer.weight", "parameters/layer.bias"} <= set(row) for row in rows)


def test_a_choice_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="log_model is 'some'; it must be True, False or 'all'"):
        WandbLogger(log_model="some")
