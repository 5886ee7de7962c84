"""The Debian packages: built, accepted by lintian, installed below a folder, and used from there."""

import os
import re
import shutil

from . import product
from .tally import ROOT, Outcome, run

PLACE = ROOT / "build/package"
SCRATCH = PLACE / "root"
OPTIONS = "kind,spot,strike,rate,yield,years,vol\ncall,100,100,0.05,0,1,0.2\n"
# What every Debian machine that builds has, and what only runs.
GIVEN = {"gcc", "g++", "libc6-dev", "make", "tzdata"}


def verdict(problems):
    return Outcome("\n".join(problems) + "\n", 0.0, "; ".join(problems))


def version():
    """debian/changelog begins with the version of CMakeLists.txt."""
    ours = re.search(r"^project\(keel VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
    theirs = re.match(r"keel \((.+?)\)", (ROOT / "debian/changelog").read_text())[1]
    return verdict([f"CMakeLists.txt is of {ours}, debian/changelog of {theirs}"] if ours != theirs else [])


def build_dependencies():
    """What tools/setup installs to build is in debian/control."""
    entries = re.search(r"^build='([^']*)'", (ROOT / "tools/setup").read_text(), re.M)[1].split()
    control = (ROOT / "debian/control").read_text()
    listed = re.search(r"^Build-Depends:(.*(?:\n .*)*)", control, re.M)[1]
    names = {entry.split()[0] for entry in listed.split(",")}
    missing = {entry.partition(":")[0] for entry in entries} - GIVEN - names
    return verdict([f"debian/control does not build-depend on {name}" for name in sorted(missing)])


def price():
    """keel price from the installed tree: the textbook's call."""
    outcome = run([SCRATCH / "usr/bin/keel", "price", "-"], text=OPTIONS)
    if "10.4505835721855" not in outcome.output and not outcome.trouble:
        outcome.trouble = "not the price of that call"
    return outcome


def check(tally):
    tally.add("package", "version", version())
    tally.add("package", "build dependencies", build_dependencies())
    if not shutil.which("dpkg-buildpackage") or not shutil.which("dh"):
        tally.add("package", "packages: no debhelper here", Outcome("", 0.0, ""), 0, 0, 1)
        return
    if not tally.check("package", "build", ["tools/package"], timeout=1800):
        return
    if shutil.which("lintian"):
        changes = sorted(PLACE.glob("*.changes"))
        options = ["--allow-root", "--fail-on", "error,warning", "--info"]
        tally.check("package", "lintian", ["lintian", *options, *changes], timeout=600)
    else:
        tally.add("package", "lintian: none here", Outcome("", 0.0, ""), 0, 0, 1)
    debs = [deb for deb in sorted(PLACE.glob("*.deb")) if "dbgsym" not in deb.name]
    (SCRATCH / "var/lib/dpkg").mkdir(parents=True)
    (SCRATCH / "var/lib/dpkg/status").touch()
    dpkg = ["dpkg", f"--root={SCRATCH}", "--force-depends", "--force-not-root", "--install"]
    if os.geteuid() != 0:
        dpkg.insert(0, "fakeroot")  # files belong to root
    if not tally.check("package", "dpkg --install", [*dpkg, *debs]):
        return
    tally.check("package", "keel doctor", [SCRATCH / "usr/bin/keel", "doctor"])
    tally.add("package", "keel price", price())
    tally.check("package", "keel-mpi --version", [SCRATCH / "usr/bin/keel-mpi", "--version"])
    strict = ["-Wall", "-Werror"]
    tally.add("package", "C program, shared", product.built("price", ["gcc", "-std=c17"], strict, [], SCRATCH))
