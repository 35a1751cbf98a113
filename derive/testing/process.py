"""Runs a solution in a process of its own, with limits, and collects what its functions returned."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Answers", "Limits", "run_file"]

_LARGEST_ANSWER = 64 * 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a solution may use: seconds to load the file and for each call, processor seconds, megabytes.

    A process that was kept from running gets twice the seconds.
    """

    load_seconds: float = 4.0
    case_seconds: float = 1.5
    cpu_seconds: int = 20
    memory_mb: int = 3072
    grace: float = 0.5


@dataclass
class Answers:
    """What came back.

    Attributes:
        defined: the names that can be called.
        own: functions whose code stands in the file.
        trouble: why the file stopped before its end, or ``None``.
        results: by the number of the case.
    """

    defined: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    trouble: Mapping[str, Any] | None = None
    results: dict[int, Mapping[str, Any]] = field(default_factory=dict)


def run_file(file: Path, jobs: Sequence[Mapping[str, Any]], limits: Limits | None = None) -> Answers:
    """Call the functions of a file as the jobs say.

    A function that does not come back, or that takes the process down, is not called again; the others are.
    """
    limits = limits or Limits()
    answers = Answers()
    left = list(jobs)
    while left:
        running = _run_once(file, left, limits, answers)
        if running is None:
            break
        lost = next(job for job in left if job["id"] == running)
        left = [job for job in left if job["function"] != lost["function"] and job["id"] not in answers.results]
    return answers


def _run_once(file: Path, jobs: Sequence[Mapping[str, Any]], limits: Limits, answers: Answers) -> int | None:
    """Run one process to its end; the number of the case that ended it early, if one did."""
    here = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory(prefix="derive-grade-") as folder:
        job = {
            "file": str(file.resolve()),
            "here": str(here),
            "cases": list(jobs),
            "load_seconds": limits.load_seconds,
            "case_seconds": limits.case_seconds,
            "cpu_seconds": limits.cpu_seconds,
            "memory_mb": limits.memory_mb,
        }
        job_path = Path(folder) / "job.json"
        job_path.write_text(json.dumps(job), encoding="utf-8")
        reading, writing = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(here / "worker.py"), str(job_path), str(writing)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writing,),
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        os.close(writing)
        try:
            return _listen(process, reading, limits, answers)
        finally:
            os.close(reading)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the caller's environment but where programs are; one thread, since the arrays are tiny."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": folder,
        "TMPDIR": folder,
        "MPLCONFIGDIR": folder,
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        **threads,
    }


def _listen(process: subprocess.Popen[bytes], channel: int, limits: Limits, answers: Answers) -> int | None:
    """Read answers until the process is done, silent for too long, or talking too much."""
    running: int | None = None
    loaded = False
    pending, received = b"", 0
    deadline = time.monotonic() + 2 * limits.load_seconds + 2 + limits.grace
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return _lost(running, loaded, answers, "OutOfTime", f"no result after {limits.case_seconds:g} s")
            block = os.read(channel, 1 << 16)
            received += len(block)
            if not block or received > _LARGEST_ANSWER:
                how = f"the process ended with code {process.wait()}" if not block else "it returned too much"
                return _lost(running, loaded, answers, "Crash", how)
            *lines, pending = (pending + block).split(b"\n")
            for line in lines:
                deadline = time.monotonic() + 2 * limits.case_seconds + limits.grace
                message = _parse(line)
                if "loaded" in message:
                    loaded = True
                    _note_loaded(message["loaded"], answers)
                elif "start" in message:
                    running = message["start"]
                elif "end" in message and message["end"] == running:
                    answers.results[message["end"]] = message
                    running = None
                elif "done" in message:
                    return None


def _parse(line: bytes) -> dict[str, Any]:
    """A line of the process; what is not an object of JSON was not written by the worker and says nothing."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _note_loaded(loaded: Any, answers: Answers) -> None:
    if isinstance(loaded, dict):
        answers.defined = frozenset(map(str, loaded.get("defined", ())))
        answers.own = frozenset(map(str, loaded.get("own", ())))
        trouble = loaded.get("trouble")
        answers.trouble = trouble if isinstance(trouble, dict) else None


def _lost(running: int | None, loaded: bool, answers: Answers, kind: str, message: str) -> int | None:
    if running is None:
        if not loaded:
            answers.trouble = {"type": kind, "message": "the file ended or blocked the process when it was run"}
        return None
    answers.results[running] = {"error": {"type": kind, "message": message, "line": None}}
    return running
