"""Golden cases: questions of the demo plant (`hub/demo/plant.yaml`), with answers worked out by reading its file.

    NAME.graphql   the question: in words, its variables and the round trips it may take, then the document
    NAME.json      the answer, by hand: no program writes it
    NAME.cypher    what Neo4j is asked for it: `python -m tests.cases --write-cypher`

The head of a question is a comment:

    # 9. Failed results of the last day, each with its lot.      a number: that of the docs' list of questions
    #
    # variables: {"since": "2026-03-12T10:00:00Z"}                where it has any, in JSON
    # round trips: 1                                              to the graph, at most
    # scans: TestResult                                           kinds of which no index picks the few that matter

`test_cases` asks every question, in every way that there is to ask, over both stores.
"""
