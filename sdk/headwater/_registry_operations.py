"""The GraphQL documents of registries and collections: fixed texts with variables, which the service parses once."""

GET_REGISTRY = """
query GetRegistry($path: String!) {
  registry(path: $path) {
    id name path url description visibility artifactTypes protectedAliases viewerRole createdAt entity { name }
  }
}
"""

LIST_REGISTRIES = """
query ListRegistries($entity: String, $first: Int!, $after: String) {
  registries(entity: $entity, first: $first, after: $after) {
    edges {
      node {
        id name path url description visibility artifactTypes protectedAliases viewerRole createdAt entity { name }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

REGISTRY_MEMBERS = """
query RegistryMembers($id: ID!) {
  node(id: $id) { ... on Registry { members { role user { name } } } }
}
"""

CREATE_REGISTRY = """
mutation CreateRegistry($input: CreateRegistryInput!) {
  createRegistry(input: $input) {
    __typename
    ... on CreateRegistryPayload {
      registry {
        id name path url description visibility artifactTypes protectedAliases viewerRole createdAt entity { name }
      }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

UPDATE_REGISTRY = """
mutation UpdateRegistry($input: UpdateRegistryInput!) {
  updateRegistry(input: $input) {
    __typename
    ... on UpdateRegistryPayload {
      registry {
        id name path url description visibility artifactTypes protectedAliases viewerRole createdAt entity { name }
      }
    }
    ... on UserError { message }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

SET_REGISTRY_MEMBER = """
mutation SetRegistryMember($input: SetRegistryMemberInput!) {
  setRegistryMember(input: $input) {
    __typename
    ... on SetRegistryMemberPayload { registry { id } }
    ... on UserError { message }
    ... on NotFoundError { path }
  }
}
"""

REMOVE_REGISTRY_MEMBER = """
mutation RemoveRegistryMember($input: RemoveRegistryMemberInput!) {
  removeRegistryMember(input: $input) {
    __typename
    ... on RemoveRegistryMemberPayload { registry { id } }
    ... on UserError { message }
    ... on NotFoundError { path }
  }
}
"""

FIND_COLLECTION = """
query FindCollection($path: String!) {
  collection(path: $path) {
    id name path url kind type description tags createdAt updatedAt aliases { name }
  }
}
"""

CREATE_COLLECTION = """
mutation CreateCollection($input: CreateCollectionInput!) {
  createCollection(input: $input) {
    __typename
    ... on CreateCollectionPayload {
      collection { id name path url kind type description tags createdAt updatedAt aliases { name } }
    }
    ... on UserError { message }
    ... on NotFoundError { path }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

UPDATE_COLLECTION = """
mutation UpdateCollection($input: UpdateCollectionInput!) {
  updateCollection(input: $input) {
    __typename
    ... on UpdateCollectionPayload {
      collection { id name path url kind type description tags createdAt updatedAt aliases { name } }
    }
    ... on UserError { message }
    ... on ConflictError { current }
    ... on InvalidInputError { field }
  }
}
"""

TYPES_OF = """
query TypesOf($container: String!) {
  versionCounts(container: $container, groupBy: [TYPE]) { keys }
}
"""
