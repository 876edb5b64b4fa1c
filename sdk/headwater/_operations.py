"""The GraphQL documents of artifacts: fixed texts with variables, which the service parses once."""

GET_VERSION = """
query GetVersion($path: String!, $type: String) {
  artifact(path: $path, type: $type) {
    __typename
    id index name path url type digest size fileCount description metadata tags state aliases createdAt
    collection { id }
    source { id index name path aliases collection { id } }
    historyStep
  }
}
"""

GET_VERSION_BY_ID = """
query GetVersionById($id: ID!) {
  node(id: $id) {
    ... on Version {
      __typename
      id index name path url type digest size fileCount description metadata tags state aliases createdAt
      collection { id }
      source { id index name path aliases collection { id } }
      historyStep
    }
  }
}
"""

VERSION_METRICS = """
query VersionMetrics($id: ID!) {
  node(id: $id) { ... on Version { metrics } }
}
"""

LINKED_VERSIONS = """
query LinkedVersions($id: ID!, $first: Int!, $after: String) {
  node(id: $id) {
    ... on ArtifactVersion {
      linkedVersions(first: $first, after: $after) {
        edges {
          node {
            __typename
            id index name path url type digest size fileCount description metadata tags state aliases createdAt
            collection { id }
            source { id index name path aliases collection { id } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

GET_COLLECTION = """
query GetCollection($id: ID!) {
  node(id: $id) {
    ... on Collection { id name path url kind type description tags createdAt updatedAt aliases { name } }
  }
}
"""

GET_MANIFEST = """
query GetManifest($id: ID!) {
  node(id: $id) {
    __typename
    ... on ArtifactVersion { manifest { digest url layoutUrl expiresAt } }
  }
}
"""

GET_DOWNLOAD_URLS = """
query GetDownloadUrls($id: ID!, $blobs: [Digest!]!) {
  node(id: $id) {
    __typename
    ... on ArtifactVersion { downloadUrls(blobs: $blobs) { blob url expiresAt } }
  }
}
"""

LOGGED_BY = """
query LoggedBy($id: ID!) {
  node(id: $id) { ... on ArtifactVersion { loggedBy { path } } }
}
"""

CONSUMED_BY = """
query ConsumedBy($id: ID!, $first: Int!, $after: String) {
  node(id: $id) {
    ... on Version {
      consumedBy(first: $first, after: $after) { edges { node { path } } pageInfo { hasNextPage endCursor } }
    }
  }
}
"""

PREPARE_UPLOADS = """
mutation PrepareUploads($input: PrepareUploadsInput!) {
  prepareUploads(input: $input) {
    __typename
    ... on PrepareUploadsPayload {
      uploads { digest state url headers uploadId partSize parts { number digest } expiresAt }
    }
    ... on UserError { message }
  }
}
"""

SIGN_UPLOAD_PARTS = """
mutation SignUploadParts($input: SignUploadPartsInput!) {
  signUploadParts(input: $input) {
    __typename
    ... on SignUploadPartsPayload { parts { number url headers } expiresAt }
    ... on UserError { message }
  }
}
"""

COMPLETE_UPLOAD = """
mutation CompleteUpload($input: CompleteUploadInput!) {
  completeUpload(input: $input) {
    __typename
    ... on CompleteUploadPayload { digest }
    ... on UserError { message }
  }
}
"""

LOG_ARTIFACT = """
mutation LogArtifact($input: LogArtifactInput!) {
  logArtifact(input: $input) {
    __typename
    ... on LogArtifactPayload {
      isReused
      notices
      refusedAliases {
        name
        error { __typename message ... on ConflictError { current unmetRules { rule message } } }
      }
      version {
        __typename
        id index name path url type digest size fileCount description metadata tags state aliases createdAt
        collection { id }
        source { id index name path aliases collection { id } }
        historyStep
      }
    }
    ... on UserError { message }
    ... on ConflictError { current missing }
    ... on InvalidInputError { field }
  }
}
"""

USE_ARTIFACT = """
mutation UseArtifact($input: UseArtifactInput!) {
  useArtifact(input: $input) {
    __typename
    ... on UseArtifactPayload {
      version {
        __typename
        id index name path url type digest size fileCount description metadata tags state aliases createdAt
        collection { id }
        source { id index name path aliases collection { id } }
        recalls { id severity reason at distance version { path url } by { name } }
        historyStep
      }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current unmetRules { rule message } }
    ... on InvalidInputError { field }
  }
}
"""

LINK_ARTIFACT = """
mutation LinkArtifact($input: LinkArtifactInput!) {
  linkArtifact(input: $input) {
    __typename
    ... on LinkArtifactPayload {
      version {
        __typename
        id index name path url type digest size fileCount description metadata tags state aliases createdAt
        collection { id }
        source { id index name path aliases collection { id } }
      }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current unmetRules { rule message } }
  }
}
"""

UPDATE_VERSION = """
mutation UpdateVersion($input: UpdateVersionInput!) {
  updateVersion(input: $input) {
    __typename
    ... on UpdateVersionPayload { version { id description metadata tags } }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""

MOVE_ALIASES = """
mutation MoveAliases($input: MoveAliasesInput!) {
  moveAliases(input: $input) {
    __typename
    ... on MoveAliasesPayload {
      aliases { name at until seconds reason from { index } to { index } by { name } }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current unmetRules { rule message } }
    ... on InvalidInputError { field }
  }
}
"""

ROLLBACK_ALIAS = """
mutation RollbackAlias($input: RollbackAliasInput!) {
  rollbackAlias(input: $input) {
    __typename
    ... on RollbackAliasPayload {
      move { name at until seconds reason from { index } to { index } by { name } }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current unmetRules { rule message } }
    ... on InvalidInputError { field }
  }
}
"""

ALIAS_MOVES = """
query AliasMoves(
  $id: ID!, $name: String!, $movedAfter: DateTime, $movedBefore: DateTime, $first: Int!, $after: String
) {
  node(id: $id) {
    ... on Collection {
      aliasMoves(name: $name, movedAfter: $movedAfter, movedBefore: $movedBefore, first: $first, after: $after) {
        edges { node { name at until seconds reason from { index } to { index } by { name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

ALIAS_AT = """
query AliasAt($id: ID!, $name: String!, $at: DateTime!) {
  node(id: $id) {
    ... on Collection {
      alias(name: $name, at: $at) {
        move { name at until seconds reason from { index } to { index } by { name } }
      }
    }
  }
}
"""

REPAIR_BLOB = """
mutation RepairBlob($input: RepairBlobInput!) {
  repairBlob(input: $input) {
    __typename
    ... on RepairBlobPayload { url }
    ... on UserError { message }
  }
}
"""
