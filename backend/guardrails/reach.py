"""Which modules of the project lead to Celery, and by which way."""

from collections import defaultdict, deque
from collections.abc import Mapping
from functools import cached_property

from guardrails.imports import Imported
from guardrails.module import Module
from guardrails.names import is_celery
from guardrails.origins import Origins


class Reach:
    """The imports between the modules of a project, and those of Celery."""

    def __init__(self, origins: Origins, imported: Mapping[Module, tuple[Imported, ...]]) -> None:
        self._origins = origins
        self._imported = imported

    def targets(self, imported: Imported) -> list[Module]:
        """The modules of the project that an import brings in."""
        found = (self._origins.module_of(name) for name in imported.names)
        return [module for module in found if module]

    @cached_property
    def _direct(self) -> frozenset[Module]:
        return frozenset(
            module
            for module, imported in self._imported.items()
            if any(is_celery(name) for one in imported for name in one.names)
        )

    @cached_property
    def _steps(self) -> dict[Module, Module | None]:
        """For each module that reaches Celery the next one on a shortest way, none where it imports it itself."""
        importers: dict[Module, list[Module]] = defaultdict(list)
        for module, imported in self._imported.items():
            for target in {target for one in imported for target in self.targets(one)}:
                importers[target].append(module)
        steps: dict[Module, Module | None] = dict.fromkeys(sorted(self._direct, key=lambda module: module.name))
        pending = deque(steps)
        while pending:
            reached = pending.popleft()
            for importer in importers[reached]:
                if importer not in steps:
                    steps[importer] = reached
                    pending.append(importer)
        return steps

    def __bool__(self) -> bool:
        """Whether the project uses Celery at all: its own, or what some other package calls so."""
        return bool(self._direct) or self._is_named

    @cached_property
    def _is_named(self) -> bool:
        names = (name for imported in self._imported.values() for one in imported for name in one.names)
        return any("celery" in part.split("_") for name in names for part in name.split("."))

    def __contains__(self, module: Module) -> bool:
        return module in self._steps

    def way(self, module: Module) -> list[Module]:
        """The modules from this one to the one that imports Celery; nothing if there is no way."""
        way = []
        at: Module | None = module if module in self._steps else None
        while at:
            way.append(at)
            at = self._steps[at]
        return way
