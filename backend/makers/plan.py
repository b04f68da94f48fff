"""Edits of files, computed one after the other and then written together."""

from collections.abc import Callable
from pathlib import Path

from makers.refusal import Refused


class Plan:
    """What the files of a project are going to be. Nothing is on disk before `write`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._texts: dict[str, str] = {}
        self.made: list[str] = []
        self.changed: list[str] = []

    def exists(self, name: str) -> bool:
        return name in self._texts or (self._root / name).exists()

    def text(self, name: str) -> str:
        """A file as it is going to be; `name` is its path from the root of the project."""
        if name not in self._texts:
            try:
                self._texts[name] = (self._root / name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise Refused(name, f"cannot be read ({error}), and has to be changed") from error
        return self._texts[name]

    def make(self, name: str, text: str) -> None:
        """A new file, in folders that need not be there."""
        if self.exists(name):
            raise Refused(name, "is there already; move it away, or take another name")
        self._texts[name] = text
        self.made.append(name)

    def change(self, name: str, edit: Callable[[str, str], str]) -> None:
        """Apply edit(text, name) to a file that is there."""
        self._texts[name] = edit(self.text(name), name)
        if name not in [*self.made, *self.changed]:
            self.changed.append(name)

    def write(self) -> None:
        """All of it, or nothing: what was written before a failure is taken back."""
        undo: list[Callable[[], object]] = []
        try:
            for name in (*self.made, *self.changed):
                self._write(self._root / name, self._texts[name], undo)
        except OSError as error:
            for step in reversed(undo):
                step()
            raise Refused(str(error.filename or self._root), f"cannot be written ({error.strerror})") from error

    def _write(self, path: Path, text: str, undo: list[Callable[[], object]]) -> None:
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir()
                undo.append(folder.rmdir)
        if path.exists():
            before = path.read_bytes()
            undo.append(lambda: path.write_bytes(before))
        else:
            undo.append(lambda: path.unlink(missing_ok=True))
        path.write_text(text, encoding="utf-8")
