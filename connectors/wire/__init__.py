"""How other programs are reached: what the hub and its connectors both need of addresses, TLS and MQTT.

errors                        what can go wrong
address, secret_file          addresses as values, and passwords from files
tls, identity                 to whom a client of a broker speaks, and who it is
connection, messages, topics  one connection to a broker, and what goes over it
backoff                       pauses between attempts
"""
