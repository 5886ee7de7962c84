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


def installed():
    """Every public header and each part of the product is in the staged tree."""
    places = {place.name for place in STAGE.rglob("*")}
    wanted = [header.name for header in (ROOT / "include/keel").glob("*.h")]
    wanted += ["libkeel.so", "libkeel.so.0", "libkeel.a", "keel.pc", "LICENSE", "README.md"]
    wanted += ["keel"] if (ROOT / "build/release/keel").exists() else []
    problems = [f"{name} is not installed" for name in sorted(wanted) if name not in places]
    return Outcome("\n".join(problems) + "\n", 0.0, f"{len(problems)} missing" if problems else "")


def environment():
    config = next(STAGE.rglob("keel.pc"), STAGE / "keel.pc")
    return {"PKG_CONFIG_PATH": str(config.parent), "PKG_CONFIG_SYSROOT_DIR": str(STAGE),
            "LD_LIBRARY_PATH": str(config.parents[1])}


def built(name, compiler, flags, options):
    """Compiles tests/install/price.c as a user would, and runs it."""
    env = environment()
    source, program = ROOT / "tests/install/price.c", STAGE / name
    words = run(["pkg-config", *options, "--cflags", "--libs", "keel"], env=env)
    if words.trouble:
        return words
    library = words.output.split()
    if "--static" in options:
        archive = next(STAGE.rglob("libkeel.a"))
        library = [str(archive) if word == "-lkeel" else word for word in library]
    compiled = run([*compiler, *flags, source, "-o", program, *library], env=env)
    return compiled if compiled.trouble else run([program], env=env)


def check(tally):
    tally.add("product", "exported symbols", exports())
    tally.add("product", "imported symbols", imports())
    tally.add("product", "names in the archive", archive_names())
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
