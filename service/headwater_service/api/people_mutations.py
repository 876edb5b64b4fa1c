"""GraphQL mutations: users, entities, members, API keys and sign-in links."""

from typing import Annotated, Final

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people import ApiKey, Entity, User
from headwater_service.domain import people, sessions
from headwater_service.model import Instant, Role

OPERATION: Final = (
    "Made by the client, new for each change. The same id again changes nothing and is given the same answer; with "
    "other input it is a ConflictError."
)


@strawberry.input(description="Whom to give an account.")
class CreateUserInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    name: str = strawberry.field(
        description="1 to 64 letters, digits, `_`, `.` or `-`; also the name of the entity made for the user."
    )
    is_admin: bool = strawberry.field(description="Whether the user administers the server.", default=False)


@strawberry.type(description="A new account.")
class CreateUserPayload:
    user: User = strawberry.field(description="Whose account it is.")
    api_key: str = strawberry.field(
        description="Secret of a first key, shown only now. A replay shows another one, which takes its place."
    )


@strawberry.input(description="The team to make.")
class CreateEntityInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    name: str = strawberry.field(description="1 to 64 letters, digits, `_`, `.` or `-`, not taken by anybody.")


@strawberry.type(description="A new team.")
class CreateEntityPayload:
    entity: Entity = strawberry.field(description="The team, with the viewer as its admin and a first registry.")


@strawberry.input(description="Whom to let into an entity.")
class AddMemberInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    entity: str = strawberry.field(description="Name of an entity in which the viewer is admin.")
    user: str = strawberry.field(description="Name of the user; a member is given the new role in place of the old.")
    role: Role = strawberry.field(description="What the user may do there.")


@strawberry.type(description="An entity with a changed member.")
class AddMemberPayload:
    entity: Entity = strawberry.field(description="Where the user is a member now.")


@strawberry.input(description="Whom to take out of an entity.")
class RemoveMemberInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    entity: str = strawberry.field(description="Name of an entity in which the viewer is admin.")
    user: str = strawberry.field(description="Name of the member. The last admin can't go.")


@strawberry.type(description="An entity that lost a member.")
class RemoveMemberPayload:
    entity: Entity = strawberry.field(description="Where the user is no member any more.")


@strawberry.input(description="What a new key of the viewer shall reach.")
class CreateApiKeyInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    name: str = strawberry.field(description="What it is for, to tell keys apart.", default="")
    is_read_only: bool = strawberry.field(description="Whether every mutation is refused to it.", default=False)
    entity: str | None = strawberry.field(
        description="The one entity it reaches; null: all of the viewer.", default=None
    )
    project: str | None = strawberry.field(
        description="The one project or registry it reaches: a name in `entity`, or a path; null: all.", default=None
    )
    expires_at: Instant | None = strawberry.field(description="When it stops working; null: never.", default=None)


@strawberry.type(description="A new key.")
class CreateApiKeyPayload:
    api_key: ApiKey = strawberry.field(description="What is known of it from now on.")
    key: str = strawberry.field(
        description="The secret, 40 characters of `[a-z0-9]`, shown only now. A replay shows another one, which takes "
        "its place."
    )


@strawberry.input(description="The key to end.")
class RevokeApiKeyInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    api_key_id: strawberry.ID = strawberry.field(description="Id of a key of the viewer, or of anybody for an admin.")


@strawberry.type(description="A key that is refused from now on.")
class RevokeApiKeyPayload:
    api_key: ApiKey = strawberry.field(description="The key, with the time at which it was ended.")


@strawberry.input(description="Asks for a link for the viewer's browser.")
class CreateSignInLinkInput:
    operation_id: strawberry.ID = strawberry.field(
        description="Made by the client. Nothing is recorded under it: every call makes a new link."
    )


@strawberry.type(description="A link that works once.")
class CreateSignInLinkPayload:
    url: str = strawberry.field(description="Opened in a browser, it signs that browser in as the viewer.")
    expires_at: Instant = strawberry.field(description="When the link stops working if it was not used.")


CreateUserResult = Annotated[
    CreateUserPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("CreateUserResult", description="The new account, or why there is none."),
]
CreateEntityResult = Annotated[
    CreateEntityPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("CreateEntityResult", description="The new team, or why there is none."),
]
AddMemberResult = Annotated[
    AddMemberPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("AddMemberResult", description="The entity with its new member, or why nothing changed."),
]
RemoveMemberResult = Annotated[
    RemoveMemberPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RemoveMemberResult", description="The entity without the member, or why nothing changed."),
]
CreateApiKeyResult = Annotated[
    CreateApiKeyPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("CreateApiKeyResult", description="The new key, or why there is none."),
]
RevokeApiKeyResult = Annotated[
    RevokeApiKeyPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RevokeApiKeyResult", description="The key that was ended, or why it still works."),
]
CreateSignInLinkResult = Annotated[
    CreateSignInLinkPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("CreateSignInLinkResult", description="The link, or why there is none."),
]


@strawberry.type
class PeopleMutation:
    @mutation("Give somebody an account with an entity of the same name and a first API key. For server admins.")
    async def create_user(
        self,
        info: Info,
        input: Annotated[CreateUserInput, strawberry.argument(description="The account to make.")],
    ) -> CreateUserResult:
        context = info.context
        user, issued = await people.create_user(
            context.graph, context.viewer, input.name, is_admin=input.is_admin, operation=input.operation_id
        )
        return CreateUserPayload(user=User.from_model(user), api_key=issued.secret)

    @mutation("Make a team with the viewer as its admin and the registry `model-registry` in it.")
    async def create_entity(
        self,
        info: Info,
        input: Annotated[CreateEntityInput, strawberry.argument(description="The team to make.")],
    ) -> CreateEntityResult:
        context = info.context
        entity = await people.create_entity(context.graph, context.viewer, input.name, operation=input.operation_id)
        # What is asked of the new entity in this same request is seen with the role in it.
        context.viewer = people.joined(context.viewer, entity)
        context.forget()
        return CreateEntityPayload(entity=Entity.from_model(entity, context.public_url))

    @mutation("Let a user into an entity, or change a member's role. For admins of the entity.")
    async def add_member(
        self,
        info: Info,
        input: Annotated[AddMemberInput, strawberry.argument(description="The user, the entity and the role.")],
    ) -> AddMemberResult:
        context = info.context
        entity = await people.add_member(
            context.graph, context.viewer, input.entity, input.user, input.role, operation=input.operation_id
        )
        context.forget()
        return AddMemberPayload(entity=Entity.from_model(entity, context.public_url))

    @mutation("Take a member out of an entity; what the user did there stays. For admins of the entity.")
    async def remove_member(
        self,
        info: Info,
        input: Annotated[RemoveMemberInput, strawberry.argument(description="The member and the entity.")],
    ) -> RemoveMemberResult:
        context = info.context
        entity = await people.remove_member(
            context.graph, context.viewer, input.entity, input.user, operation=input.operation_id
        )
        context.forget()
        return RemoveMemberPayload(entity=Entity.from_model(entity, context.public_url))

    @mutation("Make a key of the viewer, which may be narrowed to reading, an entity or a project, and may expire.")
    async def create_api_key(
        self,
        info: Info,
        input: Annotated[CreateApiKeyInput, strawberry.argument(description="What the key may reach, and how long.")],
    ) -> CreateApiKeyResult:
        context = info.context
        request = people.KeyRequest(
            name=input.name,
            is_read_only=input.is_read_only,
            entity=input.entity,
            project=input.project,
            expires_at=input.expires_at,
        )
        issued = await people.create_api_key(context.graph, context.viewer, request, operation=input.operation_id)
        context.forget()
        return CreateApiKeyPayload(api_key=ApiKey.from_model(issued.api_key), key=issued.secret)

    @mutation("Make a key useless for good.")
    async def revoke_api_key(
        self,
        info: Info,
        input: Annotated[RevokeApiKeyInput, strawberry.argument(description="The key to end.")],
    ) -> RevokeApiKeyResult:
        context = info.context
        key = await people.revoke_api_key(context.graph, context.viewer, input.api_key_id, operation=input.operation_id)
        context.forget()
        return RevokeApiKeyPayload(api_key=ApiKey.from_model(key))

    @mutation("Make a link that signs a browser in as the viewer, once.")
    async def create_sign_in_link(
        self,
        info: Info,
        input: Annotated[
            CreateSignInLinkInput,
            strawberry.argument(description="Only the operation: the link is always for the viewer."),
        ],
    ) -> CreateSignInLinkResult:
        context = info.context
        token, expires_at = await sessions.create_sign_in(
            context.graph, context.viewer, seconds=context.settings.sign_in_seconds
        )
        return CreateSignInLinkPayload(url=f"{context.public_url}/sign-in#{token}", expires_at=expires_at)
