"""`python -m guardrails`: finds the project, checks it, and tells what was asked for."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from guardrails import formats
from guardrails.arguments import parse
from guardrails.baseline import BaselineError, Compared, compare, write
from guardrails.checker import CODES, REASONS, Report, check, selected
from guardrails.configuration import Configuration
from guardrails.configuration_file import ConfigurationError
from guardrails.explain import explanation
from guardrails.fixes import fix
from guardrails.rule import Finding
from guardrails.sarif import sarif
from guardrails.scope import Scope, WrongUse, find_scope
from guardrails.suppression_list import listed

OK, FOUND, WRONG = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a file's name may be no text
    options = parse(arguments, CODES)
    try:
        code = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has read enough; else Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except (WrongUse, ConfigurationError, BaselineError, OSError) as error:
        _note(str(error))
        return WRONG
    return code


def _run(options: argparse.Namespace) -> int:
    if options.explain:
        print(explanation(options.explain), end="")
        return OK
    scope = find_scope(options.paths, CODES)
    for path in scope.outside:
        _note(f"{path} is not checked: it does not lie in {scope.place.root}")
    configuration = _configured(scope.place.configuration, options)
    return _Run(options, scope, check(scope.place.root, configuration)).act()


def _configured(configuration: Configuration, options: argparse.Namespace) -> Configuration:
    """What the command line selects takes the place of what the configuration selects and ignores."""
    if options.select:
        return replace(configuration, select=tuple(options.select), ignore=tuple(options.ignore))
    return replace(configuration, ignore=(*configuration.ignore, *options.ignore))


@dataclass(frozen=True)
class _Run:
    """One checked project, and what is to be done with it."""

    options: argparse.Namespace
    scope: Scope
    report: Report

    @property
    def act(self) -> Callable[[], int]:
        if self.options.suppressions:
            return self._list_suppressions
        if self.options.write_baseline:
            return self._write_baseline
        if self.options.diff:
            return self._diff
        return self._fix if self.options.fix else self._tell

    @property
    def baseline(self) -> Path | None:
        given: Path | None = self.options.baseline
        return given or self.scope.place.baseline

    def told(self, report: Report) -> list[Finding]:
        """What is new, in what was asked for."""
        findings = self._compared(report).new
        return [finding for finding in findings if self.scope.holds(finding.path)]

    def _compared(self, report: Report) -> Compared:
        return compare(self.baseline, report.project, report.findings)

    def _list_suppressions(self) -> int:
        uses = [use for use in self.report.uses if self.scope.holds(use.suppression.module.path)]
        _print(listed(uses, self.scope.shown(Path.cwd())))
        _note(_counted(len(uses), "suppression"))
        return OK

    def _write_baseline(self) -> int:
        if self.baseline is None:
            raise WrongUse("say where: --baseline FILE, or baseline in [tool.guardrails]")
        if self.options.select or self.options.ignore or not self.scope.is_whole:
            raise WrongUse("a baseline is of the whole project: give neither codes nor parts of it")
        write(self.baseline, self.report.project, self.report.findings)
        _note(f"{_counted(len(self.report.findings), 'finding')} accepted in {self.baseline}")
        return OK

    def _diff(self) -> int:
        fixes = fix(self.report, self.told)
        print(fixes.diff(self.scope.shown(Path.cwd())), end="")
        _note(f"{_counted(fixes.count, 'finding')} would be corrected")
        return FOUND if fixes.count else OK

    def _fix(self) -> int:
        fixes = fix(self.report, self.told)
        fixes.write()
        _note(f"{_counted(fixes.count, 'finding')} corrected")
        root, configuration = self.report.project.root, self.report.project.configuration
        return replace(self, report=check(root, configuration))._tell()

    def _tell(self) -> int:
        findings = self.told(self.report)
        _print(self._format()(findings))
        self._tell_gone()
        _note(self._summary(findings))
        return FOUND if findings else OK

    def _format(self) -> Callable[[list[Finding]], str]:
        seen = self.scope.shown(Path.cwd())
        # What is read elsewhere names files as the repository does, wherever the command was run.
        kept = self.scope.shown(self.scope.repository or Path.cwd())
        return {
            "text": partial(formats.text, shown=seen),
            "json": partial(formats.as_json, shown=seen),
            "github": partial(formats.github, shown=kept),
            "sarif": partial(sarif, self.report.project, shown=kept, whys=REASONS),
        }[self.options.format]

    def _tell_gone(self) -> None:
        codes = selected(self.report.project.configuration)
        for (path, code, source), count in sorted(self._compared(self.report).gone.items()):
            if code in codes and self.scope.holds(PurePosixPath(path)):
                times = f" ({count} times)" if count > 1 else ""
                _note(f"{self.baseline}: no longer found: {path}: {code} {source}{times}")

    def _summary(self, findings: list[Finding]) -> str:
        read = _counted(len(self.report.project.modules) + len(self.report.project.unreadable), "file")
        fixable = sum(bool(finding.fix) for finding in findings)
        corrected = f" ({fixable} that --fix corrects)" if fixable else ""
        return f"{_counted(len(findings), 'finding')}{corrected}, {read} read"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _print(text: str) -> None:
    if text:
        print(text)


def _note(text: str) -> None:
    print(f"guardrails: {text}", file=sys.stderr)
