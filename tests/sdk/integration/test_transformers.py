"""The callback for the Trainer of Hugging Face, with the Trainer itself and a model of a few weights."""

from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater.errors import InvalidInputError
from sdk.integration.seen import rows_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
transformers = pytest.importorskip("transformers", reason="Transformers is not installed", exc_type=ImportError)
pytest.importorskip("accelerate", reason="Accelerate is not installed", exc_type=ImportError)

from headwater.integration.transformers import WandbCallback  # noqa: E402

# Transformers and what it calls warn of each other.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


def trainer_of(folder: Path, callback: WandbCallback, **options: Any) -> Any:
    transformers.set_seed(0)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    rows = [{"input_ids": [1, 2, 3, number % 20], "labels": number % 2} for number in range(16)]
    settings = {"eval_strategy": "epoch", "save_strategy": "epoch", "num_train_epochs": 2, **options}
    return transformers.Trainer(
        model=transformers.BertForSequenceClassification(config),
        args=transformers.TrainingArguments(
            output_dir=str(folder), report_to="none", logging_steps=1, use_cpu=True, disable_tqdm=True, **settings
        ),
        train_dataset=rows,
        eval_dataset=rows[:8],
        callbacks=[callback],
    )


def test_metrics_arguments_and_the_configuration_are_recorded(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, WandbCallback(job_type="tune", watch="gradients"))

    trainer.train()
    trainer.evaluate()
    run = headwater.run
    assert run is not None
    headwater.finish()

    rows, found = rows_of(run.path), headwater.Api().run(run.path)
    assert found.job_type == "tune"
    assert (found.config["hidden_size"], found.config["num_train_epochs"]) == (8, 2)
    assert [row["train/global_step"] for row in rows if "train/loss" in row] == [1, 2, 3, 4]
    assert [row["train/global_step"] for row in rows if "eval/loss" in row] == [2, 4, 4]
    assert {"train_runtime", "train_loss"} <= set(found.summary)
    assert any("gradients/classifier.weight" in row for row in rows)


def test_each_checkpoint_is_a_version_and_the_best_is_told(tmp_path: Path) -> None:
    options = {"load_best_model_at_end": True, "metric_for_best_model": "loss", "save_total_limit": 1}
    with headwater.init() as run:
        trainer = trainer_of(tmp_path, WandbCallback(log_model="checkpoint"), **options)
        trainer.train()

    versions = list(headwater.Api().artifacts(name=f"model-{run.id}", order="index"))
    best = Path(trainer.state.best_model_checkpoint).name
    assert [version.metadata["global_step"] for version in versions] == [2, 4]
    assert [version.metadata["global_step"] for version in versions if "best" in version.aliases] == [
        int(best.removeprefix("checkpoint-"))
    ]
    assert {"config.json", "model.safetensors", "trainer_state.json"} <= set(versions[0].entries)


def test_the_model_at_the_end_can_be_read_back(tmp_path: Path) -> None:
    with headwater.init() as run:
        trainer = trainer_of(tmp_path, WandbCallback(log_model="end"), num_train_epochs=1)
        trainer.train()

    version = headwater.Api().artifact(f"model-{run.id}:latest")
    read = transformers.BertForSequenceClassification.from_pretrained(version.download(tmp_path / "read"))
    assert torch.equal(read.classifier.weight, trainer.model.classifier.weight)
    assert version.metadata["global_step"] == 2


def test_a_choice_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="log_model is 'all'; it must be False, 'end' or 'checkpoint'"):
        WandbCallback(log_model="all")
