// The ready-made tabs. Their variables name what the viewer really has.
import examples from './queries/examples.graphql?raw';
import latestVersions from './queries/latest_versions.graphql?raw';
import lineageUpstream from './queries/lineage_upstream.graphql?raw';
import reached from './queries/reached.graphql?raw';
import runInputsOutputs from './queries/run_inputs_outputs.graphql?raw';
import { objectTab, tab } from './objects.js';

const FIRST_VERSION = `# There is no version to look at yet. Three lines of Python make one:
#
# import headwater
# with headwater.init(project="first-steps") as run:
#     run.log_artifact("README.md", "first-file", "dataset")
#
# Then load this page again.

`;

/** Ask the service for a version, a consumed version, a run and a project of the viewer. */
export async function fetchExamples(post) {
  const answer = await post({ query: examples, operationName: 'Examples' });
  const first = (connection) => connection?.edges[0]?.node;
  const data = answer.data;
  const run = first(data?.runs);
  const version = first(data?.newest)?.path;
  return {
    version,
    dataset: first(data?.consumed)?.path ?? version,
    run: run?.path,
    project: run?.project.path ?? version?.split('/').slice(0, 2).join('/'),
  };
}

/** All tabs: first the query that a page handed over, then that of the object which the address names. */
export function readyMadeTabs(given, path, found) {
  return [
    ...(given ? [given] : []),
    ...(path ? [objectTab(path)] : []),
    example(lineageUpstream, 'version', found.version),
    example(reached, 'dataset', found.dataset),
    example(runInputsOutputs, 'run', found.run),
    example(latestVersions, 'project', found.project),
  ];
}

function example(query, variable, value) {
  return value === undefined ? tab(FIRST_VERSION + query, { [variable]: '' }) : tab(query, { [variable]: value });
}
