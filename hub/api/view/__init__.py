"""GraphQL over HTTP, by its specification (https://graphql.github.io/graphql-over-http/draft/).

    request ──asked──> Asked ──answering──> Answer ──answered──> bytes in the media type that `accepted` chose

`view` puts them together. What is no request that can be answered is `Refused`, with the status that says why.
"""
