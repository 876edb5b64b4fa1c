"""How fast the lineage explorer draws and moves, in Chromium without a GPU: from the click to the drawn graph, and the
frames of five seconds of panning.

    python benchmarks/lineage_canvas.py [--sizes 50 500 2000] [--rounds 5] [--url URL] [--keep] [--link LINK]

Needs a running service (`headwater up`) that serves the web UI, Chromium and Playwright for Python. The graphs are
written straight into the database, in a project of the user's own entity, and taken out again at the end. Times are
milliseconds. `--link` is a sign-in link; without it `headwater open --print` makes one.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from lineage import CREATE_SCOPE, DELETE, DELETE_SCOPE, Shape, build, hub
from neo4j import GraphDatabase, NotificationMinimumSeverity, Session
from playwright.sync_api import Page, sync_playwright

import headwater
from headwater_service.config import settings_from
from headwater_service.local.plan import make_plan
from headwater_service.store.ids import new_id

# No GPU, and no flag that forces a driver in software: as on a remote desktop.
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc")
WIDTH: Final = 24
PAN_SECONDS: Final = 5
JOB_TYPES: Final = ("preprocess", "train", "evaluate", "export")
TYPES: Final = ("dataset", "model", "report")

# Opens an address without loading the page anew, and waits for the frame in which its graph is drawn.
OPEN: Final = """
async (address) => {
  performance.clearMarks();
  const began = performance.now();
  history.pushState(null, '', address);
  const last = (name) => performance.getEntriesByName(name).at(-1);
  const isAfter = (name, other) => (last(name)?.startTime ?? -1) > (last(other)?.startTime ?? Infinity);
  // What is drawn before the answer, for whatever reason, is the graph from before.
  const steps = ['lineage:answer', 'lineage:layout', 'lineage:shown', 'lineage:drawn'];
  while (!steps.slice(1).every((name, index) => isAfter(name, steps[index]))) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - began > 60000) throw new Error('nothing was drawn');
  }
  return {
    answer: last('lineage:answer').startTime - began,
    layout: last('lineage:layout').detail,
    drawn: last('lineage:drawn').startTime - began,
    boxes: last('lineage:shown').detail,
  };
}
"""
# Wheels over the canvas for some seconds, a step a frame, and gives the times between frames.
PAN: Final = """
async ({ seconds, zooms }) => {
  const graph = document.querySelector('[data-graph]');
  const box = graph.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true };
  for (let step = 0; step < Math.abs(zooms); step += 1) {
    graph.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: Math.sign(zooms) * 120, ctrlKey: true }));
  }
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
  observer.observe({ type: 'longtask' });
  await new Promise((done) => setTimeout(done, 400));
  const frames = [];
  const began = performance.now();
  let before = await new Promise(requestAnimationFrame);
  while (performance.now() - began < seconds * 1000) {
    const share = (performance.now() - began) / (seconds * 1000);
    const way = Math.cos(share * 4 * Math.PI);
    graph.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: 30 * way, deltaY: 8 * way }));
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  observer.disconnect();
  return { frames, tasks };
}
"""


@dataclass(frozen=True)
class Place:
    """Where the measured graphs lie, and how many nodes each has."""

    path: str
    starts: dict[int, str]
    hub: str


def pipelines(shape: Shape, nodes: int) -> None:
    """Layers of runs that use one or two versions of the layer before, and make one each: about 1.5 edges a node."""
    choice = random.Random(nodes)
    width = min(WIDTH, max(3, nodes // 12))
    last = [shape.version()]
    while len(shape.runs) + len(shape.versions) < nodes:
        made = []
        for place in range(width):
            if len(shape.runs) + len(shape.versions) + 2 > nodes:
                break
            run = shape.run()
            shape.runs[-1]["job_type"] = JOB_TYPES[len(shape.versions) // width % len(JOB_TYPES)]
            for version in choice.sample(last, k=min(len(last), choice.choice((1, 1, 2)))):
                shape.uses(version, run)
            version = shape.version()
            shape.versions[-1]["type"] = TYPES[place % len(TYPES)]
            shape.makes(run, version)
            made.append(version)
        if not made:
            return
        last = made


def main() -> None:
    given = arguments()
    settings = settings_from() if "HEADWATER_NEO4J_URI" in os.environ else make_plan().settings()
    api = headwater.Api()
    with (
        GraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password),
            notifications_min_severity=NotificationMinimumSeverity.OFF,
        ) as driver,
        driver.session(database=settings.neo4j_database) as session,
    ):
        scope = new_id()
        session.run(CREATE_SCOPE, entity=api.default_entity, id=scope, at=time.time_ns() // 1000).consume()
        try:
            place = fill(session, scope, f"{api.default_entity}/bench-lineage-{scope}", given)
            if given.data_only:
                print(place)
            else:
                in_browser(given, lambda page: measure(page, place, given))
        finally:
            if not given.keep:
                while session.run(DELETE, scope=scope).single(strict=True)["count"]:
                    pass
                session.run(DELETE_SCOPE, scope=scope).consume()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 500, 2000])
    parser.add_argument("--consumers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", default=None, help="where the UI is, if not where the service is")
    parser.add_argument("--link", default=None)
    parser.add_argument("--keep", action="store_true", help="leave what was built")
    parser.add_argument("--data-only", action="store_true", help="build, say where, and measure nothing")
    return parser.parse_args()


def fill(session: Session, scope: str, path: str, given: argparse.Namespace) -> Place:
    """Write the graphs. Each size is a graph of its own."""
    starts: dict[int, str] = {}
    for size in given.sizes:
        starts[size] = build(session, scope, lambda shape, size=size: pipelines(shape, size))  # type: ignore[misc]
    top = build(session, scope, lambda shape: hub(shape, given.consumers))
    session.run("CALL db.awaitIndexes(300)").consume()
    return Place(path, starts, top)


def in_browser(given: argparse.Namespace, use: Callable[[Page], None]) -> None:
    """Open a signed-in page, and close its browser in the end."""
    program = Path(sys.executable).with_name("headwater")
    printed = subprocess.run([program, "open", "--print"], capture_output=True, text=True, check=True).stdout
    link = given.link or next(word for word in printed.split() if "/sign-in" in word)
    parts = urlsplit(link)
    base = given.url or f"{parts.scheme}://{parts.netloc}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(base + link.split(parts.netloc, 1)[1])
            page.wait_for_load_state("networkidle")
            use(page)
        finally:
            browser.close()


def chromium() -> str | None:
    return next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)


def address_of(page: Page, node_id: str) -> str:
    """The lineage tab of a version, asked of the service by its id."""
    query = "query Path($id: ID!) { node(id: $id) { ... on Version { path } } }"
    answer = page.evaluate(
        """async ([query, id]) => (await fetch('/graphql', { method: 'POST', credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-Headwater-Request': '1' },
        body: JSON.stringify({ query, variables: { id } }) })).json()""",
        [query, node_id],
    )
    return f"/{answer['data']['node']['path']}/-/lineage"


def measure(page: Page, place: Place, given: argparse.Namespace) -> None:
    print(f"{'milliseconds':36}{'boxes':>8}{'answer':>10}{'layout':>10}{'drawn':>10}")
    for size, start in place.starts.items():
        show(f"{size:,} nodes: click to drawn", opened(page, address_of(page, start), given.rounds))
        if size != max(place.starts):
            continue
        for name, zooms in (("at the beginning", 0), ("far away", 20), ("at 100 %", -16)):
            panned(page, f"{size:,} nodes, panning, {name}", zooms)
    # As it opens at first: one step down.
    hub_results = opened(page, address_of(page, place.hub), given.rounds, "?view=graph")
    show(f"{given.consumers:,} consumers: click to drawn", hub_results)


def opened(page: Page, address: str, rounds: int, query: str = "?down=all&many=1&view=graph") -> list[dict[str, Any]]:
    """Open a graph from a page that has the code, but no answer that it kept from before."""
    results = []
    for _ in range(rounds):
        page.goto(f"{page.url.split('/', 3)[0]}//{urlsplit(page.url).netloc}{address}?up=0&down=0&view=graph")
        page.wait_for_selector("[data-graph]")
        page.wait_for_timeout(1500)
        results.append(page.evaluate(OPEN, address + query))
    return results


def show(name: str, results: list[dict[str, Any]]) -> None:
    median = {key: statistics.median(result[key] for result in results) for key in results[0]}
    print(f"{name:36}{median['boxes']:>8.0f}{median['answer']:>10.0f}{median['layout']:>10.0f}{median['drawn']:>10.0f}")


def panned(page: Page, name: str, zooms: int) -> None:
    found = page.evaluate(PAN, {"seconds": PAN_SECONDS, "zooms": zooms})
    frames = sorted(found["frames"])
    slowest = statistics.mean(frames[-max(1, len(frames) // 20) :])
    p95 = frames[int(len(frames) * 0.95)]
    longest = max(found["tasks"], default=0)
    print(
        f"{name:44}p50 {statistics.median(frames):.1f}, p95 {p95:.1f}, mean of the slowest 5 % {slowest:.1f}, ", end=""
    )
    print(f"frames {len(frames)}, longest task {longest:.0f}")


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
