/** The lines that make the first run of a newcomer, with this server's address. */
export function firstSteps(origin: string, project = 'first-steps'): string {
  return `from pathlib import Path

import headwater

headwater.login(host="${origin}")
Path("hello.txt").write_text("hello")
with headwater.init(project=${JSON.stringify(project)}, job_type="train", config={"lr": 0.01}) as run:
    run.log({"loss": 0.42})
    run.log_artifact("hello.txt", name="first-file", type="dataset")
`;
}
