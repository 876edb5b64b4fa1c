"""The pages of the web UI by name: where each is, and a text that it must show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from e2e.ui.conftest import UIWorld


@dataclass(frozen=True)
class UIPage:
    path: Callable[[UIWorld], str]
    shows: Callable[[UIWorld], str]


def _project(tab: str) -> Callable[[UIWorld], str]:
    return lambda world: f"/{world.project}/-/{tab}"


def _version(tab: str) -> Callable[[UIWorld], str]:
    return lambda world: f"/{world.model}/-/{tab}"


def _dataset(tab: str) -> Callable[[UIWorld], str]:
    return lambda world: f"/{world.dataset}/-/{tab}"


def _run(tab: str, job_type: str = "train") -> Callable[[UIWorld], str]:
    return lambda world: world.run_page(job_type, tab)


def _registry(tab: str) -> Callable[[UIWorld], str]:
    return lambda world: f"/{world.registry}/-/{tab}"


def _model(tab: str) -> Callable[[UIWorld], str]:
    return lambda world: f"/{world.registered_model}/-/{tab}"


def _says(text: str) -> Callable[[UIWorld], str]:
    return lambda world: text


PAGES: Final = {
    "home": UIPage(lambda world: "/", lambda world: world.project),
    "entity": UIPage(lambda world: f"/{world.entity}", lambda world: world.project.split("/")[1]),
    "entity-registries": UIPage(lambda world: f"/{world.entity}/-/registries", _says("model-registry")),
    "entity-members": UIPage(lambda world: f"/{world.entity}/-/members", lambda world: world.entity),
    "settings-keys": UIPage(_says("/-/settings/keys"), _says("New key")),
    "settings-entities": UIPage(_says("/-/settings/entities"), lambda world: world.entity),
    "settings-interface": UIPage(_says("/-/settings/interface"), _says("Language")),
    "project-runs": UIPage(_project("runs"), _says("データ準備")),
    "project-artifacts": UIPage(_project("artifacts"), _says("手書き数字 データ")),
    "project-lineage": UIPage(_project("lineage"), _says("dataset")),
    "project-settings": UIPage(_project("settings"), _says("Save")),
    "run": UIPage(_run(""), _says("adam")),
    "run-charts": UIPage(_run("charts"), _says("val/acc")),
    "run-artifacts": UIPage(_run("artifacts"), _says("digits-model:v2")),
    "run-media": UIPage(_run("media", "前処理"), _says("examples")),
    "run-files": UIPage(_run("files"), _says("requirements")),
    "run-log": UIPage(_run("log"), _says("完了")),
    "run-lineage": UIPage(_run("lineage"), _says("digits-model")),
    "collection": UIPage(lambda world: f"/{world.model.split(':')[0]}", _says("v2")),
    "version": UIPage(lambda world: f"/{world.model}", _says("best")),
    "version-metadata": UIPage(_dataset("metadata"), _says("件数")),
    "version-files": UIPage(_dataset("files"), _says("table.csv")),
    "version-usage": UIPage(_version("usage"), _says("use_artifact")),
    "version-history": UIPage(_version("history"), _says("best")),
    "version-lineage": UIPage(_version("lineage"), _says("digits-model:v2")),
    "compare": UIPage(lambda world: f"/{world.model.split(':')[0]}:v0...v2", _says("weights.bin")),
    "registry": UIPage(lambda world: f"/{world.registry}", _says("手書き数字モデル")),
    "registry-proposals": UIPage(_registry("proposals"), _says("model-registry")),
    "registry-recalls": UIPage(_registry("recalls"), _says("ラベルに誤り")),
    "registry-settings": UIPage(_registry("settings"), _says("live")),
    "model": UIPage(lambda world: f"/{world.registered_model}", _says("production")),
    "model-timeline": UIPage(_model("timeline"), _says("production")),
    "model-lineage": UIPage(_model("lineage"), _says("手書き数字モデル")),
    "recalled-version": UIPage(lambda world: f"/{world.recalled}", _says("誤ラベル")),
    "recalled-lineage": UIPage(lambda world: f"/{world.recalled}/-/lineage", _says("誤ラベル")),
    "recalled-model": UIPage(lambda world: f"/{world.recalled_model}", _says("Critical")),
    "missing": UIPage(_says("/nobody/nothing"), _says("There is no such")),
}
