"""The pages of keel report, in a browser."""

import re
import shutil

from .tally import ROOT, Outcome, run


def lack():
    """Why they cannot be looked at here, or ''."""
    if not (ROOT / "web/node_modules/playwright-core").is_dir() or not shutil.which("node"):
        return "without Node and the packages of web/ (tools/web) there is no page"
    if not shutil.which("chromium"):
        return "there is no chromium to look with"
    return ""


def check(tally, env=None):
    reason = lack()
    if reason:
        tally.add("web", f"skipped: {reason}", Outcome("", 0.0, ""), 0, 0, 1)
        return
    command = ["node", "tests/web/run.mjs", ROOT / "build/release/keel", shutil.which("chromium")]
    outcome = run(command, timeout=900, env=env)
    counts = re.search(r"^(\d+) passed, (\d+) failed$", outcome.output, re.M)
    passed, failed = (int(count) for count in counts.groups()) if counts else (0, 1)
    if outcome.trouble and not failed:
        failed = 1
    tally.add("web", "pages in a browser", outcome, passed, failed)
