"""The GraphQL documents of runs and listings: fixed texts with variables, which the service parses once."""

VIEWER = """
query Viewer {
  viewer {
    isAdmin
    isReadOnly
    serverVersion
    user { id name }
    entities { name kind }
    defaultEntity { name }
  }
}
"""

SERVER_VERSION = """
query ServerVersion { viewer { serverVersion } }
"""

START_RUN = """
mutation StartRun($input: StartRunInput!) {
  startRun(input: $input) {
    __typename
    ... on StartRunPayload {
      isResumed
      run {
        id key name url jobType group tags notes config summary createdAt
        project { name entity { id name } }
      }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

UPDATE_RUN = """
mutation UpdateRun($input: UpdateRunInput!) {
  updateRun(input: $input) {
    __typename
    ... on UpdateRunPayload { run { id } }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

FINISH_RUN = """
mutation FinishRun($input: FinishRunInput!) {
  finishRun(input: $input) {
    __typename
    ... on FinishRunPayload { run { id state } }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

ATTACH_RUN_FILES = """
mutation AttachRunFiles($input: AttachRunFilesInput!) {
  attachRunFiles(input: $input) {
    __typename
    ... on AttachRunFilesPayload { run { id } }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

RAISE_ALERT = """
mutation RaiseAlert($input: RaiseAlertInput!) {
  raiseAlert(input: $input) {
    __typename
    ... on RaiseAlertPayload { alert { id } }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

RUN_LINEAGE = """
query RunLineage($path: String!, $direction: LineageDirection!, $depth: Int, $limit: Int!) {
  run(path: $path) { lineage(direction: $direction, depth: $depth, limit: $limit) { compact } }
}
"""

RUN_ALERTS = """
query RunAlerts($path: String!) {
  run(path: $path) { alerts { id title text level at raisedAt } }
}
"""

RUN_CONSOLE = """
query RunConsole($path: String!, $first: Int!, $after: String) {
  run(path: $path) {
    console(first: $first, after: $after) {
      texts { source stream writtenAt text }
      endCursor
      hasNextPage
    }
  }
}
"""

SYSTEM_METRICS = """
query SystemMetrics($path: String!, $keys: [String!], $first: Int!, $after: String) {
  run(path: $path) {
    systemMetrics(keys: $keys, first: $first, after: $after) {
      samples
      endCursor
      hasNextPage
    }
  }
}
"""

GET_RUN = """
query GetRun($path: String!) {
  run(path: $path) {
    id key name path url state jobType group tags notes config summary
    host command gitCommit gitRemote createdAt startedAt heartbeatAt finishedAt exitCode
    createdBy { name }
    project { name entity { name } }
  }
}
"""

LIST_RUNS = """
query ListRuns(
  $project: String, $filter: RunFilter, $orderBy: RunOrder, $first: Int!, $after: String, $isCounted: Boolean!
) {
  runs(project: $project, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges {
      node {
        id key name path url state jobType group tags notes config summary
        host command gitCommit gitRemote createdAt startedAt heartbeatAt finishedAt exitCode
        createdBy { name }
        project { name entity { name } }
      }
    }
    pageInfo { hasNextPage endCursor }
    totalCount @include(if: $isCounted)
  }
}
"""

RUN_HISTORY = """
query RunHistory($path: String!, $keys: [String!], $minStep: Step, $maxStep: Step, $first: Int!, $after: Step) {
  run(path: $path) {
    history(keys: $keys, minStep: $minStep, maxStep: $maxStep, first: $first, after: $after) {
      rows
      endCursor
      hasNextPage
    }
  }
}
"""

RUN_SAMPLES = """
query RunSamples($path: String!, $keys: [String!], $samples: Int!, $minStep: Step, $maxStep: Step) {
  run(path: $path) {
    history(keys: $keys, samples: $samples, minStep: $minStep, maxStep: $maxStep) { rows }
  }
}
"""

RUN_INPUTS = """
query RunInputs($path: String!, $first: Int!, $after: String) {
  run(path: $path) {
    inputs(first: $first, after: $after) {
      edges {
        node {
          __typename
          id index name path url type digest size fileCount description metadata tags state aliases createdAt
          collection { id }
          source { id index name path aliases collection { id } }
          historyStep
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

RUN_OUTPUTS = """
query RunOutputs($path: String!, $first: Int!, $after: String) {
  run(path: $path) {
    outputs(first: $first, after: $after) {
      edges {
        isReused
        node {
          __typename
          id index name path url type digest size fileCount description metadata tags state aliases createdAt
          collection { id }
          source { id index name path aliases collection { id } }
          historyStep
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

RUN_FILES = """
query RunFiles($path: String!, $prefix: String, $first: Int!, $after: String) {
  run(path: $path) {
    files(prefix: $prefix, first: $first, after: $after) {
      edges { node { path size digest url } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

LIST_PROJECTS = """
query ListProjects($entity: String, $first: Int!, $after: String) {
  projects(entity: $entity, first: $first, after: $after) {
    edges { node { id name path url description createdAt entity { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

LIST_COLLECTIONS = """
query ListCollections($container: String, $filter: CollectionFilter, $first: Int!, $after: String) {
  collections(container: $container, filter: $filter, first: $first, after: $after) {
    edges { node { id name path url kind type description tags createdAt updatedAt aliases { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SEARCH_COLLECTIONS = """
query SearchCollections($container: String, $filter: CollectionFilter, $first: Int!, $after: String) {
  collections(
    container: $container, filter: $filter, orderBy: {field: RELEVANCE, direction: DESC}, first: $first, after: $after
  ) {
    edges { node { id name path url kind type description tags createdAt updatedAt aliases { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

LIST_VERSIONS = """
query ListVersions(
  $container: String, $collection: String, $filter: VersionFilter, $orderBy: VersionOrder, $first: Int!, $after: String
) {
  versions(
    container: $container, collection: $collection, filter: $filter, orderBy: $orderBy, first: $first, after: $after
  ) {
    edges {
      node {
        __typename
        id index name path url type digest size fileCount description metadata tags state aliases createdAt
        collection { id }
        source { id index name path aliases collection { id } }
        historyStep
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
