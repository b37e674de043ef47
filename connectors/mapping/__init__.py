"""From records to assertions.

settings     how a mapping is written
convert      one value of the source as what the model has in its place
times        times and days, with their zones
build        from settings to a `Mapping`, or everything that is wrong with them
mapping      a `Mapping` at work on records
messages     assertions as the messages that carry them
"""
