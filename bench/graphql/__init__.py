"""The hub's GraphQL over HTTP, beside what else could be put in front of the same graph.

plant       the lots, and a hub that has taken them in
questions   what is asked, in each server's words
load        16 clients in a process of their own
servers     the hub; ceiling (by hand), beside (`@neo4j/graphql`), plain (strawberry by hand)
measured    each question of each server, by turns
"""
