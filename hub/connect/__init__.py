"""Connectors inside the hub: their files, their way to the broker, and their running.

files        the folder that the settings name, each file a connector
publisher    a connection to the broker that acknowledges
running      connectors at work beside the hub's other parts, or in a command
"""
