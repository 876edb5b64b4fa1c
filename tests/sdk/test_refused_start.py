"""What a service refuses when a run starts is an error, and never an offline run: nothing of it is kept."""

import os
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import headwater
from conftest import Person
from forwarding import rewritten
from headwater._client import new_operation_id
from headwater.errors import IncompatibleServerError, InvalidInputError, NotFoundError, PermissionDeniedError
from servers import Service

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    yield
    assert headwater.run is None
    assert list(Path(os.environ["HEADWATER_DIR"]).glob(".headwater/*")) == []


def behind(service: Service, answers: dict[bytes, bytes]) -> Any:
    """The service with another name for a field that every start has, as one would be that does not know it yet."""
    port = urlsplit(service.url).port
    assert port is not None
    return rewritten(port, {b'"startedAt"': b'"startedIn"'}, answers)


def test_a_service_that_is_too_old_is_an_error(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    own = version("headwater")
    old = "0." + own.partition(".")[2].replace("1", "0")
    answers = {f'"serverVersion":"{own}"'.encode(): f'"serverVersion":"{old}"'.encode()}

    with behind(service, answers) as port:
        monkeypatch.setenv("HEADWATER_BASE_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(IncompatibleServerError, match=f"is Headwater {old}, and too old for this SDK"):
            headwater.init()


def test_what_a_service_of_this_version_does_not_understand_is_its_own_error(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with behind(service, {}) as port:
        monkeypatch.setenv("HEADWATER_BASE_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(InvalidInputError, match="startedIn"):
            headwater.init()


def test_a_refused_key_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "x" * 40)

    with pytest.raises(PermissionDeniedError):
        headwater.init()


def test_a_project_of_others_is_an_error(
    make_user: Callable[..., Person], make_project: Callable[[Person], str]
) -> None:
    entity, _, project = make_project(make_user()).partition("/")

    with pytest.raises(NotFoundError, match=f"There is no entity '{entity}' that you may use"):
        headwater.init(entity=entity, project=project)


ADD_MEMBER = """
mutation AddMember($input: AddMemberInput!) { addMember(input: $input) { __typename } }
"""


def test_a_missing_right_is_an_error(
    make_user: Callable[..., Person],
    make_project: Callable[[Person], str],
    post: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner, reader = make_user(), make_user()
    project = make_project(owner)
    given = {"operationId": new_operation_id(), "entity": owner.name, "user": reader.name, "role": "VIEWER"}
    added = post(ADD_MEMBER, key=owner.key, input=given)
    monkeypatch.setenv("HEADWATER_API_KEY", reader.key)

    with pytest.raises(PermissionDeniedError):
        headwater.init(entity=owner.name, project=project.partition("/")[2])

    assert added == {"addMember": {"__typename": "AddMemberPayload"}}
