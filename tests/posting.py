"""Post documents to a running service, as any HTTP client does."""

import os
from typing import Any

import urllib3


def post_document(url: str, key: str, document: str, **variables: Any) -> dict[str, Any]:
    """Return `data`; an error fails the test."""
    response = urllib3.request(
        "POST",
        f"{url}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {key}"},
    )
    answer: dict[str, Any] = response.json()
    assert response.status == 200 and "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def ask(document: str, **variables: Any) -> dict[str, Any]:
    """Ask the service, and with the key, that this process's variables name."""
    return post_document(os.environ["HEADWATER_BASE_URL"], os.environ["HEADWATER_API_KEY"], document, **variables)
