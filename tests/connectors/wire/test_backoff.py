from __future__ import annotations

from connectors.wire.backoff import Backoff


def test_pauses_double_up_to_the_longest_less_a_random_part() -> None:
    backoff = Backoff(1.0, 5.0)
    for whole in (1.0, 2.0, 4.0, 5.0, 5.0):
        assert whole / 2 <= backoff.pause() <= whole
    backoff.reset()
    assert backoff.pause() <= 1.0


def test_two_clients_do_not_come_back_together() -> None:
    assert len({Backoff().pause() for _ in range(20)}) > 1
