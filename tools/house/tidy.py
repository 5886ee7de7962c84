"""Applies the rules to a tree, less the exceptions that tools/tidy-allow lists with their reasons."""

from .tree import RULES, Tree


def check(root, without=()):
    """All findings as (path, line, rule, message), and the rules that passed, and that could not be checked."""
    tree = Tree(root)
    allowed, findings = exceptions(tree)
    rules = [rule for rule in RULES if rule.name not in without]
    used, skipped = set(), set()
    for rule in rules:
        found = rule.find(tree)
        if found is None:
            skipped.add(rule.name)
            continue
        for path, line, message in found:
            if (rule.name, str(path)) in allowed:
                used.add((rule.name, str(path)))
            else:
                findings.append((str(path), line, rule.name, message))
    for (name, path), line in allowed.items():
        if (name, path) not in used and name not in skipped:
            findings.append(("tools/tidy-allow", line, "allow", f"{name} {path} is not needed any more"))
    failed = {name for _, _, name, _ in findings}
    return findings, {"allow", *(rule.name for rule in rules)} - skipped - failed, skipped


def exceptions(tree):
    """{(rule, path): line}, and what is wrong with the list. A line: RULE PATH REASON; `#` starts a comment."""
    file = tree.paths.get("tools/tidy-allow")
    allowed, findings = {}, []
    for number, line in enumerate(file.lines if file else [], 1):
        words = line.split(maxsplit=2)
        if not words or line.startswith("#"):
            continue
        if len(words) < 3 or words[0] not in {rule.name for rule in RULES}:
            findings.append((str(file.path), number, "allow", "RULE PATH REASON, with a rule that exists"))
        else:
            allowed[words[0], words[1]] = number
    return allowed, findings
