"""Reading C well enough for the rules: comments and strings blanked, functions found by their braces."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

TOKEN = re.compile(
    r'//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*(?:"|$)|\'(?:\\.|[^\'\\\n])*(?:\'|$)', re.S | re.M)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.M)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(|_Alignas\s*\(")
NOT_FUNCTIONS = {"if", "for", "while", "switch", "return", "sizeof", "_Static_assert", "_Alignas", "_Generic"}


@dataclass(frozen=True)
class Declaration:
    """A function: where it starts, its lines (1 or more), its parameters; whether it has a body, KEEL_API, static."""

    name: str
    line: int
    lines: int
    parameters: int
    defined: bool
    exported: bool
    static: bool


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """A file's text: raw; without comments; code, without strings too; body, without preprocessor lines too."""

    def __init__(self, raw):
        self.raw = raw

    @cached_property
    def uncommented(self):
        return TOKEN.sub(lambda match: blank(match[0]) if match[0].startswith("/") else match[0], self.raw)

    @cached_property
    def code(self):
        return TOKEN.sub(lambda match: blank(match[0]), self.raw)

    @cached_property
    def body(self):
        return DIRECTIVE.sub(lambda match: blank(match[0]), first_branches(self.code))

    @cached_property
    def starts(self):
        return [0, *(match.end() for match in re.finditer("\n", self.raw))]

    def line(self, offset):
        return bisect_right(self.starts, offset)

    def includes(self):
        """(line, '"' or '<', name) of each include."""
        return [(self.line(match.start(2)), match[1], match[2]) for match in INCLUDE.finditer(self.uncommented)]

    def directives(self):
        """(line, text) of each preprocessor line, continued ones whole."""
        return [(self.line(match.start()), match[0].strip()) for match in DIRECTIVE.finditer(self.code)]


def first_branches(code):
    """Blanks what stands behind #else and #elif, so that braces pair up."""
    kept, depth, hidden = [], 0, 0
    for line in code.splitlines(keepends=True):
        word = re.match(r"[ \t]*#[ \t]*(\w+)", line)
        word = word[1] if word else ""
        if word in ("if", "ifdef", "ifndef"):
            depth += 1
        elif word in ("else", "elif") and not hidden:
            hidden = depth
        elif word == "endif":
            hidden = 0 if hidden == depth else hidden
            depth -= 1
        kept.append(blank(line) if hidden and not word else line)
    return "".join(kept)


def declarations(source):
    """All functions at file level, defined or declared."""
    found, depth, head = [], 0, 0
    body = source.body
    for match in re.finditer(r"[{};]", body):
        at, sign = match.start(), match[0]
        if depth == 0 and sign != "}":
            text = body[head:at]
            if sign == "{" and re.fullmatch(r"\s*extern\s*", text):
                head = at + 1
                continue
            start = head + len(text) - len(text.lstrip())
            if sign == "{":
                opened = (text, start)
            elif function := parsed(source, text, start, at, defined=False):
                found.append(function)
            head = at + 1
        if sign == "{":
            depth += 1
        elif sign == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                if function := parsed(source, *opened, at, defined=True):
                    found.append(function)
                    head = at + 1
        elif sign == "}":
            head = at + 1
    return found


def without_attributes(text):
    while match := ATTRIBUTE.search(text):
        end = closing(text, text.index("(", match.start()))
        text = text[: match.start()] + " " + text[end + 1 :]
    return text


def closing(text, opening):
    """The offset of the parenthesis that closes the one at `opening` (or the end of the text)."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text) - 1


def parsed(source, text, start, end, defined):
    """The function that `text` (up to its brace or semicolon) is the head of, or None."""
    head = without_attributes(text)
    match = re.search(r"\b([A-Za-z_]\w*)\s*\(", head)
    before = head[: match.start()] if match else ""
    if not before.strip() or match[1] in NOT_FUNCTIONS or "=" in before or re.search(r"\btypedef\b", before):
        return None
    name, opening = match[1], head.index("(", match.start())
    last = closing(head, opening)
    if head[last + 1 :].lstrip().startswith("("):  # KEEL_AT(name)(parameters)
        name, opening = head[opening + 1 : last].strip(), head.index("(", last)
        last = closing(head, opening)
    if head[last + 1 :].strip() or head[opening + 1 : last].lstrip().startswith("*"):
        return None
    lines = source.line(end) - source.line(start) + 1
    return Declaration(name, source.line(start), lines, parameters(head[opening + 1 : last]), defined,
                       "KEEL_API" in before, re.search(r"\bstatic\b", before) is not None)


def parameters(text):
    if text.strip() in ("", "void"):
        return 0
    depth, count = 0, 1
    for sign in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        count += sign == "," and depth == 0
    return count
