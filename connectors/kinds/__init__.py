"""The kinds that come along: one file each."""
