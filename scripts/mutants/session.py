"""Runs the tests against mutants: pytest collects once, and each mutant has a fork of that process.

Where a change lies in a function that only tests call, the fork puts the changed code into the function and runs the
tests that call it. All else takes effect while modules are loaded: the fork loads them anew, and collects again.
"""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from mutants.mutant import Key, Mutant, key

GIGABYTE = 2**30
# Tests that take more seconds go over whole projects, and would see what quicker ones see.
LONGEST = 1.0


class Session:
    """A plugin of pytest that tests mutants instead of running the tests."""

    def __init__(self, package: Path, tests: Path, scratch: Path, told: Callable[["Session"], None]) -> None:
        self.package, self.tests, self.scratch, self.told = package, tests, scratch, told
        self.called: set[Key] = set()
        self.loading: frozenset[Key] = frozenset()
        """Functions that run while modules are loaded and tests collected."""
        self.callers: dict[Key, list[int]] = {}
        """For each function the tests that call it, those first that have killed most of its mutants."""
        self.functions: dict[Key, list[FunctionType]] = {}
        self.items: list[pytest.Item] = []
        self.seconds: list[float] = []

    def _arguments(self) -> list[str]:
        quiet = ["-q", "-s", "--tb=no", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
        return [*quiet, f"--basetemp={self.scratch / 'tests'}", str(self.tests)]

    def run(self) -> int:
        sys.settrace(self._trace)
        return int(pytest.main(self._arguments(), plugins=[self]))

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> None:
        if frame.f_code.co_filename.startswith(f"{self.package}{os.sep}"):
            self.called.add(key(frame.f_code))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.settrace(None)
        self.loading = frozenset(self.called)
        self.items = session.items
        self._see_callers()
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(str(self.package)):
                self.functions.setdefault(key(each.__code__), []).append(each)
        self.told(self)
        return True

    def _see_callers(self) -> None:
        """Run all tests once, without a mutant; they have to pass."""
        seen: list[tuple[bool, float, set[Key]]] = pickle.loads(_forked(self._seen, 600))
        if failing := [item.nodeid for item, (passed, _, _) in zip(self.items, seen, strict=True) if not passed]:
            raise SystemExit(f"mutants: without a mutant these tests fail: {failing}")
        self.seconds = [seconds for _, seconds, _ in seen]
        for number in self._in_turn():
            for each in seen[number][2] if self.seconds[number] < LONGEST else ():
                self.callers.setdefault(each, []).append(number)

    def _in_turn(self) -> list[int]:
        """The quickest test of each file, then the second of each: what one file does not see another may."""
        its_turn: dict[int, int] = {}
        count: Counter[Path] = Counter()
        quickest = sorted(range(len(self.items)), key=self.seconds.__getitem__)
        for number in quickest:
            count[self.items[number].path] += 1
            its_turn[number] = count[self.items[number].path]
        return sorted(quickest, key=its_turn.__getitem__)

    def _seen(self) -> Iterator[bytes]:
        seen = []
        for item, following in zip(self.items, [*self.items[1:], None], strict=True):
            self.called = set()
            start = time.process_time()
            sys.settrace(self._trace)
            passed = _passes(item, following)
            sys.settrace(None)
            seen.append((passed, time.process_time() - start, self.called))
        yield pickle.dumps(seen)

    def killer(self, mutant: Mutant) -> str:
        """The test that fails with the mutant, or what else ends it; nothing where it survives."""
        shutil.rmtree(self.scratch / "tests", ignore_errors=True)
        (self.scratch / "tests").mkdir()
        function = mutant.function
        if function is None or function in self.loading:
            killer = _forked(lambda: self._loaded_anew(mutant), 300) or b""
        else:
            tests = self.callers.get(function, [])
            code, changed = mutant.function_code(), self.functions[function]
            killer = _forked(lambda: self._changed_in_place(code, changed, tests), 300)
            if killer.isdigit():
                tests.remove(int(killer))
                tests.insert(0, int(killer))
                return self.items[int(killer)].nodeid
        return killer.decode()

    def _changed_in_place(
        self, code: CodeType, changed: Sequence[FunctionType], tests: Sequence[int]
    ) -> Iterator[bytes]:
        for each in changed:
            each.__code__ = code
        items = [self.items[number] for number in tests]
        for number, item, following in zip(tests, items, [*items[1:], None], strict=False):
            signal.setitimer(signal.ITIMER_PROF, 5 + 20 * self.seconds[number])
            if not _passes(item, following):
                yield str(number).encode()
                return

    def _loaded_anew(self, mutant: Mutant) -> Iterator[bytes]:
        signal.setitimer(signal.ITIMER_PROF, 120)
        tests = ".".join(self.tests.relative_to(self.package.parent).parts)
        for name in list(sys.modules):
            if name.partition(".")[0] == self.package.name or name == tests or name.startswith(f"{tests}."):
                del sys.modules[name]
        sys.meta_path.insert(0, _Finder(mutant))
        first = _First()
        if pytest.main([*self._arguments(), "-x"], plugins=[first]):
            yield (first.failed or "not loaded").encode()


class _First:
    """Remembers the first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the changed module in place of the one on disk."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin == str(self.mutant.path):
            spec.loader = self
            return spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.mutant.code(), module.__dict__)


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _forked(work: Callable[[], Iterator[bytes]], seconds: int) -> bytes:
    """What the work gives in a process of its own; how that process ended where it was killed."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        gc.disable()  # it would touch, and so copy, all memory that is shared with the parent
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (4 * GIGABYTE, 4 * GIGABYTE))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        try:
            for piece in work():
                while piece:
                    piece = piece[os.write(into, piece) :]
            os._exit(0)
        except BaseException as error:  # nothing may come back into the parent's code
            os.write(into, repr(error).encode()[:4000])
            os._exit(1)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        given = pipe.read()
    status = os.waitpid(child, 0)[1]
    return given or (f"ended by {status}".encode() if status else b"")
