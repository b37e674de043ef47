"""The knowledge graph: the store port, read plans, projection and the stores. Knows neither MQTT nor HTTP."""
