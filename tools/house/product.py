"""The product as others get it: what the library exports, and a program built against the installed tree."""

import os
import re
import shutil

from . import ctext
from .rules_code import TRANSCENDENTAL
from .tally import ROOT, Outcome, run

STAGE = ROOT / "build" / "stage"
LIBRARY, ARCHIVE = ROOT / "build/release/libkeel.so", ROOT / "build/release/libkeel.a"


def declared():
    """The functions and data that include/keel promises, each with the header that does."""
    names = {}
    for header in sorted((ROOT / "include/keel").glob("*.h")):
        for declaration in ctext.declarations(ctext.Source(header.read_text())):
            if declaration.exported:
                names[declaration.name] = header.name
    return names


def exports():
    """libkeel.so exports what include/keel declares with KEEL_API: no more, no less."""
    listing, names = symbols(LIBRARY, "-D", "--defined-only")
    if listing.trouble:
        return listing
    exported = {name for name in names if name != "KEEL_0"}  # the version itself
    promised = declared()
    problems = [f"include/keel/{promised[name]}: {name} is declared, and libkeel.so does not have it"
                for name in sorted(promised.keys() - exported)]
    problems += [f"libkeel.so exports {name}, which no header in include/keel declares with KEEL_API"
                 for name in sorted(exported - promised.keys())]
    return Outcome("\n".join(problems) + "\n", listing.seconds, f"{len(problems)} symbols differ" if problems else "")


def symbols(library, *options):
    """The names in a library that nm lists with these options, or how it failed."""
    listing = run(["nm", *options, library])
    return listing, sorted(set(re.findall(r"^(?:[0-9a-f]+)? +[A-Zuvw] (\w+)(?:@.*)?$", listing.output, re.M)))


def imports():
    """What reading the text could miss: the library asks libm for no transcendental, and never prints."""
    listing, names = symbols(LIBRARY, "-D", "--undefined-only")
    banned = re.compile("|".join([*TRANSCENDENTAL, r"_ZGV\w+", "printf", "puts", "putchar", "exit", "system"]))
    names = [name for name in names if banned.fullmatch(name)]
    problems = [f"libkeel.so calls {name}" for name in names]
    return Outcome("\n".join(problems) + "\n", listing.seconds, listing.trouble or ", ".join(names))


def archive_names():
    """Nothing in the static library can clash with a name of the program that links it. (The tables that Boost's header
    keeps in inline functions are the same ones wherever else that header is used.)"""
    listing, names = symbols(ARCHIVE, "-g", "--defined-only")
    ours = [name for name in names if not name.startswith("_ZZN5boost6random")]
    problems = [f"libkeel.a defines {name}: keel_..., or static" for name in ours if not name.startswith("keel_")]
    trouble = f"{len(problems)} names" if problems else "" if names else "no symbols"
    return Outcome("\n".join(problems) + "\n", listing.seconds, listing.trouble or trouble)


# What the library may lean on: nothing whose licence would bind those who link it.
LICENCES = {"libyaml-0": "MIT", "libjansson": "MIT", "libz": "zlib", "libzip": "BSD-3-Clause", "libc": "the system's",
            "libm": "the system's", "libpthread": "the system's", "ld-linux-x86-64": "the system's",
            "ld-linux-aarch64": "the system's", "libgcc_s": "GPL with the exception for what it compiles"}


def licences():
    """The library needs only libraries whose licence is known and free of conditions on its users."""
    listing = run(["readelf", "-d", LIBRARY])
    needed = re.findall(r"\(NEEDED\).*\[(.+?)\.so", listing.output)
    problems = [f"libkeel.so needs {name}, whose licence is not in tools/house/product.py"
                for name in needed if name not in LICENCES]
    trouble = f"{len(problems)} unknown" if problems else "" if needed else "nothing is needed"
    return Outcome("\n".join(problems) + "\n", listing.seconds, listing.trouble or trouble)


def installed():
    """Every public header and each part of the product is in the staged tree."""
    prefix = STAGE / "usr/local"
    places = {place.relative_to(prefix).as_posix() for place in prefix.rglob("*")}
    names = {place.rpartition("/")[2] for place in places}
    wanted = [header.name for header in (ROOT / "include/keel").glob("*.h")]
    wanted += ["libkeel.so", "libkeel.so.0", "libkeel.a", "keel.pc", "LICENSE", "README.md", "building.md"]
    paths = ["bin/keel", "share/bash-completion/completions/keel", "share/man/man1/keel.1",
             "share/doc/keel/examples/desk/desk.yaml"]
    paths += [f"share/man/man1/keel-{source.stem[4:]}.1" for source in (ROOT / "src/cli").glob("cmd_*.c")]
    wanted = [name for name in wanted if name not in names] + [path for path in paths if path not in places]
    problems = [f"{name} is not installed" for name in sorted(wanted)]
    return Outcome("\n".join(problems) + "\n", 0.0, f"{len(problems)} missing" if problems else "")


def environment(stage):
    config = next(stage.rglob("keel.pc"), stage / "keel.pc")
    return {"PKG_CONFIG_PATH": str(config.parent), "PKG_CONFIG_SYSROOT_DIR": str(stage),
            "LD_LIBRARY_PATH": str(config.parents[1])}


def built(name, compiler, flags, options, stage=STAGE):
    """Compiles tests/install/price.c as a user would, against what is installed below `stage`, and runs it."""
    env = environment(stage)
    source, program = ROOT / "tests/install/price.c", stage / name
    words = run(["pkg-config", *options, "--cflags", "--libs", "keel"], env=env)
    if words.trouble:
        return words
    library = words.output.split()
    if "--static" in options:
        archive = next(stage.rglob("libkeel.a"))
        library = [str(archive) if word == "-lkeel" else word for word in library]
    compiled = run([*compiler, *flags, source, "-o", program, *library], env=env)
    return compiled if compiled.trouble else run([program], env=env)


def check(tally):
    tally.add("product", "exported symbols", exports())
    tally.add("product", "imported symbols", imports())
    tally.add("product", "names in the archive", archive_names())
    tally.add("product", "licences of what it needs", licences())
    # An earlier `make install` may have configured another place.
    place = "-DCMAKE_INSTALL_PREFIX=/usr/local"
    tally.check("product", "configure", ["tools/build", "release", "product", "--", place])
    shutil.rmtree(STAGE, ignore_errors=True)
    env = {"DESTDIR": str(STAGE), "PATH": os.environ["PATH"]}
    if not tally.check("product", "install", ["cmake", "--install", "build/release"], env=env):
        return
    tally.add("product", "installed files", installed())
    strict = ["-Wall", "-Werror", "-Wpedantic"]
    tally.add("product", "C program, shared", built("price_shared", ["gcc", "-std=c17"], strict, []))
    tally.add("product", "C program, static", built("price_static", ["gcc", "-std=c17"], strict, ["--static"]))
    tally.add("product", "C++ program, shared", built("price_cxx", ["g++", "-std=c++17", "-x", "c++"], strict, []))
