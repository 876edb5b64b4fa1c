// Lines that use a version from Python, the command line and plain HTTP. Names are quoted as each language needs it.

export type UsageLanguage = 'python' | 'cli' | 'curl';
export const USAGE_LANGUAGES: readonly UsageLanguage[] = ['python', 'cli', 'curl'];

interface Used {
  /** `entity/container/name:ref`, with the number or an alias. */
  path: string;
  type: string;
  /** Path of one of its files, to show a download by HTTP. */
  file: string | null;
  /** The project whose runs use it, for a name in the lines. */
  project: string;
}

/** The lines that log the first artifact of a project. */
export function firstArtifact(origin: string, projectPath: string): string {
  const [entity = '', project = ''] = projectPath.split('/');
  return `import headwater

headwater.login(host=${python(origin)})
with headwater.init(entity=${python(entity)}, project=${python(project)}, job_type="load-data") as run:
    run.log_artifact("data.csv", name="my-data", type="dataset")
`;
}

export function usageLines(language: UsageLanguage, origin: string, used: Used): string {
  if (language === 'python') return pythonLines(origin, used);
  if (language === 'cli') return commandLines(origin, used);
  return httpLines(origin, used);
}

function pythonLines(origin: string, { path, type, project }: Used): string {
  const [entity = '', name = ''] = project.split('/');
  return `import headwater

headwater.login(host=${python(origin)})
with headwater.init(entity=${python(entity)}, project=${python(name)}, job_type="evaluate") as run:
    artifact = run.use_artifact(${python(path)}, type=${python(type)})
    folder = artifact.download()

# Without a run, so that nothing is recorded:
artifact = headwater.Api().artifact(${python(path)})
`;
}

function commandLines(origin: string, { path }: Used): string {
  return `export HEADWATER_BASE_URL=${shell(origin)}
headwater artifact get ${shell(path)} --root data
headwater artifact show ${shell(path)}
`;
}

function httpLines(origin: string, { path, file }: Used): string {
  const query = JSON.stringify({
    query: 'query Version($path: String!) { artifact(path: $path) { name digest size aliases } }',
    variables: { path },
  });
  const facts = `curl -s ${shell(`${origin}/graphql`)} -H "Authorization: Bearer $HEADWATER_API_KEY" \\
  -H "Content-Type: application/json" -d ${shell(query)}
`;
  if (file === null) return facts;
  const address = `${origin}/files/${[...path.split('/'), ...file.split('/')].map(encodeURIComponent).join('/')}`;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return `curl -L ${shell(address)} -H "Authorization: Bearer $HEADWATER_API_KEY" \\
  -o ${shell(name.startsWith('-') ? `./${name}` : name)}

${facts}`;
}

/** A Python text: JSON's quoting is Python's too. */
function python(text: string): string {
  return JSON.stringify(text);
}

/** A word of a POSIX shell: in single quotes nothing has a meaning but the quote itself. */
function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
