"""The kind `mqtt`: what others publish at another broker.

settings    the broker, and which topics
topics      topics with names in the place of segments
payload     from a message to its records
session     one connection after another, what comes acknowledged once it has arrived
source      the source put together
"""

from connectors.kinds.mqtt.source import MqttKind

__all__ = ["MqttKind"]
