"""What every form of the journal must do with positions and names: part of `JournalContract`."""

from __future__ import annotations

from hub.journal.port import AcceptedAssertion, Aside, Journal
from schema.assertion import Assertion, Stamp
from schema.errors import Reason


def lots(count: int) -> list[AcceptedAssertion]:
    said = [Assertion("mes", "MaterialLot", f"LOT-{number}", Stamp(number, "m"), {}) for number in range(count)]
    return [AcceptedAssertion(one, "topic", 1) for one in said]


class PositionsContract:
    """Checkpoints, the names that hubs hold, and what changes beside what assertions name."""

    async def test_checkpoints(self, journal: Journal) -> None:
        assert await journal.checkpoint("erp") is None
        await journal.set_checkpoint("erp", b"\x00one")
        await journal.set_checkpoint("mes", b"")
        await journal.set_checkpoint("erp", b"two")
        assert (await journal.checkpoint("erp"), await journal.checkpoint("mes")) == (b"two", b"")

    async def test_checkpoints_are_listed_by_how_they_begin(self, journal: Journal) -> None:
        for name in ("trail/a", "trail/b", "trails", "Trail/c", "trail%"):
            await journal.set_checkpoint(name, name.encode())
        assert await journal.checkpoints("trail/") == {"trail/a": b"trail/a", "trail/b": b"trail/b"}
        assert await journal.checkpoints("x") == {}

    async def test_a_checkpoint_that_has_moved_on_is_not_dropped(self, journal: Journal) -> None:
        await journal.set_checkpoint("erp", b"one")
        assert not await journal.drop_checkpoint("erp", b"two")
        assert not await journal.drop_checkpoint("mes", b"one")
        assert await journal.checkpoint("erp") == b"one"
        assert await journal.drop_checkpoint("erp", b"one")
        assert await journal.checkpoint("erp") is None

    async def test_a_name_that_is_held_can_be_held_again_and_released(self, journal: Journal) -> None:
        assert await journal.hold("hub-1")
        assert await journal.hold("hub-1")
        await journal.release("hub-1")
        await journal.release("hub-1")
        assert await journal.hold("hub-1")

    async def test_what_changed_aside_is_kept_by_sequence(self, journal: Journal) -> None:
        assert await journal.asides(0) == []
        first = [Aside(7, "MaterialLot", "LOT-\u0000ü%"), Aside(7, "Sample", "x" * 256)]
        await journal.note_aside(first)
        await journal.note_aside([first[1], Aside(9, "MaterialLot", "LOT-1")])
        assert await journal.asides(0) == [*first, Aside(9, "MaterialLot", "LOT-1")]
        assert await journal.asides(7) == [Aside(9, "MaterialLot", "LOT-1")]
        await journal.note_aside([Aside(12, "MaterialLot", "LOT-1")], forget=7)
        assert [aside.sequence for aside in await journal.asides(0)] == [9, 12]
        await journal.note_aside([], forget=20)
        assert await journal.asides(0) == []

    async def test_tells_how_far_it_was_applied(self, journal: Journal) -> None:
        refused = Reason("$", "", "can't be put into the graph")

        async def applied() -> tuple[int, int]:
            return await journal.applied_to(), await journal.applied_last()

        assert await applied() == (0, 0)
        await journal.append(lots(7))
        entries = await journal.pending(10)
        numbers = [entry.sequence for entry in entries]
        assert await applied() == (0, 0)
        await journal.failed(entries[1], refused)
        await journal.applied([entries[0]])
        assert await applied() == (numbers[0], numbers[0])
        await journal.applied([entries[2], entries[5]])
        await journal.failed(entries[6], refused)
        assert await applied() == (numbers[2], numbers[5])
        await journal.applied([entries[3], entries[4]])
        assert await applied() == (numbers[5], numbers[5])
        await journal.reset(after=numbers[3])
        assert await applied() == (numbers[3], numbers[3])
        await journal.reset()
        assert await applied() == (0, 0)
