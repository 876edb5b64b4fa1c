"""The GraphQL documents of guards and proposals: fixed texts with variables, which the service parses once."""

GUARDS = """
query Guards($id: ID!) {
  node(id: $id) {
    ... on Registry { guards { ...GuardFacts } }
    ... on Collection { guards { ...GuardFacts } }
  }
}
fragment GuardFacts on Guard {
  name setAt setBy { name }
  rules {
    __typename
    ... on RequiresUpstreamRule { text collection { path } }
    ... on MetricRule { text }
    ... on BetterThanCurrentRule { text }
    ... on RequiredTagRule { text }
    ... on ApprovalsRule { text }
    ... on VerifiedBytesRule { text }
  }
}
"""

SET_GUARD = """
mutation SetGuard($input: SetGuardInput!) {
  setGuard(input: $input) {
    __typename
    ... on SetGuardPayload {
      guard {
        name setAt setBy { name }
        rules {
          __typename
          ... on RequiresUpstreamRule { text collection { path } }
          ... on MetricRule { text }
          ... on BetterThanCurrentRule { text }
          ... on RequiredTagRule { text }
          ... on ApprovalsRule { text }
          ... on VerifiedBytesRule { text }
        }
      }
    }
    ... on ConflictError { message current }
    ... on InvalidInputError { message field }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

REMOVE_GUARD = """
mutation RemoveGuard($input: RemoveGuardInput!) {
  removeGuard(input: $input) {
    __typename
    ... on RemoveGuardPayload { guard { name } }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

TRY_MOVE = """
mutation TryMove($input: MoveAliasesInput!) {
  moveAliases(input: $input) {
    __typename
    ... on MoveAliasesPayload {
      refusedAliases { name error { __typename message ... on ConflictError { unmetRules { rule message } } } }
    }
    ... on ConflictError { message current unmetRules { rule message } }
    ... on InvalidInputError { message field }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

PROPOSE = """
mutation ProposeAliasMove($input: ProposeAliasMoveInput!) {
  proposeAliasMove(input: $input) {
    __typename
    ... on ProposeAliasMovePayload {
      proposal {
        id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
        collection { path } version { index } from { index }
        proposedBy { name } decidedBy { name } approvals { by { name } }
      }
    }
    ... on ConflictError { message current unmetRules { rule message } }
    ... on InvalidInputError { message field }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

APPROVE = """
mutation ApproveAliasMove($input: ApproveAliasMoveInput!) {
  approveAliasMove(input: $input) {
    __typename
    ... on ApproveAliasMovePayload {
      proposal {
        id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
        collection { path } version { index } from { index }
        proposedBy { name } decidedBy { name } approvals { by { name } }
      }
    }
    ... on ConflictError { message current unmetRules { rule message } }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

REJECT = """
mutation RejectAliasMove($input: RejectAliasMoveInput!) {
  rejectAliasMove(input: $input) {
    __typename
    ... on RejectAliasMovePayload {
      proposal {
        id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
        collection { path } version { index } from { index }
        proposedBy { name } decidedBy { name } approvals { by { name } }
      }
    }
    ... on ConflictError { message current }
    ... on InvalidInputError { message field }
    ... on NotFoundError { message path }
    ... on UserError { message }
  }
}
"""

GET_PROPOSAL = """
query GetProposal($id: ID!) {
  node(id: $id) {
    ... on Proposal {
      id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
      collection { path } version { index } from { index }
      proposedBy { name } decidedBy { name } approvals { by { name } }
    }
  }
}
"""

LIST_PROPOSALS = """
query ListProposals($id: ID!, $states: [ProposalState!], $first: Int!, $after: String) {
  node(id: $id) {
    ... on Collection {
      proposals(states: $states, first: $first, after: $after) {
        edges {
          node {
            id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
            collection { path } version { index } from { index }
            proposedBy { name } decidedBy { name } approvals { by { name } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

WAITING_PROPOSALS = """
query WaitingProposals($first: Int!, $after: String) {
  viewer {
    proposals(first: $first, after: $after) {
      edges {
        node {
          id name state reason createdAt decidedAt decisionReason approvalsNeeded viewerMayApprove
          collection { path } version { index } from { index }
          proposedBy { name } decidedBy { name } approvals { by { name } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
