"""Counting tests, and running commands as tests."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JOBS = int(os.environ.get("JOBS") or os.cpu_count() or 1)


@dataclass
class Outcome:
    """How a command ended: `trouble` is empty, or says in a few words what went wrong."""

    output: str
    seconds: float
    trouble: str


def run(command, *, text="", timeout=300, env=None, cwd=ROOT):
    """Runs a command on a text, with a time limit that ends its children too. Output and errors come together."""
    start = time.monotonic()
    try:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        return Outcome(f"{command[0]}: {error.strerror}\n", 0.0, "cannot run")
    trouble = ""
    try:
        output, _ = process.communicate(text.encode(), timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        trouble = f"took more than {timeout} s"
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    if not trouble and process.returncode < 0:
        trouble = f"died of {signal.Signals(-process.returncode).name}"
    elif not trouble and process.returncode > 0:
        trouble = f"exit status {process.returncode}"
    return Outcome(output.decode("utf-8", "replace"), time.monotonic() - start, trouble)


class Tally:
    """Counts, and prints a line per thing that ran; the output of what failed in full."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.broken = []

    def add(self, group, name, outcome, passed=None, failed=None, skipped=0):
        """Without counts, a thing is one test."""
        if passed is None:
            passed, failed = (0, 1) if outcome.trouble else (1, 0)
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        counts = ((passed, "passed"), (failed, "FAILED"), (skipped, "skipped"))
        words = [f"{count} {word}" for count, word in counts if count]
        if outcome.trouble:
            words.append(outcome.trouble)
        print(f"{group:<9} {name:<36} {', '.join(words)}  ({outcome.seconds:.1f} s)", flush=True)
        if failed:
            self.broken.append(f"{group} {name}")
            print(indented(outcome.output), flush=True)

    def check(self, group, name, command, **options):
        """A command that has to succeed, as one test. Says whether it did."""
        outcome = run(command, **options)
        self.add(group, name, outcome)
        return not outcome.trouble

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    def finish(self):
        """What failed, then the sum, alone on the last line. Returns the exit status; no test at all is a failure."""
        if self.broken:
            print("failed: " + ", ".join(self.broken), flush=True)
        print(self.line(), flush=True)
        return 1 if self.failed or not self.passed else 0


def indented(text):
    return "".join("    " + line for line in text.splitlines(keepends=True)).rstrip("\n")
