"""The life of the data: that journal and graph fit, making one anew, moving both, and what is seen to meanwhile.

consistency, origin                 whether they fit, when a hub starts
rebuild, compare                    the graph anew, and what differs
migrate, migrate_room, checksum     both to another place
duties                              what a hub sees to while it runs
"""
