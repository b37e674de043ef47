"""From the journal to the graph: `projector` keeps several `batches` in flight, which take `turns` to be announced."""
