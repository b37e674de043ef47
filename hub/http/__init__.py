"""The hub over HTTP: `serve` runs it, `web` answers about health, status and dead letters; GraphQL is `hub.api`.

readiness       how every part is
door            how many connections, and for how long they may be silent
local_hosts     which names a request may use
hooks, looking  what connectors are told, taken or only looked at
socket_file     a socket for a proxy in front
"""
