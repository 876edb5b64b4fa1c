"""GraphQL mutations: registries made and changed, the roles in them, and projects changed."""

from typing import Annotated

import strawberry

from headwater_service.api.containers import Project, Registry
from headwater_service.api.context import Context, Info
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people_mutations import OPERATION
from headwater_service.domain import containers, registries
from headwater_service.domain.containers import ProjectChange
from headwater_service.domain.registries import NewRegistry, RegistryChange
from headwater_service.model import Role, Visibility


@strawberry.input(description="The registry to make.")
class CreateRegistryInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    entity: str | None = strawberry.field(description="Name of its owner; null: the viewer's own entity.", default=None)
    name: str = strawberry.field(
        description="1 to 128 characters without `/`, `:`, `@`; unique among projects and registries of the entity."
    )
    description: str = strawberry.field(description="Free text for people, in Markdown.", default="")
    visibility: Visibility = strawberry.field(description="Who sees it.", default=Visibility.ENTITY)
    artifact_types: list[str] = strawberry.field(
        description="The only types of versions that it takes, at most 100; none: any.", default_factory=list
    )
    protected_aliases: list[str] = strawberry.field(
        description="Aliases that only its admins move, at most 100.", default_factory=list
    )


@strawberry.type(description="A registry that exists now.")
class CreateRegistryPayload:
    registry: Registry = strawberry.field(description="The new registry, of which the viewer is admin.")


@strawberry.input(description="Settings of a registry. What is null or left out is not meant.")
class RegistrySettingsInput:
    name: str | None = strawberry.field(description="As for a new registry.", default=None)
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)
    visibility: Visibility | None = strawberry.field(description="Who sees it.", default=None)
    artifact_types: list[str] | None = strawberry.field(
        description="The types of versions that it takes, in place of all it names; empty: any.", default=None
    )
    protected_aliases: list[str] | None = strawberry.field(
        description="Aliases that only its admins move, in place of all it names.", default=None
    )


@strawberry.input(description="A registry and what to change of it. For its admins.")
class UpdateRegistryInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    registry_id: strawberry.ID = strawberry.field(description="A registry of which the viewer is admin.")
    changes: RegistrySettingsInput = strawberry.field(
        description="New settings. A former name leads to the registry until something else takes it. While there are "
        "collections in it, it can take more types but not fewer."
    )
    expected: RegistrySettingsInput | None = strawberry.field(
        description="Settings as the caller knows them; a ConflictError if one is another by now.", default=None
    )


@strawberry.type(description="A registry after a change.")
class UpdateRegistryPayload:
    registry: Registry = strawberry.field(description="The registry as it is now.")


@strawberry.input(description="Whom to give a role in one registry.")
class SetRegistryMemberInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    registry_id: strawberry.ID = strawberry.field(description="A registry of which the viewer is admin.")
    user: str = strawberry.field(description="Name of a member of the registry's entity.")
    role: Role = strawberry.field(description="What the user may do here; a higher role in the entity still counts.")


@strawberry.type(description="A registry with a changed member.")
class SetRegistryMemberPayload:
    registry: Registry = strawberry.field(description="Where the user has the role now.")


@strawberry.input(description="Whose role in one registry to take away.")
class RemoveRegistryMemberInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    registry_id: strawberry.ID = strawberry.field(description="A registry of which the viewer is admin.")
    user: str = strawberry.field(description="Name of somebody who has a role in the registry itself.")


@strawberry.type(description="A registry that lost a member.")
class RemoveRegistryMemberPayload:
    registry: Registry = strawberry.field(description="Where only the user's role in the entity counts now.")


@strawberry.input(description="Facts of a project. What is null or left out is not meant.")
class ProjectSettingsInput:
    name: str | None = strawberry.field(
        description="1 to 128 characters without `/`, `:`, `@`; takes an admin of the entity.", default=None
    )
    description: str | None = strawberry.field(description="Free text for people, in Markdown.", default=None)


@strawberry.input(description="A project and what to change of it.")
class UpdateProjectInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    project_id: strawberry.ID = strawberry.field(description="A project that the viewer may change.")
    changes: ProjectSettingsInput = strawberry.field(
        description="New facts. A former name leads to the project until something else takes it."
    )
    expected: ProjectSettingsInput | None = strawberry.field(
        description="Facts as the caller knows them; a ConflictError if one is another by now.", default=None
    )


@strawberry.type(description="A project after a change.")
class UpdateProjectPayload:
    project: Project = strawberry.field(description="The project as it is now.")


CreateRegistryResult = Annotated[
    CreateRegistryPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("CreateRegistryResult", description="The registry, or why there is none."),
]
UpdateRegistryResult = Annotated[
    UpdateRegistryPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("UpdateRegistryResult", description="The changed registry, or why nothing changed."),
]
SetRegistryMemberResult = Annotated[
    SetRegistryMemberPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("SetRegistryMemberResult", description="The registry, or why the user has no new role in it."),
]
RemoveRegistryMemberResult = Annotated[
    RemoveRegistryMemberPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("RemoveRegistryMemberResult", description="The registry, or why the user keeps the role."),
]
UpdateProjectResult = Annotated[
    UpdateProjectPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("UpdateProjectResult", description="The changed project, or why nothing changed."),
]


@strawberry.type
class RegistryMutation:
    @mutation("Make a registry, with the viewer as its admin. For members of the entity.")
    async def create_registry(
        self,
        info: Info,
        input: Annotated[CreateRegistryInput, strawberry.argument(description="The registry to make.")],
    ) -> CreateRegistryResult:
        context = info.context
        given = NewRegistry(
            name=input.name,
            description=input.description,
            visibility=input.visibility,
            artifact_types=input.artifact_types,
            protected_aliases=input.protected_aliases,
        )
        registry = await registries.create_registry(
            context.graph, context.viewer, input.entity, given, operation=input.operation_id
        )
        _hold(context, registry.id, context.viewer.user_name, Role.ADMIN)
        return CreateRegistryPayload(registry=Registry.from_model(registry, context.public_url))

    @mutation("Rename a registry, describe it, or change what it takes and who sees it. For its admins.")
    async def update_registry(
        self,
        info: Info,
        input: Annotated[UpdateRegistryInput, strawberry.argument(description="The registry and what to change.")],
    ) -> UpdateRegistryResult:
        context = info.context
        registry = await registries.update_registry(
            context.graph,
            context.viewer,
            input.registry_id,
            _settings(input.changes),
            expected=None if input.expected is None else _settings(input.expected),
            operation=input.operation_id,
        )
        context.forget()
        return UpdateRegistryPayload(registry=Registry.from_model(registry, context.public_url))

    @mutation("Give a member of the entity a role in one registry, or another one. For admins of the registry.")
    async def set_registry_member(
        self,
        info: Info,
        input: Annotated[
            SetRegistryMemberInput, strawberry.argument(description="The registry, the user and the role.")
        ],
    ) -> SetRegistryMemberResult:
        context = info.context
        registry = await registries.set_registry_member(
            context.graph, context.viewer, input.registry_id, input.user, input.role, operation=input.operation_id
        )
        _hold(context, registry.id, input.user, input.role)
        return SetRegistryMemberPayload(registry=Registry.from_model(registry, context.public_url))

    @mutation("Take a user's role in one registry away; that in the entity stays. For admins of the registry.")
    async def remove_registry_member(
        self,
        info: Info,
        input: Annotated[RemoveRegistryMemberInput, strawberry.argument(description="The registry and the user.")],
    ) -> RemoveRegistryMemberResult:
        context = info.context
        registry = await registries.remove_registry_member(
            context.graph, context.viewer, input.registry_id, input.user, operation=input.operation_id
        )
        _hold(context, registry.id, input.user, None)
        return RemoveRegistryMemberPayload(registry=Registry.from_model(registry, context.public_url))

    @mutation("Describe a project or rename it. For its members; a new name takes an admin of the entity.")
    async def update_project(
        self,
        info: Info,
        input: Annotated[UpdateProjectInput, strawberry.argument(description="The project and what to change.")],
    ) -> UpdateProjectResult:
        context = info.context
        project = await containers.update_project(
            context.graph,
            context.viewer,
            input.project_id,
            _facts(input.changes),
            expected=None if input.expected is None else _facts(input.expected),
            operation=input.operation_id,
        )
        context.forget()
        return UpdateProjectPayload(project=Project.from_model(project, context.public_url))


def _hold(context: Context, registry_id: str, user: str, role: Role | None) -> None:
    # What is asked in this same request is seen with the role that the viewer has now.
    if user == context.viewer.user_name:
        context.viewer = registries.holding(context.viewer, registry_id, role)
    context.forget()


def _settings(given: RegistrySettingsInput) -> RegistryChange:
    return RegistryChange(
        name=given.name,
        description=given.description,
        visibility=given.visibility,
        artifact_types=given.artifact_types,
        protected_aliases=given.protected_aliases,
    )


def _facts(given: ProjectSettingsInput) -> ProjectChange:
    return ProjectChange(name=given.name, description=given.description)
