"""The running service: settings, MQTT, journal, ingest, live changes, GraphQL, command line."""
