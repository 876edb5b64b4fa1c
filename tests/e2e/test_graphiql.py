"""A browser signs in by a link and explores the lineage in GraphiQL, under the content policy that we ship."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from authorisation_world import log
from browsers import NEEDS_CHROMIUM, STATIC, Complaints, sign_in_link
from servers import Service

BUILT = STATIC / "graphiql" / "index.html"

pytestmark = [
    NEEDS_CHROMIUM,
    pytest.mark.skipif(not BUILT.exists(), reason="needs the built pages: `make ui`"),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 850})
    yield context.new_page()
    context.close()


def graphiql_link(post: Callable[..., dict[str, Any]], key: str) -> str:
    """A sign-in link that goes on to GraphiQL instead of the web UI."""
    return sign_in_link(post, key).replace("/sign-in", "/sign-in?next=/graphiql")


def run_query(page: Page, name: str) -> dict[str, Any]:
    """Press the button when the operation is in the editor, and return what came back."""
    expect(page.locator(".graphiql-query-editor")).to_contain_text(f"query {name}")
    with page.expect_response(lambda response: f"query {name}(" in (response.request.post_data or "")) as answered:
        page.get_by_role("button", name="Execute query").click()
    answer: dict[str, Any] = answered.value.json()
    return answer


def test_a_link_leads_to_graphiql_which_answers_the_lineage_of_a_version_of_ours(
    page: Page, service: Service, post: Callable[..., Any], user: Any, project: str, tmp_path: Path
) -> None:
    dataset = log(service.url, post, user, project, name="raw")
    model = log(service.url, post, user, project, name="model", uses=dataset.version_path)
    complaints = Complaints(page)

    page.goto(graphiql_link(post, user.key))
    page.wait_for_url(f"{service.url}/graphiql")
    answer = run_query(page, "LineageUpstream")

    artifact = answer["data"]["artifact"]
    assert artifact["path"] == model.version_path
    assert {node["id"] for node in artifact["lineage"]["nodes"]} == {
        model.version_id,
        model.run_id,
        dataset.version_id,
        dataset.run_id,
    }
    expect(page.locator(".result-window")).to_contain_text('"kind": "ARTIFACT_VERSION"')
    page.screenshot(path=tmp_path / "graphiql.png")
    assert complaints.found == []
    assert complaints.hosts == {service.url.split("/")[2]}


def test_every_ready_made_tab_answers_with_something_of_ours(
    page: Page, service: Service, post: Callable[..., Any], user: Any, project: str
) -> None:
    dataset = log(service.url, post, user, project, name="raw")
    model = log(service.url, post, user, project, name="model", uses=dataset.version_path)

    page.goto(graphiql_link(post, user.key))
    answers = {}
    for name in ("LineageUpstream", "Reached", "RunInputsOutputs", "LatestVersions"):
        page.get_by_role("tab", name=name).click()
        answers[name] = run_query(page, name)

    assert [answer["errors"] for answer in answers.values() if "errors" in answer] == []
    assert answers["Reached"]["data"]["artifact"]["path"] == dataset.version_path
    assert {node["id"] for node in answers["Reached"]["data"]["artifact"]["lineage"]["nodes"]} == {
        dataset.version_id,
        model.run_id,
        model.version_id,
    }
    run = answers["RunInputsOutputs"]["data"]["run"]
    assert [edge["node"]["path"] for edge in run["inputs"]["edges"]] == [dataset.version_path]
    assert [edge["node"]["path"] for edge in run["outputs"]["edges"]] == [model.version_path]
    versions = answers["LatestVersions"]["data"]["project"]["versions"]["edges"]
    assert [edge["node"]["path"] for edge in versions] == [model.version_path, dataset.version_path]


@pytest.mark.slow
def test_without_a_version_the_tabs_show_how_to_make_one(page: Page, post: Callable[..., Any], user: Any) -> None:
    page.goto(graphiql_link(post, user.key))

    expect(page.locator(".graphiql-query-editor")).to_contain_text("import headwater")
    expect(page.locator(".graphiql-query-editor")).to_contain_text("run.log_artifact(")


@pytest.mark.slow
def test_a_path_in_the_address_opens_the_query_of_its_object(
    page: Page, service: Service, post: Callable[..., Any], user: Any, project: str
) -> None:
    logged = log(service.url, post, user, project, name="raw")
    page.goto(graphiql_link(post, user.key))
    page.wait_for_url(f"{service.url}/graphiql")

    page.goto(f"{service.url}/graphiql?path={logged.version_path}")
    answer = run_query(page, "Version")

    assert answer["data"]["artifact"]["path"] == logged.version_path
    assert answer["data"]["artifact"]["digest"] == logged.digest


@pytest.mark.slow
def test_a_path_of_a_run_opens_its_query(
    page: Page, service: Service, post: Callable[..., Any], user: Any, project: str
) -> None:
    logged = log(service.url, post, user, project, name="raw")
    page.goto(graphiql_link(post, user.key))
    page.wait_for_url(f"{service.url}/graphiql")

    page.goto(f"{service.url}/graphiql?path={project}/-/runs/{logged.run_key}")
    answer = run_query(page, "Run")

    assert answer["data"]["run"]["path"] == logged.run_path


@pytest.mark.slow
def test_a_query_that_a_page_hands_over_is_the_first_tab(
    page: Page, service: Service, post: Callable[..., Any], user: Any
) -> None:
    page.goto(graphiql_link(post, user.key))
    page.wait_for_url(f"{service.url}/graphiql")

    page.goto("about:blank")
    page.goto(
        f"{service.url}/graphiql#query=query+HandedOver($name:String!){{entity(name:$name){{name}}}}&variables="
        + f'{{"name":"{user.name}"}}'
    )
    answer = run_query(page, "HandedOver")

    assert answer["data"]["entity"]["name"] == user.name


@pytest.mark.slow
def test_a_change_that_a_link_hands_over_is_shown_and_not_made(
    page: Page, service: Service, post: Callable[..., Any], user: Any
) -> None:
    page.goto(graphiql_link(post, user.key))
    page.wait_for_url(f"{service.url}/graphiql")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))

    page.goto("about:blank")
    change = 'mutation HandedOver{createEntity(input:{operationId:"1",name:"handed-over"}){__typename}}'
    page.goto(f"{service.url}/graphiql#{urlencode({'query': change})}")
    expect(page.locator(".graphiql-query-editor")).to_contain_text("mutation HandedOver")
    page.wait_for_load_state("networkidle")

    assert asked
    assert not [body for body in asked if "createEntity" in body]


@pytest.mark.slow
def test_the_explorer_lists_the_fields_of_the_schema(page: Page, post: Callable[..., Any], user: Any) -> None:
    page.goto(graphiql_link(post, user.key))

    page.get_by_role("button", name="Show GraphiQL Explorer").click()

    expect(page.locator(".graphiql-explorer-root")).to_contain_text("artifact")
    expect(page.locator(".graphiql-explorer-root")).to_contain_text("versionCounts")


@pytest.mark.slow
@pytest.mark.parametrize(
    "elsewhere",
    ["//other.test/x", "/\\other.test/x", "/\t/other.test/x", "/\n\\other.test/x", "http://other.test/x", "/.//\t"],
)
def test_a_sign_in_link_leads_nowhere_else(
    page: Page, service: Service, post: Callable[..., Any], user: Any, elsewhere: str
) -> None:
    link = sign_in_link(post, user.key).replace("/sign-in", f"/sign-in?next={quote(elsewhere)}")
    complaints = Complaints(page)

    page.goto(link)
    page.wait_for_url(lambda url: "/sign-in" not in url)

    assert page.url.startswith(f"{service.url}/")
    assert complaints.hosts == {service.url.removeprefix("http://")}


def test_a_link_works_once(page: Page, post: Callable[..., Any], user: Any) -> None:
    link = graphiql_link(post, user.key)
    page.goto(link)
    page.wait_for_selector(".graphiql-container")
    page.context.clear_cookies()

    page.goto("about:blank")
    page.goto(link)

    expect(page.locator("#message")).to_contain_text("was used or has expired")
