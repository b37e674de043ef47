"""What one run of another hub has told, as far as it was heard here.

A hub numbers the changes that it tells, and says now and then after which number everything is told that it changed up
to a position in the journal. The position holds here once every number up to that one was heard: a message that the
broker dropped, or that comes after a later one, holds it up.
"""

from __future__ import annotations


class Heard:
    """Keeps count of what was heard of one run of a hub."""

    def __init__(self) -> None:
        self.position: int | None = None
        """Up to which sequence in the journal all that it changed was heard; None where that is not known yet."""
        self._through: int | None = None
        """Up to which number nothing is missing. What came before the first word that was heard is no matter."""
        self._ahead: set[int] = set()
        self._said: dict[int, int] = {}

    def change(self, number: int) -> None:
        """Takes note of a change that was heard."""
        if self._through is None:
            self._through = number
        elif number > self._through:
            self._ahead.add(number)
        self._settle()

    def told(self, number: int, position: int) -> None:
        """Takes note that after a number all is told up to a position."""
        if self._through is None:
            self._through = number
        self._said[number] = max(position, self._said.get(number, 0))
        self._settle()

    @property
    def missing(self) -> int | None:
        """The first number that did not come although later ones did; None where there is none."""
        return self._through + 1 if self._through is not None and (self._ahead or self._said) else None

    def go_on(self) -> None:
        """Gives up what did not come."""
        self._through = max((*self._ahead, *self._said), default=self._through)
        self._settle()

    def begin_again(self) -> None:
        """Takes note that some may not have been heard: the next word is the first again."""
        self._through = None
        self._ahead.clear()
        self._said.clear()

    def _settle(self) -> None:
        if self._through is None:
            return
        while self._through + 1 in self._ahead:
            self._through += 1
        self._ahead = {number for number in self._ahead if number > self._through} if self._ahead else self._ahead
        for number in [number for number in self._said if number <= self._through]:
            self.position = max(self._said.pop(number), self.position or 0)
