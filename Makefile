# Keel's verbs. `make help` lists them; CMakeLists.txt builds.
.NOTPARALLEL:
.PHONY: all demo check verify bench fuzz install package format clean help

PREFIX ?= /usr/local
DESTDIR ?=
ONLY ?=
SECONDS ?= 20
CLEAN ?=
export JOBS ?= $(shell nproc)

all:
	@tools/setup build
	@tools/web
	@tools/build release product
	@ln -sfn release/libkeel.so build/libkeel.so
	@ln -sfn release/libkeel.a build/libkeel.a
	@for name in keel keel-mpi; do if [ -x build/release/$$name ]; then ln -sfn release/$$name build/$$name; fi; done
	@echo "ready: $$(cd build && ls -d keel keel-mpi libkeel.* 2>/dev/null | sed 's|^|build/|' | paste -sd ' ')"

demo: all
	@examples/demo

check:
	@tools/setup build test
	@tools/web browser
	@tools/check

verify:
	@tools/setup build test verify package
	@tools/web browser
	@tools/verify $(if $(CLEAN),--clean)

bench:
	@tools/setup build bench
	@tools/build release product bench
	@tools/bench $(ONLY)

fuzz:
	@tools/setup build verify
	@tools/fuzz $(SECONDS)

# Built for its place first: keel.pc says where the library lives.
install:
	@tools/setup build
	@tools/web
	@tools/build release product -- -DCMAKE_INSTALL_PREFIX=$(abspath $(PREFIX))
	DESTDIR=$(DESTDIR) cmake --install build/release
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

package:
	@tools/setup build package
	@tools/web
	@tools/package

format:
	@tools/setup test
	@git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp' | xargs clang-format -i

clean:
	rm -rf build

help:
	@echo "make                    build/keel, build/libkeel.so, build/libkeel.a (installs what is missing on Debian)"
	@echo "make demo               a desk and a single option, hedged and explained"
	@echo "make check              every test, with gcc and under ASan and UBSan; what has to pass"
	@echo "make verify [CLEAN=1]   what takes longer: clang, threads, CPU levels, all paths, MPI, fuzzers; CLEAN: from a clean clone"
	@echo "make bench [ONLY=x]     speed, beside what others do on this machine"
	@echo "make fuzz [SECONDS=n]   each fuzzer for n seconds"
	@echo "make install [PREFIX=/usr/local] [DESTDIR=]"
	@echo "make package             Debian packages in build/package"
	@echo "make format             clang-format all sources"
	@echo "make clean              removes build/"
