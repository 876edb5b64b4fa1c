"""Signatures against those of botocore; what the store makes of them is in test_objects.py."""

import datetime
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from headwater_service.store.signing import Signer

NOW = 1_763_690_001
DAY = 86_400
KEYS = [
    "e/blobs/sha256/ab/abcd",
    "e/blobs/sha256-16m/ab/abcd-7",
    "a b/ü+=&%/日本語~_.-(1)*'!",
]


@pytest.fixture(autouse=True)
def botocore_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(remove_tzinfo: bool = True) -> datetime.datetime:
        moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
        return moment.replace(tzinfo=None) if remove_tzinfo else moment

    monkeypatch.setattr(botocore.auth, "get_current_datetime", now)


def signer(endpoint: str = "http://store.example:9000", *, now: float = NOW) -> Signer:
    return Signer(
        endpoint, region="eu-west-3", bucket="headwater", key_id="KEY/ID", secret="a secret", clock=lambda: now
    )


def botocore_presigned(method: str, url: str, headers: dict[str, str]) -> str:
    credentials = botocore.credentials.Credentials("KEY/ID", "a secret")
    request = botocore.awsrequest.AWSRequest(method, url, headers=headers)
    botocore.auth.S3SigV4QueryAuth(credentials, "s3", "eu-west-3", expires=600).add_auth(request)
    return str(request.url)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("endpoint", ["http://store.example:9000", "https://S3.example", "https://s3.example:443"])
@pytest.mark.parametrize(
    ("method", "query", "headers"),
    [
        ("GET", {}, {}),
        ("HEAD", {"versionId": "null"}, {}),
        (
            "GET",
            {
                "versionId": "9f0c/+",
                "response-content-type": "text/plain; charset=utf-8",
                "response-content-disposition": "attachment; filename*=UTF-8''%E6%97%A5.txt",
            },
            {},
        ),
        ("PUT", {}, {"x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "if-none-match": "*"}),
        ("PUT", {"uploadId": "OGY=.x", "partNumber": "12"}, {"x-amz-checksum-sha256": "47DEQpj8="}),
    ],
)
def test_presigned_urls_carry_the_signature_of_botocore(
    endpoint: str, key: str, method: str, query: dict[str, str], headers: dict[str, str]
) -> None:
    ours = signer(endpoint).presign(method, key, seconds=600, query=query, headers=headers)

    plain = ours.split("?")[0] + ("?" if query else "") + _query_of(ours)
    theirs = botocore_presigned(method, plain, headers)
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert urlsplit(ours).path == urlsplit(theirs).path


@pytest.mark.parametrize("key", ["", *KEYS])
def test_signed_headers_carry_the_signature_of_botocore(key: str) -> None:
    url, headers = signer().sign(
        "POST", key, query={"uploads": "", "prefix": "a b"}, headers={"x-amz-checksum-algorithm": "SHA256"}
    )

    request = botocore.awsrequest.AWSRequest(
        "POST", url, headers={"x-amz-checksum-algorithm": "SHA256", "x-amz-content-sha256": "to be set"}
    )
    credentials = botocore.credentials.Credentials("KEY/ID", "a secret")
    botocore.auth.S3SigV4Auth(credentials, "s3", "eu-west-3").add_auth(request)
    assert headers["authorization"] == request.headers["Authorization"]
    assert headers["x-amz-date"] == request.headers["X-Amz-Date"]


def test_the_key_of_the_day_is_renewed_at_midnight() -> None:
    clock = [float(NOW)]
    signer_over_midnight = Signer(
        "http://store.example:9000",
        region="eu-west-3",
        bucket="headwater",
        key_id="KEY/ID",
        secret="a secret",
        clock=lambda: clock[0],
    )
    first = signer_over_midnight.presign("GET", "k", seconds=600)

    clock[0] += DAY

    assert signer_over_midnight.presign("GET", "k", seconds=600) == signer(now=NOW + DAY).presign(
        "GET", "k", seconds=600
    )
    assert first == signer().presign("GET", "k", seconds=600)


def _query_of(url: str) -> str:
    return "&".join(part for part in urlsplit(url).query.split("&") if not part.startswith("X-Amz-"))
