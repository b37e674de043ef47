from __future__ import annotations

import pytest

from graph.cache import Cache


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    cache: Cache[str, int] = Cache(2)
    assert [cache.of(key, lambda number=number: number) for number, key in enumerate("ab")] == [0, 1]
    assert cache.of("a", lambda: 7) == 0
    assert cache.of("c", lambda: 2) == 2
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (0, None, 2)


def test_nothing_is_kept_of_what_could_not_be_made() -> None:
    cache: Cache[str, int | None] = Cache(2)
    with pytest.raises(ZeroDivisionError):
        cache.of("a", lambda: 1 // 0)
    assert cache.of("a", lambda: None) is None
    assert cache.of("a", lambda: 3) is None
