# SPDX-License-Identifier: GPL-3.0-or-later
# Two commands do everything on a fresh Debian 12: make run, make test. The others are for developers.
.POSIX:
.PHONY: all web run install deb demo test bench bench-peers format check fuzz clean packages packages-test build/conferd

STATE = $(HOME)/.local/state/confer

all: build/conferd

packages:
	@tools/install_packages.sh run

packages-test:
	@tools/install_packages.sh test

# The server and the user agent. --buildtype=debugoptimized keeps symbols for a useful core dump.
build/build.ninja:
	@meson setup build >build-setup.log 2>&1 || { cat build-setup.log; exit 1; }

build/conferd: build/build.ninja
	@ninja -C build --quiet

# Installs what is missing, builds the server and its web page, starts a development server on loopback and says what to dial and to open.
# Where the page can't be built, the server is there for phones.
run: packages
	@$(MAKE) --no-print-directory build/conferd
	@tools/build_page.sh run || echo "The web page is NOT built (the reason is above); phones are served all the same." >&2
	@echo
	@build/conferd --dev --state "$(STATE)"

# Programs, page, manuals and the service, below PREFIX of the build (/usr/local); DESTDIR as usual. Build before as yourself: make all web.
install:
	@[ -x build/conferd ] || { echo "First build: make packages all web" >&2; exit 1; }
	@meson install -C build --no-rebuild --quiet
	@tools/after_install.sh

# A Debian package of this tree, in build-deb/.
deb: packages
	@tools/install_packages.sh package
	@tools/make_deb.sh

# Three user agents meet in a conference of a server of their own; a report tells who heard and saw whom, and whether that is right.
demo: packages
	@$(MAKE) --no-print-directory build/conferd
	@python3 tools/demo.py

# The web page, from web/ into build/web, where conferd looks for it. Needs Node.js 18 or later and npm.
web:
	@tools/build_page.sh run

# Every test, from clean if need be, closing with "N passed, N failed".
test: packages-test
	@tools/run_tests.sh

# Benchmarks: ratios measured in one run; results also in bench/results.
bench: packages-test
	@tools/run_benchmarks.sh

# Beside Janus and rtpengine, and liblinphone as a mixer, doing the same work in the same run. Installs them; needs root.
bench-peers: packages-test
	@tools/install_packages.sh peers
	@tools/set_up_tests.sh build
	@ninja -C build --quiet
	@python3 tests/bench/bench_peers.py
	@python3 tests/bench/bench_mixer_peers.py

format:
	@find src tests -name '*.[ch]' ! -path '*/vectors/*' -print0 | xargs -0 clang-format -i

# The quick rules alone: layers, style, purity, headers.
check: packages-test
	@tools/set_up_tests.sh build
	@ninja -C build --quiet && meson test -C build --suite checks --no-rebuild

# clang-tidy over the whole tree; make test looks at what the last commits changed.
tidy: packages-test
	@tools/set_up_tests.sh build
	@tools/check_tidy.py . build all

# A minute of every fuzz target.
fuzz: packages-test
	@tools/run_fuzzers.sh 60

clean:
	rm -rf build build-deb build-asan build-tsan build-fuzz build-setup.log
