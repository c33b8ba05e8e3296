# Every target installs what it needs. `make help` lists them.

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
TOOLS := target/tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/$(CARGO_DENY_VERSION)/bin/cargo-deny
CYCLONEDX_VERSION := 0.5.9
CYCLONEDX := $(TOOLS)/cyclonedx-$(CYCLONEDX_VERSION)/bin/cargo-cyclonedx
CHECKOV := $(TOOLS)/checkov/bin/checkov
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := $(TOOLS)/fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := $(TOOLS)/mutants-$(CARGO_MUTANTS_VERSION)/bin/cargo-mutants
D2_VERSION := 0.1.33
D2 := $(TOOLS)/d2-$(D2_VERSION)/node_modules/@terrastruct/d2
BENCH := $(TOOLS)/bench
BENCH_PYTHON := $(BENCH)/python/bin/python
BENCH_NODE := $(BENCH)/node
BOOTSTRAP := target/lambda/controltower-trusted-access/bootstrap
# The machine's own callgrind, or Debian's package, unpacked and not installed: that would take root.
VALGRIND := $(or $(shell command -v valgrind),$(TOOLS)/valgrind/usr/bin/valgrind)
VALGRIND_AT = VALGRIND=$(abspath $(VALGRIND)) $(if $(filter $(TOOLS)/%,$(VALGRIND)),VALGRIND_LIB=$(abspath $(TOOLS)/valgrind/usr/libexec/valgrind))
BARE := target/lambda/bare/bootstrap
# This machine's own: another one's needs its target of Rust.
ARCHITECTURE ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
TARGET_FLAG := $(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64)

# cargo-lambda finds its zig on the PATH; sam asks nobody how it is used.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help fmt lint test sandbox local emulator build template stack package diagram diagram-is-current workflows \
	deny advisories verify bench guard baseline properties faults faults-are-current soak conformance fuzz mutants reproducible clean \
	doctor bench-doctor doctor-screenshot

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

fmt: ## format the code
	cargo fmt
	cargo fmt --manifest-path fuzz/Cargo.toml

lint: ## formatting, lints and documentation, as CI holds them
	cargo fmt --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --lib --locked --quiet

test: ## all tests that need only Rust
	cargo test --locked

sandbox: ## the main job on this machine, over an embedded Organizations
	cargo run --quiet --locked --example sandbox

local: $(INSTALLED) ## the same under cargo-lambda, in front of moto
	$(PYTHON) tests/emulators/local.py

emulator: $(INSTALLED) $(BOOTSTRAP) ## the built binary under AWS's Runtime Interface Emulator, in front of moto
	BOOTSTRAP=$(BOOTSTRAP) $(PYTHON) tests/emulators/test_runtime_interface_emulator.py

build: $(BOOTSTRAP) ## the bootstrap that Lambda runs, by cargo-lambda

$(BOOTSTRAP): $(INSTALLED) Cargo.toml Cargo.lock .cargo/config.toml $(shell find src -name '*.rs')
	cargo lambda build --release --locked $(TARGET_FLAG)
	@touch $@

template: $(INSTALLED) $(CHECKOV) $(BOOTSTRAP) ## lint the templates, scan them, build with sam
	sam validate --lint --region us-east-1
	cfn-lint --non-zero-exit-code informational template.yaml forwarder.yaml
	$(CHECKOV) --skip-download --quiet --compact --file template.yaml forwarder.yaml
	sam build --parameter-overrides Architecture=$(ARCHITECTURE)
	cmp $(BOOTSTRAP) .aws-sam/build/Function/bootstrap # what is measured is what sam deploys

stack: package ## patterns, permissions, wiring and deployment of the template, and the package, by moto
	cd tests/template && ARCHITECTURE=$(ARCHITECTURE) BOOTSTRAP=$(abspath $(BOOTSTRAP)) $(abspath $(PYTHON)) -m unittest

package: $(BOOTSTRAP) $(CYCLONEDX) ## what a release attaches, for this machine's architecture, in dist/
	cargo lambda build --release --locked $(TARGET_FLAG) --output-format zip
	$(PYTHON) release/package.py $(ARCHITECTURE) $(BOOTSTRAP).zip $(CYCLONEDX)

diagram: $(D2) ## draw docs/architecture.svg
	node docs/architecture.mjs $(D2) docs/architecture.d2 docs/architecture.svg

diagram-is-current: $(D2) # that it was drawn from its source
	node docs/architecture.mjs $(D2) docs/architecture.d2 target/architecture.svg
	cmp docs/architecture.svg target/architecture.svg

workflows: $(INSTALLED) ## audit the public workflows
	zizmor --offline --quiet .github/workflows

deny: $(CARGO_DENY) ## licences, bans and sources of the dependencies
	$(CARGO_DENY) --workspace --locked check licenses bans sources

advisories: $(CARGO_DENY) ## security advisories of the dependencies; needs the network
	$(CARGO_DENY) --workspace --locked check advisories

verify: ## everything that needs more than Rust, or more time
verify: build template stack emulator local conformance properties faults-are-current soak guard doctor diagram-is-current workflows deny

bench: $(BOOTSTRAP) $(BARE) $(BENCH_PYTHON) $(BENCH_NODE) ## cold start and more, beside a bare function, boto3 and Node; writes docs/performance.*
	cargo lambda build --release --locked $(TARGET_FLAG) --output-format zip
	cargo lambda build --release --locked $(TARGET_FLAG) --example bare --output-format zip
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) BARE_PEER=$(abspath $(BARE)) \
		PYTHON=$(abspath $(BENCH_PYTHON)) PYTHON_PEER=bench/peers/python/function.py \
		NODE=$(shell command -v node) NODE_PEER=$(BENCH_NODE)/function.mjs cargo bench --locked --bench cold_start
	$(BENCH_PYTHON) bench/plot.py docs/performance.json docs/performance.svg

GUARD = cargo lambda build --release --locked $(TARGET_FLAG) --output-format zip && \
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) $(VALGRIND_AT) cargo bench --locked --profile dev --bench guard --

guard: $(BOOTSTRAP) $(VALGRIND) ## instructions of a cold start and a warm run, and the zip, against bench/baseline.json
	$(GUARD)

baseline: $(BOOTSTRAP) $(VALGRIND) ## take what guard counts now for the baseline
	$(GUARD) --update

properties: ## 10,000 random worlds for each property
	PROPTEST_CASES=$(or $(CASES),10000) cargo test --locked --lib
	PROPTEST_CASES=$(or $(CASES),10000) cargo test --locked --test suite properties::

FAULTS = BOOTSTRAP=$(abspath $(BOOTSTRAP)) cargo test --locked --quiet --test faults --

faults: $(BOOTSTRAP) ## every call × every fault on the release binary; writes docs/reliability.md
	$(FAULTS)

# Behaviour at a fault does not change without its row.
faults-are-current: $(BOOTSTRAP)
	$(FAULTS) --check

soak: $(BOOTSTRAP) ## 20,000 invocations of the release binary in one process, with all events and many faults
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) cargo test --locked --quiet --test soak

conformance: $(INSTALLED) ## one set of cases against every Organizations that runs without an account
	$(PYTHON) tests/emulators/conformance.py

# Its own binary and the AWS of its tests as a program, for moto and for a terminal.
DOCTOR = DOCTOR=$(abspath target/debug/trusted-access-doctor) STAND_IN=$(abspath target/debug/examples/doctor_stand_in)
DOCTOR_BUILD = cargo build --locked --quiet --package trusted-access-doctor --bin trusted-access-doctor --example doctor_stand_in

doctor: $(INSTALLED) ## the doctor, in front of an AWS that refuses and hangs, of moto, and on a terminal
	cargo test --locked --package trusted-access-doctor
	$(DOCTOR_BUILD)
	$(DOCTOR) $(PYTHON) tests/emulators/test_doctor.py
	$(DOCTOR) python3 docs/doctor.py target/doctor.svg
	cmp docs/doctor.svg target/doctor.svg # that the picture is of this doctor: make doctor-screenshot

doctor-screenshot: ## draw docs/doctor.svg from a run of the doctor on a terminal
	$(DOCTOR_BUILD)
	$(DOCTOR) python3 docs/doctor.py docs/doctor.svg

bench-doctor: ## the doctor's round through 1,000 and 10,000 accounts, against the ideal; takes two minutes
	cargo bench --locked --package trusted-access-doctor

SECONDS ?= 60
# `address` watches the unsafe code of the dependencies as well, and is ten times slower. Sanitizers are
# not stable yet, and no target shall need a second toolchain.
SANITIZER ?= none
FUZZ = $(if $(filter none,$(SANITIZER)),,RUSTC_BOOTSTRAP=1) $(CARGO_FUZZ) run --sanitizer $(SANITIZER) \
	--codegen-units 16 --target-dir target/fuzz-$(SANITIZER)
# What is a finding besides a panic: 10 s or 1 GiB for one input.
FUZZED = -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1

fuzz: $(CARGO_FUZZ) ## hostile events and answers, each for SECONDS (60)
	mkdir -p fuzz/corpus/event fuzz/corpus/answers fuzz/corpus/landing_zone
	$(FUZZ) event fuzz/corpus/event fuzz/seeds/event events -- -dict=fuzz/event.dict $(FUZZED)
	$(FUZZ) answers fuzz/corpus/answers fuzz/seeds/answers -- -dict=fuzz/answers.dict $(FUZZED)
	$(FUZZ) landing_zone fuzz/corpus/landing_zone fuzz/seeds/landing_zone -- -dict=fuzz/landing_zone.dict $(FUZZED)

mutants: $(CARGO_MUTANTS) ## whether the tests notice when the code is broken; takes the better part of an hour
	$(CARGO_MUTANTS) mutants --jobs 2 --output target

# Two clones in folders of different names and depths; what they share is the user's folder of crates.
REPRODUCED := target/reproducible
CLONES := $(REPRODUCED)/one $(REPRODUCED)/deeper/two

reproducible: $(INSTALLED) ## two clean builds of the last commit, and whether they are the same
	rm -rf $(REPRODUCED)
	for clone in $(CLONES); do \
		git clone --quiet . $$clone && (cd $$clone && cargo lambda build --release --locked $(TARGET_FLAG)) || exit 1; \
	done
	sha256sum $(addsuffix /$(BOOTSTRAP),$(CLONES))
	cmp $(addsuffix /$(BOOTSTRAP),$(CLONES))

clean: ## remove what was built and installed here
	rm -rf target dist $(VENV) .aws-sam

$(INSTALLED): requirements-dev.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

$(BARE): $(BOOTSTRAP) bench/peers/bare.rs
	cargo lambda build --release --locked $(TARGET_FLAG) --example bare
	@touch $@

$(BENCH_PYTHON): bench/requirements.txt
	python3 -m venv $(BENCH)/python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Beside its modules, where Node looks for them.
$(BENCH_NODE): $(wildcard bench/peers/node/*)
	mkdir -p $@
	cp $^ $@
	npm ci --prefix $@ --no-audit --no-fund --silent
	@touch $@

$(TOOLS)/valgrind/usr/bin/valgrind:
	mkdir -p $(TOOLS)/valgrind
	cd $(TOOLS)/valgrind && apt-get download valgrind && dpkg-deb --extract valgrind_*.deb .

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --quiet --root $(TOOLS)/$(CARGO_DENY_VERSION)

$(CYCLONEDX):
	cargo install cargo-cyclonedx --version $(CYCLONEDX_VERSION) --locked --quiet --root $(TOOLS)/cyclonedx-$(CYCLONEDX_VERSION)

$(CARGO_FUZZ):
	cargo install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --quiet --root $(TOOLS)/fuzz-$(CARGO_FUZZ_VERSION)

$(CARGO_MUTANTS):
	cargo install cargo-mutants --version $(CARGO_MUTANTS_VERSION) --locked --quiet --root $(TOOLS)/mutants-$(CARGO_MUTANTS_VERSION)

# In an environment of its own: it pins what sam needs newer.
$(CHECKOV): requirements-checkov.txt
	python3 -m venv $(TOOLS)/checkov
	$(TOOLS)/checkov/bin/pip install --quiet --disable-pip-version-check --requirement requirements-checkov.txt
	@touch $@

$(D2):
	npm install --no-save --no-audit --no-fund --silent --prefix $(TOOLS)/d2-$(D2_VERSION) @terrastruct/d2@$(D2_VERSION)
