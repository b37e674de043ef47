"""Ready connectors for systems that many plants have: each a YAML file here, laid below the file of a connector.

settings   what a profile's file holds
found      which profiles there are: those here, those of packages installed beside, those of a folder
apply      a connector's file with its profile as one document
told       a profile by itself: its tests, its starting file
"""
