"""The sender against a service that answers, fails and forgets."""

import threading
import time
from pathlib import Path

import msgpack
import pytest

from headwater import _sender
from headwater._journal import Stream, pack
from headwater._online import history_body
from headwater._sender import Post, Sender
from headwater.errors import InvalidInputError, PermissionDeniedError, UnavailableError


class Service:
    """The far end of `Post`: keeps what it gets, as numbered records; fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.records: list[bytes] = []
        self.calls: list[tuple[int, int]] = []
        self.failures = failures

    def __call__(self, stream: str, first: int, payloads: list[bytes]) -> int:
        self.calls.append((first, len(payloads)))
        if self.failures:
            self.failures -= 1
            raise UnavailableError("away")
        assert first <= len(self.records)
        self.records[first:] = payloads
        return len(self.records)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become hundredths."""
    monkeypatch.setattr(_sender, "INTERVAL", 0.01)


def make(tmp_path: Path, post: Post, said: list[str] | None = None) -> Sender:
    lines: list[str] = [] if said is None else said
    return Sender(Stream(tmp_path / "a.log"), post, lambda: None, lines.append)


def fill(sender: Sender, count: int) -> list[bytes]:
    payloads = [pack({"step": number}) for number in range(count)]
    for payload in payloads:
        sender._stream.append(payload)
    return payloads


def test_finish_returns_when_all_is_acknowledged(tmp_path: Path, quick: None) -> None:
    service = Service()
    sender = make(tmp_path, service)
    sender.start()
    payloads = fill(sender, 12_345)

    sender.finish(patience=10)

    assert service.records == payloads
    assert (sender.acknowledged, sender.waiting) == (12_345, 0)


def test_a_service_that_is_away_for_a_while_loses_nothing(tmp_path: Path, quick: None) -> None:
    service = Service(failures=4)
    said: list[str] = []
    sender = make(tmp_path, service, said)
    payloads = fill(sender, 10)
    sender.start()

    sender.finish(patience=10)

    assert service.records == payloads
    assert [line for line in said if "The service is away (away)." in line] == said[:1]


def test_a_service_that_stays_away_is_told_with_the_journal(tmp_path: Path, quick: None) -> None:
    sender = make(tmp_path, Service(failures=10**9))
    fill(sender, 3)
    sender.start()

    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"did not acknowledge 3 record\(s\) within 0 s.*a\.log"):
        sender.finish(patience=0.3)

    assert time.monotonic() - started < 5


def test_records_are_sent_again_from_the_number_the_service_expects(tmp_path: Path, quick: None) -> None:
    service = Service()
    sender = make(tmp_path, service)
    payloads = fill(sender, 5)
    sender.once()
    del service.records[2:]

    def answer(stream: str, first: int, payloads: list[bytes]) -> int:
        return service(stream, first, payloads) if first <= len(service.records) else len(service.records)

    sender._post = answer
    sender._stream.append(pack({"step": 5}))
    sender.finish(patience=10)

    assert service.records == [*payloads, pack({"step": 5})]


def test_a_refusal_ends_the_sending_and_is_raised_at_finish(tmp_path: Path, quick: None) -> None:
    def refuse(stream: str, first: int, payloads: list[bytes]) -> int:
        raise PermissionDeniedError("revoked")

    said: list[str] = []
    sender = make(tmp_path, refuse, said)
    fill(sender, 1)
    sender.start()

    with pytest.raises(PermissionDeniedError, match="revoked"):
        sender.finish(patience=10)

    assert said == ["The service refuses the records of this run: revoked"]


def test_a_journal_that_is_taken_away_is_an_error_and_no_endless_wait(tmp_path: Path, quick: None) -> None:
    sender = make(tmp_path, Service())
    fill(sender, 1)
    sender._stream.path.unlink()
    sender.start()

    with pytest.raises(Exception, match="was removed or damaged while the run went on"):
        sender.finish(patience=10)


@pytest.mark.parametrize("how", ["slow", "away", "refusing"])
def test_the_journal_is_made_durable_every_second_whatever_the_service_does(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    asked, over = threading.Event(), threading.Event()

    def answer(stream: str, first: int, payloads: list[bytes]) -> int:
        asked.set()
        if how == "slow":
            over.wait(30)
            return len(payloads)
        raise UnavailableError("away") if how == "away" else PermissionDeniedError("revoked")

    sender = make(tmp_path, answer)
    monkeypatch.setattr(sender, "_pause", lambda: 30.0 if asked.is_set() else 0.01)
    fill(sender, 1)
    sender.start()
    assert asked.wait(5)
    synced = threading.Semaphore(0)
    monkeypatch.setattr(sender._stream, "sync", synced.release)

    times = [synced.acquire(timeout=5) for _ in range(3)]

    over.set()
    assert times == [True, True, True]


def test_a_silent_run_sends_heartbeats(tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sender, "HEARTBEAT", 0.05)
    service = Service()
    sender = make(tmp_path, service)
    sender.start()

    deadline = time.monotonic() + 5
    while len(service.calls) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    sender.finish(patience=1)

    assert service.calls[:3] == [(0, 0)] * 3


def test_its_thread_does_not_keep_the_interpreter_alive(tmp_path: Path) -> None:
    sender = make(tmp_path, Service())
    sender.start()

    threads = [thread for thread in threading.enumerate() if thread.name == "headwater-sender"]
    sender.finish(patience=5)

    assert threads and all(thread.daemon for thread in threads)


def test_a_message_holds_the_records_as_they_were_packed() -> None:
    body = history_body("abc", 7, [pack({"step": 1, "values": {"a": 0.5}}), pack({"step": 2})])

    assert msgpack.unpackb(body) == {
        "stream": "abc",
        "first": 7,
        "heartbeat": True,
        "records": [{"step": 1, "values": {"a": 0.5}}, {"step": 2}],
    }


def test_the_sender_leaves_the_seeded_random_numbers_alone(tmp_path: Path, quick: None) -> None:
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    sender = make(tmp_path, Service(failures=2))
    fill(sender, 1)
    sender.start()
    sender.finish(patience=10)

    assert random.random() == expected


def test_input_errors_of_the_service_are_refusals() -> None:
    assert InvalidInputError in _sender.REFUSALS
