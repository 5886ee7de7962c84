"""The files that the rules look at, and the frame that a rule is."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from .ctext import Source, declarations

LAYERS = ["base", "kernel", "model", "book", "hedge", "world", "drive", "learn", "cli"]
C_NAMES = {".c", ".h", ".cpp"}
TEXT_NAMES = C_NAMES | {".py", ".sh", ".bash", ".md", ".txt", ".cmake", ".json", ".in", ".map", ".yaml", ".yml", ".1"}


class File:
    """A file of the tree: its path from the root, its text, and what C reads in it."""

    def __init__(self, root, path):
        self.root, self.path = root, PurePosixPath(path)

    @property
    def place(self):
        """The file as it stands on the disk."""
        return self.root / self.path

    @property
    def layer(self):
        """The layer of src/LAYER/X or tests/LAYER/X, or ''."""
        parts = self.path.parts
        return parts[1] if len(parts) == 3 and parts[0] in ("src", "tests") and parts[1] in LAYERS else ""

    def under(self, *folders):
        return any(str(self.path).startswith(folder + "/") for folder in folders)

    @property
    def is_c(self):
        return self.path.suffix in C_NAMES

    @cached_property
    def is_script(self):
        return not self.path.suffix and self.place.open("rb").read(2) == b"#!"

    @property
    def is_makefile(self):
        return self.path.name == "Makefile" or str(self.path) == "debian/rules"

    @property
    def is_text(self):
        """Written by hand: sources, scripts, documents; not data, whose bytes are what they are."""
        if self.under("fuzz/corpus", "tests/golden"):
            return False
        return self.path.suffix in TEXT_NAMES or self.is_makefile or self.is_script

    @cached_property
    def raw(self):
        return self.place.read_bytes().decode("utf-8", "replace")

    @cached_property
    def lines(self):
        return self.raw.split("\n")

    @cached_property
    def source(self):
        return Source(self.raw)

    @cached_property
    def functions(self):
        return declarations(self.source)

    def search(self, pattern, text=None):
        """(line, match) of a compiled pattern in the code (comments and strings blanked), or in another text of it."""
        text = self.source.code if text is None else text
        return [(self.source.line(match.start()), match) for match in pattern.finditer(text)]


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.files = [File(self.root, path) for path in sorted(listed(self.root)) if (self.root / path).is_file()]
        self.paths = {str(file.path): file for file in self.files}

    def c(self, *folders):
        """C files, of these folders or all."""
        return [file for file in self.files if file.is_c and (not folders or file.under(*folders))]


def listed(root):
    """What git knows or would; without git, all but what is built."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"]
        outcome = subprocess.run(command, capture_output=True, check=False, text=True)
        if outcome.returncode == 0:
            return set(outcome.stdout.split("\0")) - {""}
    paths = (place.relative_to(root) for place in root.rglob("*") if place.is_file())
    return {str(path) for path in paths if path.parts[0] not in ("build", "out") and "__pycache__" not in path.parts}


@dataclass(frozen=True)
class Rule:
    """`find` yields (path, line, message) for each violation, or returns None where it cannot be checked here."""

    name: str
    find: object


RULES = []


def rule(name):
    def register(find):
        RULES.append(Rule(name, find))
        return find

    return register
