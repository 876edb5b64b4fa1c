"""The GraphQL documents of the command line: fixed texts with variables."""

WHO_AM_I = """
query WhoAmI {
  viewer {
    user { name }
    defaultEntity { name }
    entities { name kind viewerRole }
    isAdmin
    isReadOnly
    serverVersion
  }
}
"""

FIND_PROJECT = """
query FindProject($path: String!) {
  project(path: $path) { path }
}
"""

SOME_PROJECTS = """
query SomeProjects {
  projects(first: 20) { edges { node { path } } }
}
"""

ALIASES_OF = """
query AliasesOf($path: String!) {
  collection(path: $path) { aliases { name movedAt movedBy { name } version { index path } } }
}
"""

LIST_RUNS = """
query ListRuns($project: String, $filter: RunFilter, $orderBy: RunOrder, $first: Int!, $after: String) {
  runs(project: $project, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges { node { path name state jobType createdAt finishedAt url config summary } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SHOW_RUN = """
query ShowRun($path: String!) {
  run(path: $path) {
    id path name url state jobType group tags notes createdAt finishedAt exitCode
    createdBy { name }
    host command gitCommit gitRemote config summary
    inputs(first: 200) { edges { node { path type aliases } } }
    outputs(first: 200) { edges { isReused node { path type aliases } } }
  }
}
"""

LIST_COLLECTIONS = """
query ListCollections($container: String, $filter: CollectionFilter, $first: Int!, $after: String) {
  collections(container: $container, filter: $filter, first: $first, after: $after) {
    edges {
      node {
        path type kind updatedAt
        versions(first: 1, orderBy: {field: INDEX, direction: DESC}) {
          edges { node { path type size fileCount aliases createdAt } }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

FIND_COLLECTION = """
query FindCollection($path: String!) {
  collection(path: $path) { id path }
}
"""

LIST_VERSIONS = """
query ListVersions($collection: String!, $first: Int!, $after: String) {
  versions(collection: $collection, orderBy: {field: INDEX, direction: DESC}, first: $first, after: $after) {
    edges { node { path type size fileCount aliases createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SHOW_VERSION = """
query ShowVersion($path: String!) {
  artifact(path: $path) {
    id path url type digest size fileCount state description metadata tags aliases createdAt
    source { path files(first: 200) { edges { node { path size digest reference } } pageInfo { hasNextPage } } }
    producedBy(first: 200) { edges { node { path jobType } } }
    consumedBy(first: 200) { edges { node { path jobType } } }
  }
}
"""

VERSION_LINEAGE = """
query VersionLineage($path: String!, $direction: LineageDirection!, $depth: Int, $limit: Int!) {
  artifact(path: $path) {
    id
    lineage(direction: $direction, depth: $depth, limit: $limit) { compact mermaid }
  }
}
"""

RUN_LINEAGE = """
query RunLineage($path: String!, $direction: LineageDirection!, $depth: Int, $limit: Int!) {
  run(path: $path) {
    id
    lineage(direction: $direction, depth: $depth, limit: $limit) { compact mermaid }
  }
}
"""

LIST_KEYS = """
query ListKeys {
  viewer {
    user {
      apiKeys { id name hint isReadOnly entity { name } project { path } createdAt expiresAt revokedAt }
    }
  }
}
"""

LIST_USERS = """
query ListUsers($first: Int!, $after: String) {
  users(first: $first, after: $after) {
    edges { node { name createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

LIST_MEMBERS = """
query ListMembers($entity: String!) {
  entity(name: $entity) { members { role user { name } } }
}
"""

CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) {
    __typename
    ... on CreateProjectPayload { project { path } }
    ... on UserError { message }
  }
}
"""

CREATE_USER = """
mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) {
    __typename
    ... on CreateUserPayload { user { name } apiKey }
    ... on UserError { message }
  }
}
"""

CREATE_ENTITY = """
mutation CreateEntity($input: CreateEntityInput!) {
  createEntity(input: $input) {
    __typename
    ... on CreateEntityPayload { entity { name url } }
    ... on UserError { message }
  }
}
"""

ADD_MEMBER = """
mutation AddMember($input: AddMemberInput!) {
  addMember(input: $input) {
    __typename
    ... on AddMemberPayload { entity { name } }
    ... on UserError { message }
  }
}
"""

REMOVE_MEMBER = """
mutation RemoveMember($input: RemoveMemberInput!) {
  removeMember(input: $input) {
    __typename
    ... on RemoveMemberPayload { entity { name } }
    ... on UserError { message }
  }
}
"""

CREATE_API_KEY = """
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreateApiKeyPayload { key apiKey { id name hint isReadOnly expiresAt } }
    ... on UserError { message }
  }
}
"""

REVOKE_API_KEY = """
mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    __typename
    ... on RevokeApiKeyPayload { apiKey { id name revokedAt } }
    ... on UserError { message }
  }
}
"""

SEARCH_COLLECTIONS = """
query SearchCollections($container: String, $filter: CollectionFilter, $first: Int!, $after: String) {
  collections(
    container: $container, filter: $filter, orderBy: {field: RELEVANCE, direction: DESC}, first: $first, after: $after
  ) {
    edges { node { path kind type tags description updatedAt url } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SEARCH_VERSIONS = """
query SearchVersions($container: String, $filter: VersionFilter, $first: Int!, $after: String) {
  versions(container: $container, filter: $filter, first: $first, after: $after) {
    edges { node { path type aliases tags description size createdAt url } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SEARCH_RUNS = """
query SearchRuns($container: String, $filter: RunFilter, $first: Int!, $after: String) {
  runs(project: $container, filter: $filter, first: $first, after: $after) {
    edges { node { path name state jobType tags createdAt url } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
