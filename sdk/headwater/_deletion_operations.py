"""The GraphQL documents of deletions and times to live: fixed texts with variables."""

PLAN_DELETION = """
query PlanDeletion($input: DeletionInput!) {
  deletionPlan(input: $input) {
    digest
    figures { versions links collections runs projects aliases bytesFreed bytesShared }
    refusals { rule message }
    consumers
    descendants
    isDescendantsComplete
  }
}
"""

DELETE = """
mutation Delete($input: DeleteInput!) {
  delete(input: $input) {
    __typename
    ... on DeletePayload {
      deletion
      figures { versions links collections runs projects aliases bytesFreed bytesShared }
    }
    ... on UserError { message }
    ... on ConflictError { current }
  }
}
"""

RESTORE = """
mutation Restore($input: RestoreInput!) {
  restore(input: $input) {
    __typename
    ... on RestorePayload { versions links collections runs projects }
    ... on UserError { message }
    ... on ConflictError { current }
  }
}
"""

UNLINK = """
mutation Unlink($input: UnlinkInput!) {
  unlink(input: $input) {
    __typename
    ... on UnlinkPayload { version { id state } }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""

LIST_TRASH = """
query ListTrash($container: String, $first: Int!, $after: String) {
  trash(container: $container, first: $first, after: $after) {
    edges {
      node { id kind path size ending { endedAt reason deletion restorableUntil endedBy { name } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

VERSION_TTL = """
query VersionTtl($id: ID!) {
  node(id: $id) { ... on Version { ttlSeconds isTtlInherited expiresAt } }
}
"""

SET_VERSION_TTL = """
mutation SetVersionTtl($input: SetVersionTtlInput!) {
  setVersionTtl(input: $input) {
    __typename
    ... on SetVersionTtlPayload { version { ttlSeconds isTtlInherited expiresAt } }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""

COLLECTION_TTL = """
query CollectionTtl($id: ID!) {
  node(id: $id) { ... on Collection { ttlSeconds } }
}
"""

SET_COLLECTION_TTL = """
mutation SetCollectionTtl($input: SetCollectionTtlInput!) {
  setCollectionTtl(input: $input) {
    __typename
    ... on SetCollectionTtlPayload { collection { ttlSeconds } }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""

FIND_RUN = """
query FindRun($path: String!) {
  run(path: $path) { id }
}
"""

FIND_CONTAINER = """
query FindContainer($path: String!) {
  project(path: $path) { id }
  registry(path: $path) { id }
}
"""
