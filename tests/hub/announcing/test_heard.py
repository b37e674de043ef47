"""How far another hub is heard: never further than what came, in whatever order it comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.announcing.heard import Heard

Message = tuple[int, int | None]
"""A change's number and None, or the number of the last change and the position that is told with it."""


def hear(heard: Heard, message: Message) -> None:
    number, position = message
    if position is None:
        heard.change(number)
    else:
        heard.told(number, position)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Message], list[Message]]:
    """What a hub says, and how it comes: in another order, some of it twice and some not at all."""
    said: list[Message] = [(0, 0)]
    for number in range(1, draw(st.integers(1, 12)) + 1):
        said.append((number, None))
        if draw(st.booleans()):
            said.append((number, number * 10))
    rest = draw(st.lists(st.sampled_from(said[1:])))
    return said, [said[0], *draw(st.permutations(rest))]


@given(conversations())
def test_a_position_is_heard_with_all_that_was_told_before_it(
    conversation: tuple[list[Message], list[Message]],
) -> None:
    _, come = conversation
    heard, seen = Heard(), set[int]()
    for message in come:
        hear(heard, message)
        seen |= {message[0]} if message[1] is None else set()
        position = heard.position
        assert position is not None
        assert seen.issuperset(range(1, position // 10 + 1))


@given(conversations())
def test_nothing_is_missing_once_all_has_come(conversation: tuple[list[Message], list[Message]]) -> None:
    said, come = conversation
    heard = Heard()
    for message in [*come, *reversed(said[1:])]:
        hear(heard, message)
    assert heard.missing is None
    assert heard.position == max(position for _, position in said if position is not None)


def test_what_does_not_come_is_named_and_given_up() -> None:
    heard = Heard()
    for message in ((4, None), (6, None), (7, 70)):
        hear(heard, message)
    assert (heard.missing, heard.position) == (5, None)
    heard.go_on()
    assert (heard.missing, heard.position) == (None, 70)


def test_after_a_gap_the_next_word_is_the_first_again() -> None:
    heard = Heard()
    hear(heard, (4, 40))
    hear(heard, (6, None))
    heard.begin_again()
    assert (heard.missing, heard.position) == (None, 40)
    hear(heard, (9, None))
    hear(heard, (9, 90))
    assert (heard.missing, heard.position) == (None, 90)
