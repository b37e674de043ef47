"""The state of the integration itself: what was said, what was refused, where systems disagree, what none describes."""
