"""GraphQL mutations: uploads of blobs."""

from typing import Annotated

import strawberry

from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.api.fields import mutation
from headwater_service.api.people_mutations import OPERATION
from headwater_service.api.scalars import ByteCount, Digest, Json
from headwater_service.domain import files, uploads
from headwater_service.domain.uploads import UploadState
from headwater_service.model import Instant
from headwater_service.store.objects import SignedUrl

describe(
    UploadState,
    "Whether bytes must be sent.",
    {"PRESENT": "They are stored already; send nothing.", "UPLOAD": "They are to be sent to the signed address."},
)


@strawberry.input(description="Bytes that a client has.")
class BlobInput:
    digest: Digest = strawberry.field(description="Their digest, in parts if they are more than 16 MiB.")
    size: ByteCount = strawberry.field(description="How many they are.")


@strawberry.input(description="Bytes that are about to be logged.")
class PrepareUploadsInput:
    entity: str | None = strawberry.field(
        description="Owner of the project they are for; null: the viewer's own entity.", default=None
    )
    blobs: list[BlobInput] = strawberry.field(description="At most 1,000.")


@strawberry.type(description="A part that the store has.")
class UploadPart:
    number: int = strawberry.field(description="Its place, counted from 1.")
    digest: Digest = strawberry.field(description="SHA-256 of its bytes alone.")


@strawberry.type(description="What to do for one blob.")
class Upload:
    digest: Digest = strawberry.field(description="Which blob.")
    state: UploadState = strawberry.field(description="Whether it must be sent at all.")
    url: str | None = strawberry.field(description="Where to PUT a blob of one part; null for one in parts.")
    headers: Json | None = strawberry.field(
        description="Object of the headers to send with the PUT, exactly these; they are signed."
    )
    upload_id: strawberry.ID | None = strawberry.field(
        description="Upload in parts to go on with, perhaps begun by a client that was stopped; null for one part."
    )
    part_size: ByteCount | None = strawberry.field(description="Length of every part but the last.")
    parts: list[UploadPart] = strawberry.field(description="Parts that need not be sent again.")
    expires_at: Instant | None = strawberry.field(description="When `url` ends; ask again after that.")

    @classmethod
    def from_domain(cls, upload: uploads.Upload) -> "Upload":
        signed = upload.signed
        return cls(
            digest=Digest(upload.digest),
            state=upload.state,
            url=None if signed is None else signed.url,
            headers=None if signed is None else Json(dict(signed.headers)),
            upload_id=None if upload.upload_id is None else strawberry.ID(upload.upload_id),
            part_size=None if upload.part_size is None else ByteCount(upload.part_size),
            parts=[UploadPart(number=part.number, digest=Digest(part.digest)) for part in upload.parts],
            expires_at=None if signed is None else instant_of(signed),
        )


@strawberry.type(description="What to do for each blob.")
class PrepareUploadsPayload:
    uploads: list[Upload] = strawberry.field(description="One for each distinct digest, in the order asked.")


@strawberry.input(description="A part about to be sent.")
class PartInput:
    number: int = strawberry.field(description="Its place, counted from 1.")
    digest: Digest = strawberry.field(description="SHA-256 of its bytes alone, `sha256:<hex>`.")


@strawberry.input(description="Parts about to be sent.")
class SignUploadPartsInput:
    entity: str | None = strawberry.field(
        description="Owner of the upload; null: the viewer's own entity.", default=None
    )
    digest: Digest = strawberry.field(description="The blob they are parts of.")
    upload_id: strawberry.ID = strawberry.field(description="The upload, from `prepareUploads`.")
    parts: list[PartInput] = strawberry.field(description="At most 100.")


@strawberry.type(description="Where to send a part.")
class SignedPart:
    number: int = strawberry.field(description="Its place, counted from 1.")
    url: str = strawberry.field(description="Where to PUT it.")
    headers: Json = strawberry.field(description="Object of the headers to send with it, exactly these.")


@strawberry.type(description="Where to send parts.")
class SignUploadPartsPayload:
    parts: list[SignedPart] = strawberry.field(description="In the order asked.")
    expires_at: Instant | None = strawberry.field(
        description="When the addresses end; ask again after that. Null if no part was asked for."
    )


@strawberry.input(description="An upload whose parts are all sent.")
class CompleteUploadInput:
    entity: str | None = strawberry.field(
        description="Owner of the upload; null: the viewer's own entity.", default=None
    )
    digest: Digest = strawberry.field(description="The blob it makes.")
    upload_id: strawberry.ID = strawberry.field(description="The upload, from `prepareUploads`.")


@strawberry.type(description="A blob that is stored.")
class CompleteUploadPayload:
    digest: Digest = strawberry.field(description="What the parts were made into.")


@strawberry.input(description="A blob whose bytes a reader found wrong.")
class RepairBlobInput:
    operation_id: strawberry.ID = strawberry.field(description=OPERATION)
    version_id: strawberry.ID = strawberry.field(description="A version that holds it.")
    blob: Digest = strawberry.field(description="Which blob.")


@strawberry.type(description="A blob that can be read again.")
class RepairBlobPayload:
    url: str = strawberry.field(description="Signed address of bytes that the store knows to be right.")


PrepareUploadsResult = Annotated[
    PrepareUploadsPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("PrepareUploadsResult", description="What to send, or why nothing can be."),
]
SignUploadPartsResult = Annotated[
    SignUploadPartsPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("SignUploadPartsResult", description="The addresses, or why there are none."),
]
CompleteUploadResult = Annotated[
    CompleteUploadPayload
    | NotFoundError
    | ConflictError
    | InvalidInputError
    | PermissionDeniedError
    | UnavailableError,
    strawberry.union("CompleteUploadResult", description="The blob, or which parts it lacks."),
]
RepairBlobResult = Annotated[
    RepairBlobPayload | NotFoundError | ConflictError | InvalidInputError | PermissionDeniedError | UnavailableError,
    strawberry.union("RepairBlobResult", description="An address of right bytes, or that there are none."),
]


def instant_of(signed: SignedUrl) -> Instant:
    return Instant(int(signed.expires_at * 1_000_000))


@strawberry.type
class UploadMutation:
    @mutation(
        "Ask which bytes must be sent, and where. Ask again for a blob whose PUT was answered 412: the stored bytes "
        "are then looked at."
    )
    async def prepare_uploads(
        self,
        info: Info,
        input: Annotated[PrepareUploadsInput, strawberry.argument(description="The bytes.")],
    ) -> PrepareUploadsResult:
        context = info.context
        prepared = await uploads.prepare_uploads(
            context.graph,
            context.objects,
            context.viewer,
            input.entity,
            [(blob.digest, blob.size) for blob in input.blobs],
        )
        return PrepareUploadsPayload(uploads=[Upload.from_domain(upload) for upload in prepared])

    @mutation("Sign the addresses of parts, a batch at a time as they are hashed.")
    async def sign_upload_parts(
        self,
        info: Info,
        input: Annotated[
            SignUploadPartsInput,
            strawberry.argument(
                description="Which unfinished transfer is meant, and the numbers and digests of up to 100 parts."
            ),
        ],
    ) -> SignUploadPartsResult:
        context = info.context
        signed = uploads.sign_upload_parts(
            context.objects,
            context.viewer,
            input.entity,
            input.digest,
            input.upload_id,
            [(part.number, part.digest) for part in input.parts],
        )
        return SignUploadPartsPayload(
            parts=[
                SignedPart(number=part.number, url=part.signed.url, headers=Json(dict(part.signed.headers)))
                for part in signed
            ],
            expires_at=instant_of(signed[0].signed) if signed else None,
        )

    @mutation("Make a blob of its parts, once all are sent. The same call again changes nothing.")
    async def complete_upload(
        self,
        info: Info,
        input: Annotated[
            CompleteUploadInput,
            strawberry.argument(description="Which unfinished transfer is meant; all its parts must be there."),
        ],
    ) -> CompleteUploadResult:
        context = info.context
        digest = await uploads.complete_upload(
            context.objects, context.viewer, input.entity, input.digest, input.upload_id
        )
        return CompleteUploadPayload(digest=Digest(digest))

    @mutation("Tell that downloaded bytes were not those of their digest, and get an address of right ones.")
    async def repair_blob(
        self,
        info: Info,
        input: Annotated[
            RepairBlobInput,
            strawberry.argument(description="Which stored bytes were found wrong, and in which version."),
        ],
    ) -> RepairBlobResult:
        context = info.context
        signed = await files.repair_blob(
            context.graph,
            context.objects,
            context.viewer,
            input.version_id,
            input.blob,
            operation=input.operation_id,
        )
        return RepairBlobPayload(url=signed.url)
