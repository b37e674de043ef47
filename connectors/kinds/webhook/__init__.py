"""The kind `webhook`: systems that tell what happened by requests to the hub, `POST /hooks/<connector>`.

settings    how a request shows who sent it, and where the records are in its body
signature   whether a request is signed as it must be
body        from the bytes of a body to its records
source      from a request to its answer
"""

from connectors.kinds.webhook.source import WebhookKind

__all__ = ["WebhookKind"]
