"""The schema: root types, scalars and error mapping put together. Prints itself when run as a module."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from headwater_service.api.alias_mutations import AliasMutation
from headwater_service.api.artifact_mutations import ArtifactMutation
from headwater_service.api.collection_mutations import CollectionMutation
from headwater_service.api.deletion_mutations import DeletionMutation
from headwater_service.api.errors import EXCEPTION_HANDLERS
from headwater_service.api.guard_mutations import GuardMutation
from headwater_service.api.list_executor import ListExecutor
from headwater_service.api.people_mutations import PeopleMutation
from headwater_service.api.proposal_mutations import ProposalMutation
from headwater_service.api.query import Query
from headwater_service.api.recall_mutations import RecallMutation
from headwater_service.api.registry_mutations import RegistryMutation
from headwater_service.api.run_mutations import RunMutation
from headwater_service.api.run_surroundings import AlertMutation
from headwater_service.api.scalars import SCALARS
from headwater_service.api.subscription import Subscription
from headwater_service.api.upload_mutations import UploadMutation
from headwater_service.api.versions import VersionTypes


@strawberry.type(
    description="Everything that changes something: one field for each thing that a user does. Each takes one input "
    "and returns its payload, or one of the errors that the caller can act on."
)
class Mutation(
    PeopleMutation,
    RunMutation,
    AlertMutation,
    UploadMutation,
    ArtifactMutation,
    AliasMutation,
    GuardMutation,
    ProposalMutation,
    RegistryMutation,
    CollectionMutation,
    DeletionMutation,
    RecallMutation,
):
    pass


def build_schema() -> strawberry.Schema:
    """Build the schema. What settings decide is read from the context of each request."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=VersionTypes,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=ListExecutor,
        exception_handlers=EXCEPTION_HANDLERS,
    )


schema = build_schema()

if __name__ == "__main__":
    print(schema.as_str())
