"""Leases: taken by one, renewed, handed over, and lost by a holder that was paused."""

import asyncio

import pytest

from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.leases import Lease, LeaseLostError, check_lease, drop_lease, take_lease
from viewers import fresh


async def take(graph: Graph, name: str, holder: str, seconds: float = 30.0) -> Lease | None:
    return await graph.write(lambda tx: take_lease(tx, name, holder, seconds=seconds))


async def test_of_many_takers_at_once_one_holds_the_lease(graph: Graph) -> None:
    name = fresh("lease")

    leases = await asyncio.gather(*(take(graph, name, f"holder-{number}") for number in range(8)))

    assert [lease.token for lease in leases if lease is not None] == [1]


async def test_the_holder_keeps_its_token_when_it_renews(graph: Graph) -> None:
    name = fresh("lease")
    first = await take(graph, name, "a")

    again = await take(graph, name, "a")

    assert first == again == Lease(name, "a", 1)


async def test_a_dropped_lease_goes_to_the_next_with_a_greater_token(graph: Graph) -> None:
    name = fresh("lease")
    first = await take(graph, name, "a")
    assert first is not None

    await graph.write(lambda tx: drop_lease(tx, first))

    assert await take(graph, name, "b") == Lease(name, "b", 2)
    assert await take(graph, name, "a") is None


async def test_an_expired_lease_can_be_taken_and_its_holder_can_write_no_more(graph: Graph) -> None:
    name = fresh("lease")
    paused = await take(graph, name, "a", seconds=0.05)
    assert paused is not None
    await asyncio.sleep(0.1)
    assert await take(graph, name, "b") == Lease(name, "b", 2)

    async def write(tx: Transaction) -> None:
        await check_lease(tx, paused)
        raise AssertionError("must not be reached")

    with pytest.raises(LeaseLostError):
        await graph.write(write)


async def test_nobody_takes_a_lease_over_inside_its_holders_transaction(graph: Graph) -> None:
    name = fresh("lease")
    lease = await take(graph, name, "a", seconds=0.05)
    assert lease is not None
    order: list[str] = []

    async def slow_write(tx: Transaction) -> None:
        await check_lease(tx, lease)
        await asyncio.sleep(0.5)
        order.append("holder commits")

    async def take_over() -> None:
        await asyncio.sleep(0.2)
        assert await take(graph, name, "b") == Lease(name, "b", 2)
        order.append("successor takes over")

    await asyncio.gather(graph.write(slow_write), take_over())

    assert order == ["holder commits", "successor takes over"]


async def test_whoever_comes_while_an_expired_lease_is_taken_waits_and_gets_none(graph: Graph) -> None:
    name = fresh("lease")
    await take(graph, name, "old", seconds=0.05)
    await asyncio.sleep(0.1)
    is_taken = asyncio.Event()

    async def slow_take(tx: Transaction) -> Lease | None:
        lease = await take_lease(tx, name, "a", seconds=30)
        is_taken.set()
        await asyncio.sleep(0.5)
        return lease

    async def late_take() -> Lease | None:
        await is_taken.wait()
        return await take(graph, name, "b")

    first, second = await asyncio.gather(graph.write(slow_take), late_take())

    assert first == Lease(name, "a", 2)
    assert second is None
