"""Rules about the form of code and tree: lengths, names, tests beside sources, headers, layout."""

import ast
import re
import shutil
import subprocess

from .tree import rule

FUNCTION_LINES, FILE_LINES, PARAMETERS, COLUMNS, BYTES = 70, 800, 6, 120, 400_000


@rule("function-length")
def function_length(tree):
    for file in tree.c():
        for function in file.functions:
            if function.lines > FUNCTION_LINES:
                yield file.path, function.line, f"{function.name} has {function.lines} lines; {FUNCTION_LINES} at most"
        for line, text in file.source.directives():
            if text.count("\n") >= 10:
                yield file.path, line, f"a macro of {text.count(chr(10)) + 1} lines; 10 at most"
    for file in scripts(tree):
        for node in ast.walk(ast.parse(file.raw)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= FUNCTION_LINES:
                lines = node.end_lineno - node.lineno + 1
                yield file.path, node.lineno, f"{node.name} has {lines} lines; {FUNCTION_LINES} at most"


def scripts(tree):
    return [file for file in tree.files
            if file.path.suffix == ".py" or file.is_script and "python" in file.lines[0]]


@rule("parameters")
def parameters(tree):
    for file in tree.c():
        for function in file.functions:
            if function.parameters > PARAMETERS:
                yield file.path, function.line, f"{function.name} takes {function.parameters}; {PARAMETERS} at most"


@rule("file-length")
def file_length(tree):
    for file in tree.files:
        if (file.is_c or file.is_script or file.path.suffix == ".py") and len(file.lines) - 1 > FILE_LINES:
            yield file.path, FILE_LINES + 1, f"{len(file.lines) - 1} lines; {FILE_LINES} at most"


@rule("line-length")
def line_length(tree):
    for file in tree.files:
        if not (file.is_c or file.is_script or file.path.suffix == ".py"):
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS:
                yield file.path, number, f"{len(line)} columns; {COLUMNS} at most"


@rule("file-size")
def file_size(tree):
    """Recorded markets stay outside; what is here is small."""
    for file in tree.files:
        size = file.place.stat().st_size
        if size > BYTES:
            yield file.path, 1, f"{size} bytes; {BYTES} at most: data stays outside the tree"


@rule("tested")
def tested(tree):
    """src/LAYER/X.c has tests/LAYER/test_X.c, and that is more than a shell."""
    for file in tree.c("src"):
        if file.path.suffix != ".c":
            continue
        test = tree.paths.get(f"tests/{file.layer}/test_{file.path.stem}.c")
        if not test:
            yield file.path, 1, f"has no test: tests/{file.layer}/test_{file.path.stem}.c"
        elif "cmocka_unit_test" not in test.source.code or not re.search(r"\bassert_\w+\s*\(", test.source.code):
            yield test.path, 1, "an empty shell: no cmocka_unit_test, or no assert"


@rule("guards")
def guards(tree):
    for file in tree.files:
        if file.path.suffix != ".h":
            continue
        folders = [part for part in file.path.parts[:-1] if part not in ("include", "keel", "src", "support")]
        guard = "_".join(["keel", *folders, file.path.stem, "h"]).upper()
        lines = [text for _, text in file.source.directives()]
        if lines[:2] != [f"#ifndef {guard}", f"#define {guard}"] or lines[-1] != "#endif":
            yield file.path, 1, f"its guard is not {guard}"


@rule("prefix")
def prefix(tree):
    """External symbols of the library begin with keel_."""
    for file in tree.c("src"):
        for function in file.functions:
            external = function.defined and not function.static and file.layer != "cli"
            if external and not function.name.startswith("keel_"):
                yield file.path, function.line, f"{function.name} is external: keel_..., or static"


def comment_above(file, code, line):
    """Whether what stands above a line, blank lines aside, is a comment and nothing else."""
    above = next((number for number in range(line - 1, 0, -1) if file.lines[number - 1].strip()), 0)
    return above > 0 and not code[above - 1].strip()


@rule("public-functions")
def public_functions(tree):
    """Each function of include/keel has a comment above it, beside it or above its group, and KEEL_API."""
    for file in tree.c("include"):
        code = file.source.uncommented.split("\n")
        described = set()  # last lines of what has a comment
        for function in file.functions:
            last = function.line + function.lines - 1
            beside = file.lines[last - 1].rstrip().endswith("*/")
            if beside or comment_above(file, code, function.line) or function.line - 1 in described:
                described.add(last)
            else:
                yield file.path, function.line, f"{function.name} has no comment above it"
            if not function.exported and not function.static:
                yield file.path, function.line, f"{function.name} has no KEEL_API"


@rule("blanks")
def blanks(tree):
    for file in tree.files:
        if not file.is_text:
            continue
        for number, line in enumerate(file.lines, 1):
            if line != line.rstrip():
                yield file.path, number, "blanks (or a carriage return) at the end"
            if "\t" in line and not file.is_makefile:
                yield file.path, number, "a tab"
        if file.raw and not file.raw.endswith("\n"):
            yield file.path, len(file.lines), "no line break at the end"


UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


@rule("unfinished")
def unfinished(tree):
    for file in tree.files:
        for line, match in file.search(UNFINISHED, file.raw) if file.is_text else []:
            yield file.path, line, f"{match[0]}: finish it or file it"


@rule("executable")
def executable(tree):
    for file in tree.files:
        if file.is_script and not file.place.stat().st_mode & 0o100:
            yield file.path, 1, "a script that is not executable"


@rule("format")
def formatted(tree):
    """clang-format 14 decides about layout; other versions differ in small things."""
    places = [str(file.path) for file in tree.c()]
    tool = clang_format()
    if not tool:
        return None
    outcome = subprocess.run([tool, "--dry-run", *places], cwd=tree.root, capture_output=True, text=True, check=False)
    lines = re.findall(r"^(\S+?):(\d+):\d+: warning", outcome.stderr, re.M) if places else []
    first = {}
    for path, line in lines:
        first.setdefault(path, int(line))
    return [(path, line, "not as clang-format would have it (make format)") for path, line in first.items()]


def clang_format():
    for name in ("clang-format-14", "clang-format"):
        place = shutil.which(name)
        if place and " 14." in subprocess.run([place, "--version"], capture_output=True, text=True, check=False).stdout:
            return place
    return None
