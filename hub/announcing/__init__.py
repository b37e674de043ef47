"""What a committed batch changed, told to the world.

    announce -> live (who listens in this process), change_message and golden -> outbox -> broker

trail, catchup      how far that was, and what is made up for after a stop; publishing does both while a hub runs
newest, peers       what other hubs on the same graph change, and which of two records is the newer one
republish           records looked up again
"""
