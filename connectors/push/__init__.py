"""Sources that tell by themselves: they push, and nobody reads them.

    source --deliveries--> inbox --batches--> mapping --messages, QoS 1--> broker
                                              then what follows is kept, and then the source gets its receipt

settings   what their files have in common
inbox      deliveries that wait, bounded
prepare    a batch of them made ready
receiver   a source at work: batches one after another, pauses, how it fares
doors      where requests over HTTP come in
"""
