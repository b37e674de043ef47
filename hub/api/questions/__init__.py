"""Questions that no single system can answer, each a root field of `Query` in a file of its own."""
