"""What connectors keep between runs: how far they are, what was said of each record, and which can't be mapped.

All that follows from a page of records is kept in one commit, after the broker has acknowledged every message of it; so
a run that is cut off anywhere goes on from the last page that arrived.

tables   the tables, in a database of SQLite
values   what is kept, as values
stream   one stream's part
store    all of it
"""

from connectors.state.store import State
from connectors.state.stream import StreamState
from connectors.state.values import Checkpoint, Kept, Known, LastRun, Letter, Step

__all__ = ["Checkpoint", "Kept", "Known", "LastRun", "Letter", "State", "Step", "StreamState"]
