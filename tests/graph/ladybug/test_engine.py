from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from graph.errors import GraphError, ReadFailed, ReadTimeout, StoreBusy, StoreDamaged, StoreUnavailable, WriteFailed
from graph.ladybug.engine import Database, meaning

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b UNWIND range(1, 1000) AS c RETURN sum(a * b * c)"


@pytest.mark.parametrize(
    ("text", "reading", "writing"),
    [
        ("Interrupted.", ReadTimeout, StoreBusy),
        ("IO exception: Could not set lock on file : /x (Lock is held by PID 1)", StoreUnavailable, StoreUnavailable),
        ("Runtime exception: The file is not a valid Lbug database file!", StoreDamaged, StoreDamaged),
        ("IO exception: Cannot open file /x: No such file or directory", StoreUnavailable, StoreUnavailable),
        ("IO exception: Cannot write to file. No space left on device", StoreUnavailable, StoreUnavailable),
        (
            "Runtime exception: Corrupted wal file. Read out invalid WAL record type.",
            StoreDamaged,
            StoreDamaged,
        ),
        ("Storage exception: Checksum verification failed", StoreDamaged, StoreDamaged),
        ("the parent database is closed", StoreUnavailable, StoreUnavailable),
        ("Connection is closed.", StoreUnavailable, StoreUnavailable),
        ("Cannot start a new write transaction in the system. Only one …", StoreBusy, StoreBusy),
        ("Timeout waiting for active transactions to leave the system before checkpointing", StoreBusy, StoreBusy),
        ("Buffer manager exception: Unable to allocate memory!", StoreBusy, StoreBusy),
        ("std::bad_alloc", StoreBusy, StoreBusy),
        ("Binder exception: Table Nope does not exist.", ReadFailed, WriteFailed),
        ("Conversion exception: Cast failed. x is not in DOUBLE range.", ReadFailed, WriteFailed),
        ("anything that was never seen before", ReadFailed, WriteFailed),
    ],
)
def test_every_fault_of_the_engine_has_a_meaning(
    text: str, reading: type[GraphError], writing: type[GraphError]
) -> None:
    for error in (RuntimeError(text), MemoryError(text), ValueError(text)):
        assert type(meaning(error, "doing it", ReadFailed)) is reading
        assert type(meaning(error, "doing it", WriteFailed)) is writing
        assert "doing it" in str(meaning(error, "doing it", WriteFailed))


@pytest.mark.parametrize(
    ("cypher", "parameters"),
    [
        ("RETURN", {}),
        ("MATCH (n:Nope) RETURN n", {}),
        ("RETURN $x", {"x": 10**30}),
        ("RETURN $x", {"x": "\ud800"}),
        ("RETURN $x", {"x": object()}),
        ("RETURN CAST($x AS DOUBLE)", {"x": "no number"}),
    ],
)
def test_what_the_engine_refuses_is_a_graph_error(tmp_path: Path, cypher: str, parameters: dict[str, object]) -> None:
    database = Database(tmp_path / "graph")
    for writing, kind in ((False, ReadFailed), (True, WriteFailed)):
        session = database.session(writing=writing)
        with pytest.raises(kind):
            session.run(cypher, parameters)
        assert session.run("RETURN 1") == [[1]]
        session.close()
    database.close()


def test_rows_of_a_bad_statement_are_a_graph_error(tmp_path: Path) -> None:
    database = Database(tmp_path / "graph")
    session = database.session(writing=True)
    with pytest.raises(WriteFailed, match="Nope"):
        session.run_rows("UNWIND $rows AS r CREATE (:Nope {id: r})", ["a"])
    session.close()
    database.close()


def test_a_read_is_ended_from_another_thread_and_the_session_goes_on(tmp_path: Path) -> None:
    database = Database(tmp_path / "graph")
    session = database.session()
    session.begin()
    timer = threading.Timer(0.2, session.cancel)
    timer.start()
    with pytest.raises(ReadTimeout, match="longer than its limit"):
        session.run(ENDLESS)
    timer.join()
    session.rollback()
    session.take()
    session.begin()
    assert session.run("RETURN 1") == [[1]]
    session.commit()
    session.close()
    database.close()


def test_what_is_cancelled_before_it_begins_does_not_begin(tmp_path: Path) -> None:
    database = Database(tmp_path / "graph")
    session = database.session()
    session.take()
    session.cancel()
    with pytest.raises(ReadTimeout):
        session.begin()
    session.take()
    session.begin()
    assert session.run("RETURN 1") == [[1]]
    session.commit()
    session.close()
    database.close()


def test_a_session_outlives_any_number_of_different_statements(tmp_path: Path) -> None:
    database = Database(tmp_path / "graph")
    session = database.session()
    for number in range(2500):
        session.begin()
        assert session.run(f"RETURN {number}") == [[number]]
        session.commit()
    session.close()
    database.close()


def test_another_process_that_has_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    database = Database(path)
    program = f"from pathlib import Path; from graph.ladybug.engine import Database; Database(Path({str(path)!r}))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "StoreUnavailable" in ended.stderr and str(path) in ended.stderr
    assert "stop that one, or use another path" in ended.stderr
    database.close()


@pytest.mark.parametrize("where", ["junk", "folder", "file/below"])
def test_a_place_that_holds_no_graph_is_refused(tmp_path: Path, where: str) -> None:
    (tmp_path / "junk").write_bytes(b"not a database" * 1000)
    (tmp_path / "file").write_text("a file where a folder should be")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnavailable):
        Database(tmp_path / where)
