"""Hubs beside each other: `roster` says who runs, `heirs` take what waits for one that does not come back."""
