/**
 * The lines that make the first run of a newcomer, with this server's address. They run as they stand, anywhere; of a
 * project's path `entity/project` both are named.
 */
export function firstSteps(origin: string, path = 'first-steps'): string {
  const [project = '', entity] = path.split('/').reverse();
  const place = `${entity ? `entity=${JSON.stringify(entity)}, ` : ''}project=${JSON.stringify(project)}`;
  return `from pathlib import Path

import headwater

headwater.login(host="${origin}")
Path("hello.txt").write_text("hello")
with headwater.init(${place}, job_type="train") as run:
    run.log({"loss": 0.42})
    run.log_artifact("hello.txt", name="first-file", type="dataset")
`;
}
