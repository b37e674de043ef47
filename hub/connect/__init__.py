"""Connectors inside the hub: their files, their way to the broker, and their running.

files        the folder that the settings name, each file a connector
place        where they keep what they keep
desk         for those who look at them and tell them what to do, wherever they run
told         how they fare, in JSON and in a sentence
publisher    a connection to the broker that acknowledges
running      connectors at work beside the hub's other parts, or in a command
"""
