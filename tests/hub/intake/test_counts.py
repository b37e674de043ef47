from __future__ import annotations

from hub.intake.counts import Counts


def test_the_most_frequent_names_stay_whatever_comes() -> None:
    counts: Counts[str] = Counts(kept=10)
    counts.add("colour", 500)
    for number in range(1_000):
        counts.add(f"name-{number}")
        counts.add("staus")
    assert counts.most_common(2) == [("staus", 1_000), ("colour", 500)]
    assert len(counts) <= 20
    assert counts.total == 2_500
