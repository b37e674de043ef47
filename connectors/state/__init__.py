"""What connectors keep between runs: how far they are, what was said of each record, and which can't be mapped.

All that follows from a page of records is kept in one commit, after the broker has acknowledged every message of it; so
a run that is cut off anywhere goes on from the last page that arrived.

form                the form it has, and the hold on a connector: `sqlite` (a file), `postgresql` (the journal's server)
tables, migrations  the tables, and what makes them
values              what is kept, as values
copy                from one place to another
stream              one stream's part
store               all of it
"""

from connectors.state.form import Hold
from connectors.state.postgresql import Server
from connectors.state.store import State
from connectors.state.stream import StreamState
from connectors.state.values import Asked, Checkpoint, Kept, Known, LastRun, Letter, Standing, Step, Totals

__all__ = [
    "Asked",
    "Checkpoint",
    "Hold",
    "Kept",
    "Known",
    "LastRun",
    "Letter",
    "Server",
    "Standing",
    "State",
    "Step",
    "StreamState",
    "Totals",
]
