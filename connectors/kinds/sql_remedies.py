"""What to do about what a database says, in the words of PostgreSQL, MariaDB, SQL Server, Oracle and SQLite."""

from __future__ import annotations

import re

_TABLES = "`unshub connectors discover` lists the tables that the user sees"
_RIGHTS = "let the user read it, as by GRANT SELECT"
_SIGN_IN = "look at the user in `url`, and at {password}"
_AWAY = "look at the host and port in `url`, and whether the database runs there"

_REMEDIES = [
    (r"no such table|relation \"[^\"]*\" does not exist|Table '[^']*' doesn't exist|Invalid object name", _TABLES),
    (r"ORA-00942", _TABLES),
    (r"permission denied|command denied|SELECT permission was denied|ORA-01031", _RIGHTS),
    (r"password authentication failed|no password supplied|Access denied for user|Login failed|ORA-01017", _SIGN_IN),
    (r"Connection refused|could not translate host name|failed to resolve host|Can't connect to", _AWAY),
]
_FOUND = [(re.compile(pattern), remedy) for pattern, remedy in _REMEDIES]


def remedy(said: str, *, password: bool) -> str:
    """What to do about it, as the end of a sentence; empty where that is not known. `password`: one is configured."""
    for pattern, found in _FOUND:
        if pattern.search(said):
            where = "what is in the file that `passwordFile` names" if password else "`passwordFile`: none is named"
            return f"; {found.format(password=where)}"
    return ""
