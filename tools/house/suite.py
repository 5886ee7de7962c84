"""Building a preset and running its tests, several at once."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .tally import JOBS, ROOT, Outcome, run

START = re.compile(r"\[ RUN      \] (\S+)")
END = re.compile(r"\[(       OK |  FAILED  |  SKIPPED |  ERROR   )\] (\S+)")
PLANNED = re.compile(r"\[==========\] (?:\S+: )?Running (\d+) test")


def build(tally, preset, timeout=1200):
    return tally.check(preset, "build", ["tools/build", preset], timeout=timeout)


def cmocka_counts(output):
    """(passed, failed, skipped) from the output of a test program, and how many tests it meant to run."""
    counts = {"OK": 0, "FAILED": 0, "SKIPPED": 0, "ERROR": 0}
    running = None
    for line in output.splitlines():
        start, end = START.search(line), END.search(line)
        if start:
            running = start[1]
        elif end and end[2] == running:
            counts[end[1].strip()] += 1
            running = None
    planned = sum(int(count) for count in PLANNED.findall(output))
    return counts["OK"], counts["FAILED"] + counts["ERROR"], counts["SKIPPED"], planned


def test_programs(preset):
    """Each test's name and command, from the sources: what was deleted does not run, what was not built fails."""
    for source in sorted((ROOT / "tests").glob("*/test_*.c")):
        name = f"{source.parent.name}_{source.stem}"
        yield name, [ROOT / "build" / preset / "tests" / name]


def corpora(preset):
    """Each fuzzer with inputs that it once found or started from."""
    for source in sorted((ROOT / "fuzz").glob("fuzz_*.c")):
        inputs = ROOT / "fuzz" / "corpus" / source.stem.removeprefix("fuzz_")
        if inputs.is_dir():
            yield source.stem, [ROOT / "build" / preset / "fuzz" / source.stem, inputs]


def run_tests(tally, preset, group=None, env=None, timeout=300):
    """All tests of a preset. A crash, a time-out, or a program without any test is a failure."""
    group = group or preset
    env = {"UBSAN_OPTIONS": "print_stacktrace=1", "TSAN_OPTIONS": "halt_on_error=1", **comma_locale(), **(env or {})}
    prefix = whole_addresses() if preset == "thread" else []

    def one(name, command):
        return name, run(prefix + command, env=env, timeout=timeout)

    with ThreadPoolExecutor(JOBS) as pool:
        jobs = [pool.submit(one, *test) for test in test_programs(preset)]
        feeds = [pool.submit(one, *test) for test in corpora(preset)]
        for job in jobs:
            add_cmocka(tally, group, *job.result())
        for job in feeds:
            tally.add(group, *job.result())


def add_cmocka(tally, group, name, outcome):
    passed, failed, skipped, planned = cmocka_counts(outcome.output)
    if planned == 0 and not outcome.trouble:
        outcome.trouble = "ran no test"
    elif passed + failed + skipped < planned and not outcome.trouble:
        outcome.trouble = f"ran {passed + failed + skipped} of {planned} tests"
    if outcome.trouble and failed == 0:
        failed = 1
    tally.add(group, name, outcome, passed, failed, skipped)


def comma_locale():
    """A place with de_DE, whose decimal comma must not matter to us; nothing is installed for it."""
    place = ROOT / "build" / "locale"
    if not (place / "de_DE.UTF-8").is_dir():
        place.mkdir(parents=True, exist_ok=True)
        run(["localedef", "-i", "de_DE", "-f", "UTF-8", place / "de_DE.UTF-8"])
    return {"LOCPATH": str(place)}


def whole_addresses():
    """The thread sanitizer of clang 14 needs memory at fixed places; newer kernels move it further than it expects."""
    setarch = shutil.which("setarch")
    if setarch and subprocess.run([setarch, "-R", "true"], capture_output=True, check=False).returncode == 0:
        return [setarch, "-R"]
    return []


def missing(what):
    return Outcome(what + "\n", 0.0, what)
