"""A small pipeline, made through the domain: load logs `data`, train uses it and logs `model`, which is linked."""

import secrets
from dataclasses import dataclass

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.consumption import use_artifact
from headwater_service.domain.links import link_artifact
from headwater_service.domain.runs import RunStart, start_run
from headwater_service.model import Container, Run
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import DOCUMENT_BYTES, new_admin, new_project


@dataclass(frozen=True)
class Pipeline:
    viewer: Viewer
    project: Container
    load: Run
    train: Run
    evaluate: Run
    data: PlacedVersion
    model: PlacedVersion
    link: PlacedVersion

    @property
    def registry(self) -> Container:
        return self.link.container


async def start(site: Site, viewer: Viewer, project: Container, job_type: str, **more: object) -> Run:
    """Start a run named after its job type."""
    given = RunStart(
        project=project.path,
        key=secrets.token_hex(4),
        **{"name": job_type, "job_type": job_type, **more},  # type: ignore[arg-type]  # each test gives what it needs
    )
    started = await start_run(site.graph, viewer, given, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    return started.run


async def use(site: Site, viewer: Viewer, run: Run, path: str) -> PlacedVersion:
    return await use_artifact(site.graph, viewer, run.id, path, type=None, operation=new_id())


async def new_pipeline(site: Site, viewer: Viewer | None = None) -> Pipeline:
    """Load → data → train → model → link in the registry → evaluate, all in a project of this test alone."""
    viewer = viewer or await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    load = await start(site, viewer, project, "load", tags=["nightly"])
    files = {"train.csv": secrets.token_bytes(12), "sub/test.csv": secrets.token_bytes(8)}
    data = await log(site, viewer, project, "data", files, run_id=load.id, metadata={"rows": 20}, aliases=["raw"])
    train = await start(site, viewer, project, "train", config={"lr": 0.1}, group="first")
    await use(site, viewer, train, "data:latest")
    model = await log(
        site,
        viewer,
        project,
        "model",
        {"model.bin": secrets.token_bytes(100)},
        type="model",
        run_id=train.id,
        metadata={"accuracy": 0.97, "framework": "scikit-learn", "tuned": True},
        tags=["small"],
    )
    link = await link_artifact(
        site.graph,
        viewer,
        model.placed.version.id,
        f"{viewer.user_name}/model-registry/Digits-{secrets.token_hex(3)}",
        project=None,
        aliases=["production"],
        operation=new_id(),
    )
    evaluate = await start(site, viewer, project, "evaluate")
    path = f"{link.container.path}/{link.collection.name}:production"
    await use(site, viewer, evaluate, path)
    return Pipeline(viewer, project, load, train, evaluate, data.placed, model.placed, link)
