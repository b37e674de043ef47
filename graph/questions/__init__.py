"""Questions that take knowledge of the plant to answer: what to read for them, and the rules that judge what was read.

A question reads by one plan (`facts.Shape`), so that its answer is of one state of the graph. What is read comes as
`facts.Fact`s, and pure functions make the answer of them.
"""
