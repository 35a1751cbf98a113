"""The separate process that runs a solution: python -I worker.py JOB FD.

It reads the job, limits itself, loads the file, calls its functions and writes what they returned as lines of JSON to
the descriptor.  It judges nothing.  It needs nothing but NumPy and the stand-ins beside it.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

MAX_ENTRIES = 100_000
MEGABYTE = 1024 * 1024
MOST_PROCESSES = 1024  # of the user, all programs together: stops a fork bomb


class OutOfTime(BaseException):
    """Not an Exception, so that ``except Exception`` in a solution does not swallow it."""


def main() -> None:
    job_path, descriptor = sys.argv[1], int(sys.argv[2])
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    _limit(job["memory_mb"], job["cpu_seconds"])
    sys.path.insert(0, job["here"])
    import numpy as np

    standins = importlib.import_module("standins")

    sys.path.remove(job["here"])
    with os.fdopen(descriptor, "w", encoding="utf-8") as channel:

        def send(message: dict[str, Any]) -> None:
            channel.write(json.dumps(message) + "\n")
            channel.flush()

        path = Path(job["file"])
        _install(standins, path)
        module, trouble = _load(path, job["load_seconds"])
        own = {
            name: value.__code__.co_firstlineno
            for name, value in vars(module).items()
            if inspect.isfunction(value) and value.__code__.co_filename == str(path)
        }
        defined = [name for name, value in vars(module).items() if callable(value) and not inspect.ismodule(value)]
        send({"loaded": {"trouble": trouble, "own": own, "defined": defined}})
        endless: set[str] = set()
        for case in job["cases"]:
            if case["function"] in endless or not callable(getattr(module, case["function"], None)):
                continue
            send({"start": case["id"]})
            result = _run(case, module, str(path), job["case_seconds"], np, standins)
            send({"end": case["id"], **result})
            if result.get("error", {}).get("type") == "OutOfTime":
                endless.add(case["function"])
        send({"done": True})


def _limit(memory_mb: int, cpu_seconds: int) -> None:
    for kind, amount in (
        (resource.RLIMIT_AS, memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, MEGABYTE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, MOST_PROCESSES),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (amount, amount))


def _install(standins: Any, path: Path) -> None:
    """The course package, placeholders for packages that are missing, and the neighbours of the file."""
    for name, content in standins.course_modules().items():
        module = types.ModuleType(name)
        vars(module).update(content)
        if name == "utils":
            module.__path__ = [str(path.parent / "utils")]
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    sys.path.insert(0, str(path.parent))
    sys.meta_path.append(_Missing(standins.Placeholder))
    sys.argv = [str(path)]
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")


class _Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder to be asked: a module that nobody has becomes a placeholder."""

    def __init__(self, placeholder: Any) -> None:
        self.placeholder = placeholder

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: Any = None) -> Any:
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or root in ("numpy", "scipy", "matplotlib"):
            return None  # what these try to import and miss is their own affair
        asked_by: types.FrameType | None = sys._getframe(1)
        while asked_by is not None and "importlib" in asked_by.f_code.co_filename:
            asked_by = asked_by.f_back
        if asked_by is None or asked_by.f_code.co_filename != sys.argv[0]:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> Any:
        placeholder = self.placeholder

        class Module(types.ModuleType):
            def __getattr__(self, attribute: str) -> Any:
                if attribute.startswith("__"):
                    raise AttributeError(attribute)
                return placeholder(f"{spec.name}.{attribute}")

        return Module(spec.name)

    def exec_module(self, module: Any) -> None:
        """There is nothing to run."""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    start, spent = time.monotonic(), time.process_time()

    def stop(*_: Any) -> None:
        # On a busy machine a process may have had no chance yet: it gets the same time once more.
        starved = time.process_time() - spent < seconds / 2 and time.monotonic() - start < 2 * seconds
        if not starved:
            raise OutOfTime

    signal.signal(signal.SIGALRM, stop)
    # The alarm repeats: a bare ``except:`` inside a loop would swallow a single one.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _load(path: Path, seconds: float) -> tuple[Any, dict[str, Any] | None]:
    """The module with whatever it defined before it stopped, and why it stopped."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    trouble = None
    try:
        with _time_limit(seconds):
            spec.loader.exec_module(module)
    except OutOfTime:
        trouble = {"type": "OutOfTime", "message": f"running the file took more than {seconds:g} s", "line": None}
    except BaseException as error:
        trouble = _describe(error, str(path))
    return module, trouble


def _describe(error: BaseException, path: str) -> dict[str, Any]:
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == path:
            line = number
    if isinstance(error, SyntaxError) and error.filename == path:
        line = error.lineno
    return {"type": type(error).__name__, "message": str(error)[:500], "line": line}


def _run(case: Any, module: Any, path: str, seconds: float, np: Any, standins: Any) -> dict[str, Any]:
    arguments = [_decode(value, np, standins) for value in case["arguments"]]
    before = json.dumps([_encode(value, np) for value in arguments])
    function: Callable[..., Any] = getattr(module, case["function"])
    if case["own_loss"] and callable(getattr(module, "naiveSoftmaxLossAndGradient", None)):
        arguments.append(module.naiveSoftmaxLossAndGradient)
    elif case["table"]:
        arguments.append(standins.LookUp({int(word): tuple(entry) for word, entry in case["table"].items()}))
    kept = {name: getattr(module, name) for name in case.get("replace", ()) if hasattr(module, name)}
    for name in kept:
        setattr(module, name, getattr(standins, name))
    random.seed(case["id"])
    np.random.seed(case["id"])
    result: dict[str, Any]
    try:
        with _time_limit(seconds):
            value = function(*arguments)
        result = {"value": _encode_result(value, np)}
    except OutOfTime:
        result = {"error": {"type": "OutOfTime", "message": f"no result after {seconds:g} s", "line": None}}
    except BaseException as error:
        result = {"error": _describe(error, path)}
    for name, value in kept.items():
        setattr(module, name, value)
    after = [_encode(value, np) for value in arguments[: len(case["arguments"])]]
    result["changed"] = [k for k, (old, new) in enumerate(zip(json.loads(before), after, strict=True)) if old != new]
    result["draws"] = sum(value.calls for value in arguments if isinstance(value, standins.Dataset))
    return result


def _decode(value: Any, np: Any, standins: Any) -> Any:
    if isinstance(value, dict) and "array" in value:
        return np.array(value["array"], dtype=value["dtype"]).reshape(value["shape"])
    if isinstance(value, dict) and "dataset" in value:
        return standins.Dataset(value["dataset"], value["words"])
    return value


def _encode_result(value: Any, np: Any) -> Any:
    if isinstance(value, tuple | list) and not _plain_numbers(value):
        return {"items": [_encode(entry, np) for entry in value[:8]], "count": len(value)}
    return _encode(value, np)


def _plain_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, int | float) for entry in value)


def _encode(value: Any, np: Any) -> Any:
    """Arrays as nested lists with their shape; whatever is no array of numbers as its type."""
    if value is None or isinstance(value, bool | str):
        return value if value is None else {"other": type(value).__name__}
    if type(value).__name__ in ("Dataset", "LookUp", "dict"):
        return {"other": type(value).__name__, "content": str(value)[:2000] if isinstance(value, dict) else ""}
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = np.array([float(np.asarray(e).item()) for e in array.ravel()]).reshape(array.shape)
        if array.dtype.kind in "US":
            return {"other": "text", "content": str(value)[:2000]}
        if array.dtype.kind not in "fiub" or array.size > MAX_ENTRIES:
            return {"other": f"array of {array.dtype}, shape {array.shape}"}
        exact = array.astype(np.float64)
        return {"array": exact.ravel().tolist(), "shape": list(array.shape), "dtype": str(array.dtype)}
    except BaseException:
        return {"other": type(value).__name__}


if __name__ == "__main__":
    main()
