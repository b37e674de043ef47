"""How other systems' data becomes assertions: a connector is a kind (transport), a mapping, and a schedule.

    source --pages--> mapping --assertions--> messages --QoS 1--> broker        then the checkpoint moves, never before
                        \\-> a record that can't be mapped: a dead letter; the others go on

errors, faults      what can go wrong, and what a configuration has wrong
settings, load      a connector's file as a value
expression, mapping from records to assertions
kind, registry      what a kind is, and which there are; `kinds` has those that come along
state               checkpoints, what was said of each record, dead letters
stream, schedule    one run of one stream, and runs again and again
push                sources that tell by themselves, in place of being read
"""
