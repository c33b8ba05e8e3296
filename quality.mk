# The long-running proofs and the tools that they need. The Makefile includes this file; `make help-quality` lists it.

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/$(CARGO_DENY_VERSION)/bin/cargo-deny
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := $(TOOLS)/fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := $(TOOLS)/mutants-$(CARGO_MUTANTS_VERSION)/bin/cargo-mutants
BENCH := $(TOOLS)/bench
AUDIT := $(dir $(AUDIT_TOOLS))bin
BENCH_PYTHON := $(PYTHON_TOOLS)/bench/.installed
BENCH_NODE := $(BENCH)/node
BARE := $(TARGET_DIR)/lambda/bare/bootstrap
CDK := $(TOOLS)/cdk
# A program of the machine, or Debian's package of it, unpacked into the tools folder: an installation would need root.
VALGRIND := $(or $(shell command -v valgrind),$(TOOLS)/valgrind/usr/bin/valgrind)
ZSH := $(or $(shell command -v zsh),$(TOOLS)/zsh/zsh)
# The tests start a bootstrap by its path alone. This script starts the one for arm64 under QEMU.
EMULATED_BOOTSTRAP := $(TOOLS)/qemu-arm64/bootstrap

.PHONY: bench bench-check bench-baseline bench-doctor properties faults faults-check soak conformance fuzz mutants \
	reproducible cdk docs diagram diagram-check workflows licenses advisories requirements secrets \
	msrv release-dry-run arm64
.PHONY: $(call always_unless_for_architecture,$(BARE))

bench: $(BOOTSTRAP) $(BARE) $(BENCH_PYTHON) $(BENCH_NODE) ## measure cold starts, and update docs/performance.*
	$(LAMBDA_BUILD) --output-format zip
	$(LAMBDA_BUILD) --example bare --output-format zip
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) BARE_PEER=$(abspath $(BARE)) \
		PYTHON=$(abspath $(dir $(BENCH_PYTHON))bin/python) PYTHON_PEER=bench/peers/python/function.py \
		NODE=$(shell command -v node) NODE_PEER=$(abspath $(BENCH_NODE))/function.mjs cargo bench --locked --bench cold_start
	python3 scripts/plot_performance.py docs/performance.json docs/performance.svg

# The valgrind from the package looks for its tools in /usr unless VALGRIND_LIB is set.
VALGRIND_LIB := $(if $(filter $(TOOLS)/%,$(VALGRIND)),VALGRIND_LIB=$(abspath $(TOOLS)/valgrind/usr/libexec/valgrind))
COUNT_INSTRUCTIONS = $(LAMBDA_BUILD) --output-format zip && BOOTSTRAP=$(abspath $(BOOTSTRAP)) \
	VALGRIND=$(abspath $(VALGRIND)) $(VALGRIND_LIB) cargo bench --locked --profile dev --bench regression --

bench-check: $(BOOTSTRAP) $(VALGRIND) ## compare instructions and zip size with bench/baseline.json
	$(COUNT_INSTRUCTIONS)

bench-baseline: $(BOOTSTRAP) $(VALGRIND) ## write the current numbers to bench/baseline.json
	$(COUNT_INSTRUCTIONS) --update

bench-doctor: ## time the doctor with many accounts and events; six minutes
	cargo bench --locked --package trusted-access-doctor

CASES ?= 10000

properties: ## test each property with CASES (10000) random cases
	PROPTEST_CASES=$(CASES) cargo test --locked --lib
	PROPTEST_CASES=$(CASES) cargo test --locked --test suite properties::

TEST_FAULTS = BOOTSTRAP=$(abspath $(BOOTSTRAP)) cargo test --locked --quiet --test faults --

faults: $(BOOTSTRAP) ## run every call with every fault; writes docs/reliability.md
	$(TEST_FAULTS)

faults-check: $(BOOTSTRAP) ## the same, but compare the results with that page
	$(TEST_FAULTS) --check

soak: $(BOOTSTRAP) ## send 20,000 invocations, many with faults, to one process
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) cargo test --locked --quiet --test soak

conformance: $(INSTALLED) ## compare moto with the in-process AWS Organizations
	$(PYTHON) tests/emulators/conformance.py

# The tests of the built binary. More of them at once would reach the function's timeouts under QEMU. Those of memory are
# left out: they limit and measure the memory of the process, which is QEMU.
CONTRACT := lambda:: settings:: aws::preconnect:: --test-threads 8 --skip lambda::memory::
TEST_ARM64 = BOOTSTRAP=$(abspath $(EMULATED_BOOTSTRAP)) cargo test --locked --quiet

arm64: $(INSTALLED) $(CYCLONEDX) $(EMULATED_BOOTSTRAP) ## build for arm64; test that bootstrap and its release files
	rustup target add aarch64-unknown-linux-gnu
	$(MAKE) --no-print-directory bundle ARCHITECTURE=arm64
	cd tests/template && ARCHITECTURE=arm64 BOOTSTRAP=$(abspath $(BOOTSTRAP)) CYCLONEDX=$(abspath $(CYCLONEDX)) \
		$(abspath $(PYTHON)) -m unittest test_bootstrap test_components test_package
	$(TEST_ARM64) --test suite -- $(CONTRACT)
	$(TEST_ARM64) --test faults -- --check --emulated

SECONDS ?= 60
# `address` also checks the unsafe code of the dependencies, and is ten times slower. It is not stable yet, and
# RUSTC_BOOTSTRAP avoids a second toolchain.
SANITIZER ?= none
FUZZ = $(if $(filter none,$(SANITIZER)),,RUSTC_BOOTSTRAP=1) $(CARGO_FUZZ) run --sanitizer $(SANITIZER) \
	--codegen-units 16 --target-dir $(abspath $(TARGET_DIR))/fuzz-$(SANITIZER)
# A panic is a finding, and so is an input that takes 10 s or 1 GiB.
FUZZ_LIMITS = -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1

fuzz: $(CARGO_FUZZ) ## fuzz events and responses; SECONDS (60), SANITIZER (none)
	mkdir -p fuzz/corpus/event fuzz/corpus/organizations fuzz/corpus/landing_zone
	$(FUZZ) event fuzz/corpus/event fuzz/seeds/event events -- -dict=fuzz/event.dict $(FUZZ_LIMITS)
	$(FUZZ) organizations fuzz/corpus/organizations fuzz/seeds/organizations -- -dict=fuzz/organizations.dict $(FUZZ_LIMITS)
	$(FUZZ) landing_zone fuzz/corpus/landing_zone fuzz/seeds/landing_zone -- -dict=fuzz/landing_zone.dict $(FUZZ_LIMITS)

# Each job of cargo-mutants, and each clone below, needs a target directory of its own.
OWN_TARGET_DIR := env -u CARGO_TARGET_DIR

mutants: $(CARGO_MUTANTS) ## change the code and check that a test fails; takes an hour
	$(OWN_TARGET_DIR) $(CARGO_MUTANTS) mutants --jobs 2 --output $(TARGET_DIR)

# The two clones have names and depths that differ. They share the user's folder of downloaded crates.
REPRODUCIBLE := $(TARGET_DIR)/reproducible
CLONES := $(REPRODUCIBLE)/one $(REPRODUCIBLE)/deeper/two
CLONED_BOOTSTRAPS := $(addsuffix /target/$(BOOTSTRAP_PATH),$(CLONES))

reproducible: $(BUILD_TOOLS) ## build the last commit twice and compare the bootstraps
	rm -rf $(REPRODUCIBLE)
	for clone in $(CLONES); do \
		git clone --quiet . $$clone && (cd $$clone && $(OWN_TARGET_DIR) $(LAMBDA_BUILD)) || exit 1; \
	done
	sha256sum $(CLONED_BOOTSTRAPS)
	cmp $(CLONED_BOOTSTRAPS)

cdk: $(INSTALLED) $(CDK)/node_modules ## include plain.yaml in a CDK app, and compare the result
	CDK=$(abspath $(CDK)) $(PYTHON) -m unittest discover -s tests/cdk

# The tools are installed first, because the jobs share them.
ARCHITECTURES ?= $(ARCHITECTURE)

release-dry-run: $(AUDIT_TOOLS) $(BUILD_TOOLS) $(INSTALLED) $(CYCLONEDX) ## run the release workflow here
	$(AUDIT)/python scripts/release_dry_run.py $(TARGET_DIR)/release-dry-run $(TOOLS) $(ARCHITECTURES)

docs: $(ZSH) ## run the shell blocks of the documents in bash and zsh
	ZSH=$(abspath $(ZSH)) python3 -m unittest discover -s tests/docs

diagram: ## draw docs/mail.svg from the template
	python3 scripts/draw_mail.py

diagram-check: ## check that the pictures of docs/ are current and legible
	python3 -m unittest discover -s tests/pictures

workflows: $(AUDIT_TOOLS) ## audit the public workflows, and test the build files
	$(AUDIT)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(AUDIT)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	$(AUDIT)/zizmor --offline --quiet --persona auditor --config zizmor.yml .github
	$(AUDIT)/python -m unittest discover -s tests/build_files

licenses: $(CARGO_DENY) ## check licences, bans and sources of the dependencies
	$(CARGO_DENY) --workspace --locked check licenses bans sources

# Without --strict, pip-audit passes if it finds no data about a package, and so if it finds none about all of them.
advisories: $(CARGO_DENY) $(AUDIT_TOOLS) $(BENCH_NODE) $(IAM_SIMULATOR) $(CDK)/node_modules ## check the advisories of all dependencies, online
	$(CARGO_DENY) --workspace --locked check advisories
	$(CARGO_DENY) --manifest-path fuzz/Cargo.toml --config deny.toml --locked check advisories
	for list in requirements/*.txt; do \
		$(AUDIT)/pip-audit --strict --disable-pip --require-hashes --requirement $$list || exit 1; \
	done
	for folder in $(BENCH_NODE) $(IAM_SIMULATOR) $(CDK); do \
		npm audit --prefix $$folder && npm audit signatures --prefix $$folder || exit 1; \
	done

# The four detectors that guess are off: the tests of redaction have many made-up passwords. AWS reserves keys with
# EXAMPLE, and the name of a Rust test can look like a token. Nothing is sent anywhere (--no-verify).
SECRETS := --no-verify --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString \
	--disable-plugin KeywordDetector --disable-plugin BasicAuthDetector --exclude-secrets EXAMPLE --exclude-lines '^ *fn '

secrets: $(AUDIT_TOOLS) ## search the repository's files for credentials
	git ls-files -z -- ':!requirements/*.txt' | xargs -0 $(AUDIT)/detect-secrets-hook $(SECRETS)

MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

msrv: ## compile with the oldest Rust version of Cargo.toml
	rustup toolchain install $(MSRV) --profile minimal
	cargo +$(MSRV) check --workspace --locked

UPGRADE ?=
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --custom-compile-command 'make requirements' $(UPGRADE)

requirements: $(AUDIT_TOOLS) ## pin requirements/*.in; UPGRADE=--upgrade: new versions
	for list in $(wildcard requirements/*.in); do $(AUDIT)/$(UV_COMPILE) $$list --output-file $${list%.in}.txt || exit 1; done

$(BARE): $(BOOTSTRAP) bench/peers/bare.rs
	$(LAMBDA_BUILD) --example bare
	@touch $@

# Node looks for modules beside the file that imports them, so the function is copied to its modules.
$(BENCH_NODE): $(wildcard bench/peers/node/*)
	mkdir -p $@
	cp $^ $@
	npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Node looks for modules beside the app, as above.
$(CDK)/node_modules: $(wildcard tests/cdk/*)
	mkdir -p $(CDK)
	cp $^ $(CDK)
	npm ci --prefix $(CDK) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(TOOLS)/valgrind/usr/bin/valgrind:
	mkdir -p $(TOOLS)/valgrind
	cd $(TOOLS)/valgrind && apt-get download valgrind && dpkg-deb --extract valgrind_*.deb .

# zsh-static needs no modules and no libraries beside it. Its folder differs between releases of Debian.
$(TOOLS)/zsh/zsh:
	mkdir -p $(@D)
	cd $(@D) && apt-get download zsh-static && dpkg-deb --extract zsh-static_*.deb . \
		&& ln -sf "$$(find . -path '*/bin/zsh-static')" $(@F)

# The package of QEMU has an emulator of every architecture, which would take 400 MB.
$(EMULATED_BOOTSTRAP):
	mkdir -p $(@D)
	cd $(@D) && apt-get download qemu-user-static libc6-arm64-cross libgcc-s1-arm64-cross \
		&& dpkg-deb --fsys-tarfile qemu-user-static_*.deb | tar --extract ./usr/bin/qemu-aarch64-static \
		&& dpkg-deb --extract libc6-arm64-cross_*.deb . && dpkg-deb --extract libgcc-s1-arm64-cross_*.deb .
	printf '#!/bin/sh\nexec "%s" -L "%s" "%s"\n' $(abspath $(@D)/usr/bin/qemu-aarch64-static) \
		$(abspath $(@D)/usr/aarch64-linux-gnu) $(abspath $(BOOTSTRAP)) >$@
	chmod +x $@

$(CARGO_DENY):
	$(UNOPTIMIZED) cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --debug --quiet --root $(TOOLS)/$(CARGO_DENY_VERSION)

$(CARGO_FUZZ):
	cargo install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --quiet --root $(TOOLS)/fuzz-$(CARGO_FUZZ_VERSION)

$(CARGO_MUTANTS):
	cargo install cargo-mutants --version $(CARGO_MUTANTS_VERSION) --locked --quiet --root $(TOOLS)/mutants-$(CARGO_MUTANTS_VERSION)
