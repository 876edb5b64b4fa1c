"""A training loop that may be killed at any moment: it notes what was acknowledged, once that has returned.

    python killed_training.py ID STEPS

In the folder it runs in, `noted.log` gets a line of JSON for each thing. Every write is one call, so that a kill
leaves whole lines.
"""

import json
import os
import sys
import time

import headwater

PAUSE_SECONDS = 0.003
STEPS_A_ARTIFACT = 60
STEPS_A_IMAGE = 45
SIZES = (1, 4_000, 300_000)
COLLECTION = "weights"


def values_of(step: int) -> dict[str, object]:
    """What is logged at a step, without its image."""
    return {"n": step, "loss": 1 / (step + 1), "phase": f"step {step}"}


def content_of(run: str, number: int, file: int) -> bytes:
    """The bytes of a file of an artifact; no two artifacts have the same."""
    unit = f"{run}/{number}/{file}\n".encode()
    return (unit * (SIZES[file] // len(unit) + 1))[: max(SIZES[file], len(unit))]


def artifact_of(run: str, number: int) -> headwater.Artifact:
    artifact = headwater.Artifact(COLLECTION, type="model", metadata={"run": run, "number": number})
    for file in range(len(SIZES)):
        with artifact.new_file(f"part-{file}.bin", mode="wb") as opened:
            opened.write(content_of(run, number, file))
    return artifact


def train(run: headwater.Run, steps: int, note: int) -> None:
    def tell(what: str, number: int) -> None:
        os.write(note, json.dumps({what: number}).encode() + b"\n")

    for step in range(steps):
        values = values_of(step)
        if step % STEPS_A_IMAGE == 0:
            values["image"] = headwater.Image([[step % 256, 0], [255, 128]])
        run.log(values)
        tell("logged", step)
        if step % STEPS_A_ARTIFACT == STEPS_A_ARTIFACT - 1:
            number = step // STEPS_A_ARTIFACT
            tell("begins", number)
            artifact = run.log_artifact(artifact_of(run.id, number))
            if number % 2 == 0:
                artifact.wait()
                tell("stored", number)
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    note = os.open("noted.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with headwater.init(id=sys.argv[1], job_type="train") as run:
        train(run, int(sys.argv[2]), note)


if __name__ == "__main__":
    main()
