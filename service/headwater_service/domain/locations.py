"""Paths as users write them and the addresses of pages: made from names in this one place."""

from urllib.parse import quote

from headwater_service.model import Container


def version_name(collection_name: str, index: int) -> str:
    return f"{collection_name}:v{index}"


def entity_url(public_url: str, entity_name: str) -> str:
    return f"{public_url}/{_quoted(entity_name)}"


def container_url(public_url: str, container: Container) -> str:
    return f"{public_url}/{_quoted(container.entity_name)}/{_quoted(container.name)}"


def item_url(public_url: str, container: Container, name: str) -> str:
    """Address of a collection (`mnist`) or a version (`mnist:v3`)."""
    return f"{container_url(public_url, container)}/{_quoted(name)}"


def path_url(public_url: str, path: str) -> str:
    """Address of what a whole path names, such as `acme/churn/model:v3`."""
    return f"{public_url}/{'/'.join(_quoted(part) for part in path.split('/'))}"


def run_url(public_url: str, container: Container, key: str) -> str:
    return f"{container_url(public_url, container)}/-/runs/{_quoted(key)}"


def file_url(public_url: str, container: Container, name: str, path: str) -> str:
    """Plain address of one file of a version, which redirects to its bytes."""
    return (
        f"{public_url}/files/{_quoted(container.entity_name)}/{_quoted(container.name)}/{_quoted(name)}/{quote(path)}"
    )


def run_file_url(public_url: str, container: Container, key: str, path: str) -> str:
    place = f"{_quoted(container.entity_name)}/{_quoted(container.name)}"
    return f"{public_url}/files/{place}/-/runs/{_quoted(key)}/{quote(path)}"


def _quoted(name: str) -> str:
    # The colon before a version's number is legal in a path and stays readable.
    return quote(name, safe=":")
