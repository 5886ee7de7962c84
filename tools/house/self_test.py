"""Do the checks see a crash, a hang, a test that did not run? Fake test programs, each with what it has to count as."""

import contextlib
import io

from . import suite
from .tally import Outcome, Tally, run

RUN_ONE = "echo '[==========] Running 1 test(s).'; echo '[ RUN      ] a'; "
RUN_TWO = "echo '[==========] Running 2 test(s).'; echo '[ RUN      ] a'; "
OK, BAD, SKIP = (f"echo '[{word}] a'; " for word in ("       OK ", "  FAILED  ", "  SKIPPED "))

# (what it is, a shell script that stands for a test program, what it counts as)
PROGRAMS = [
    ("one that passes", RUN_ONE + OK, "1 passed, 0 failed"),
    ("one that fails", RUN_ONE + BAD + "exit 1", "0 passed, 1 failed"),
    ("one that is skipped", RUN_ONE + SKIP, "0 passed, 0 failed, 1 skipped"),
    ("a line cut by the test's own output", RUN_ONE + "printf noise; " + OK, "1 passed, 0 failed"),
    ("a crash between tests", RUN_TWO + OK + "kill -SEGV $$", "1 passed, 1 failed"),
    ("a leak found at exit", RUN_ONE + OK + "exit 23", "1 passed, 1 failed"),
    ("a hang", RUN_ONE + "sleep 60", "0 passed, 1 failed"),
    ("a hang of a child", RUN_ONE + OK + "sleep 60 & wait", "1 passed, 1 failed"),
    ("an end before all tests ran", RUN_TWO + OK, "1 passed, 1 failed"),
    ("no test at all", "true", "0 passed, 1 failed"),
    ("a list of failures after the tests", RUN_ONE + BAD + BAD + "exit 1", "0 passed, 1 failed"),
]


def counted(what, script):
    """The last line and the exit status of a check that runs this one program."""
    tally = Tally()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        suite.add_cmocka(tally, "self", what, run(["sh", "-c", script], timeout=1))
        status = tally.finish()
    return output.getvalue().splitlines()[-1], status


def check(tally):
    problems = []
    for what, script, wanted in PROGRAMS:
        line, status = counted(what, script)
        if line != wanted or (status == 0) != (wanted == "1 passed, 0 failed"):
            problems.append(f"{what}: counted as {line}, exit status {status}; wanted {wanted}\n")
    if not run(["tools/no-such-program"]).trouble:
        problems.append("a missing program passed\n")
    outcome = Outcome("".join(problems), 2.0, "")
    tally.add("tools", "counting tests", outcome, len(PROGRAMS) + 1 - len(problems), len(problems))
