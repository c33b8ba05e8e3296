# The everyday targets; `make help` lists them. quality.mk has the long-running proofs; `make help-quality` lists those.
# Every target installs the tools that it needs, into .venv and into the tools folder of the target directory.

# Cargo builds into CARGO_TARGET_DIR if it is set, and so does everything here.
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
TOOLS := $(TARGET_DIR)/tools
# An environment for each list of requirements/. The tests' environment is in the folder that editors look for.
VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
PYTHON_TOOLS := $(TOOLS)/python
BUILD_TOOLS := $(PYTHON_TOOLS)/build/.installed
AUDIT_TOOLS := $(PYTHON_TOOLS)/audit/.installed
CHECKOV := $(PYTHON_TOOLS)/checkov/.installed
CYCLONEDX_VERSION := 0.5.9
CYCLONEDX := $(TOOLS)/cyclonedx-$(CYCLONEDX_VERSION)/bin/cargo-cyclonedx
IAM_SIMULATOR := $(TOOLS)/iam
BOOTSTRAP_PATH := lambda/controltower-trusted-access/bootstrap
BOOTSTRAP := $(TARGET_DIR)/$(BOOTSTRAP_PATH)
# The default is the machine's own architecture. Another one needs its Rust target: `rustup target add`.
ARCHITECTURE ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
LAMBDA_BUILD := cargo lambda build --release --locked $(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64)

# cargo and sam look for cargo-lambda on the PATH, and cargo-lambda for its zig. SAM sends usage data unless this is 0.
export PATH := $(abspath $(dir $(BUILD_TOOLS)))/bin:$(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export PYTHONDONTWRITEBYTECODE := 1

# Byte 18 of an ELF file is its architecture. A build for another one (`sam build` for arm64 on an x86-64 machine)
# leaves a newer file at the same path, so the date alone does not show whether the file is current.
ELF_MACHINE := $(if $(filter arm64,$(ARCHITECTURE)),b7,3e)
is_for_architecture = $(filter $(ELF_MACHINE),$(shell od -An -tx1 -j18 -N1 $(1) 2>/dev/null))
always_unless_for_architecture = $(if $(call is_for_architecture,$(1)),,$(1))

.DEFAULT_GOAL := help
.PHONY: help help-quality fmt lint test sandbox local build plain template stack emulator bundle package package-doctor doctor \
	test-doctor doctor-screenshot verify verify-together clean
.PHONY: $(call always_unless_for_architecture,$(BOOTSTRAP))

include quality.mk

LIST_TARGETS = @sed -nE 's/^([a-z0-9-]+):[^\#]*\#\# /\1\t/p' $(1) | expand -t 20

help: ## list the everyday targets
	$(call LIST_TARGETS,Makefile)

help-quality: ## list the targets of quality.mk: the long-running proofs
	$(call LIST_TARGETS,quality.mk)

fmt: ## format the code
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

lint: ## check the format, the lints and the API documentation
	cargo fmt --all --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@# These programs have `test = false`, so `--all-targets` skips them. With `--workspace` no dependency is checked again.
	cargo clippy --workspace --test conformance --test faults --test soak --locked -- -D warnings
	@# For an example, the dependencies have the features that clippy checked them with, and are not checked again.
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --lib --example manual --locked --quiet

test: ## run the function's tests; they need only Rust
	cargo test --locked

sandbox: ## repair drift in an AWS Organizations inside the process
	cargo run --quiet --locked --example sandbox

local: $(INSTALLED) $(BUILD_TOOLS) ## repair drift in moto, with the function under cargo-lambda
	$(PYTHON) tests/emulators/local.py

build: $(BOOTSTRAP) ## build the bootstrap that Lambda runs

TEMPLATES := template.yaml plain.yaml forwarder.yaml prevention.yaml

plain: $(INSTALLED) ## write plain.yaml from template.yaml with SAM's translator
	$(PYTHON) scripts/plain.py plain.yaml

template: $(INSTALLED) $(CHECKOV) $(BOOTSTRAP) ## lint and scan the templates, and build with sam
	sam validate --lint --region us-east-1
	cfn-lint --non-zero-exit-code informational $(TEMPLATES)
	$(dir $(CHECKOV))bin/checkov --skip-download --quiet --compact --file $(TEMPLATES)
	sam build --parameter-overrides Architecture=$(ARCHITECTURE)
	@# The measured and tested bootstrap must be the one that sam deploys.
	cmp $(BOOTSTRAP) .aws-sam/build/Function/bootstrap

# The slowest begin first, so that none of them runs alone at the end.
SLOWEST := test_recipes.py test_parameters.py test_first_deployment.py
STACK_TESTS := $(SLOWEST) $(filter-out $(SLOWEST),$(notdir $(wildcard tests/template/test_*.py)))

stack: package $(INSTALLED) $(IAM_SIMULATOR) $(ZSH) ## test the templates, deployed to moto, and the release files
	$(DOCTOR_BUILD) $(DOCTOR_EXAMPLES)
	@# Two modules at a time: they share nothing, and each deploys to a moto of its own.
	cd tests/template && printf '%s\n' $(STACK_TESTS) | ARCHITECTURE=$(ARCHITECTURE) BOOTSTRAP=$(abspath $(BOOTSTRAP)) \
		IAM_SIMULATOR=$(abspath $(IAM_SIMULATOR)) ZSH=$(abspath $(ZSH)) $(DOCTOR) CYCLONEDX=$(abspath $(CYCLONEDX)) \
		xargs -n 1 -P 2 $(abspath $(PYTHON)) -m unittest

# With BUNDLE, the archive of a release, the bootstrap in it is tested, and nothing is built.
RELEASED := $(TARGET_DIR)/released
EMULATED := $(if $(BUNDLE),$(RELEASED)/bootstrap,$(BOOTSTRAP))

emulator: $(INSTALLED) $(EMULATED) ## test the bootstrap under AWS's Runtime Interface Emulator
	BOOTSTRAP=$(EMULATED) $(PYTHON) tests/emulators/test_runtime_interface_emulator.py

package: bundle package-doctor ## write the release files for this architecture to dist/

bundle: $(BOOTSTRAP) $(CYCLONEDX) ## write the function's part of them, without the doctor
	python3 scripts/package.py $(ARCHITECTURE) $(BOOTSTRAP) $(CYCLONEDX)

# Every command for the doctor selects the whole workspace, although it builds the doctor alone: the dependencies then
# have the same features in all of them, and in `cargo test --workspace`, and are compiled once.
DEBUG_DOCTOR = $(TARGET_DIR)/debug/trusted-access-doctor
DOCTOR = DOCTOR=$(abspath $(DEBUG_DOCTOR))
DOCTOR_BUILD = cargo build --workspace --locked --quiet --bin trusted-access-doctor
DOCTOR_EXAMPLES = --example demo --example fake_aws --example manual

doctor: ## run the doctor: make doctor ARGS="outages --profile NAME"
	@$(DOCTOR_BUILD)
	@$(DEBUG_DOCTOR) $(ARGS)

DOCTOR_TESTS := $(notdir $(wildcard tests/emulators/test_doctor*.py))

test-doctor: $(INSTALLED) ## test the doctor with a fake AWS, moto and a terminal
	@# --lib cannot select one package of a workspace, so the function's unit tests run too. They take a second.
	cargo test --workspace --locked --lib --test doctor
	$(DOCTOR_BUILD) $(DOCTOR_EXAMPLES)
	@# All modules at once: they mostly wait, for the doctor's back-off and for the pauses of a fake AWS.
	cd tests/emulators && printf '%s\n' $(DOCTOR_TESTS) | $(DOCTOR) xargs -n 1 -P 4 $(abspath $(PYTHON)) -m unittest
	$(DOCTOR) python3 scripts/draw_terminal.py $(TARGET_DIR)/doctor.svg
	@# If they differ, `make doctor-screenshot` draws the picture again.
	cmp docs/doctor.svg $(TARGET_DIR)/doctor.svg

doctor-screenshot: ## draw docs/doctor.svg from the output of the doctor
	$(DOCTOR_BUILD) --example fake_aws
	$(DOCTOR) python3 scripts/draw_terminal.py docs/doctor.svg

# The oldest glibc that the doctor runs on: that of Amazon Linux 2. AWS CloudShell has a newer one.
GLIBC := 2.26
DOCTOR_MACHINE := $(if $(filter arm64,$(ARCHITECTURE)),aarch64,x86_64)
DOCTOR_TARGET := $(DOCTOR_MACHINE)-unknown-linux-gnu
RELEASE_DOCTOR := $(TARGET_DIR)/lambda/trusted-access-doctor/bootstrap

package-doctor: $(BUILD_TOOLS) $(CYCLONEDX) ## write the archive of the doctor for Linux to dist/
	cargo lambda build --profile doctor --locked --package trusted-access-doctor --bin trusted-access-doctor \
		--target $(DOCTOR_TARGET).$(GLIBC)
	cargo build --workspace --locked --quiet --example manual
	$(TARGET_DIR)/debug/examples/manual $(TARGET_DIR)/manual
	python3 scripts/package_doctor.py $(DOCTOR_TARGET) $(RELEASE_DOCTOR) $(TARGET_DIR)/manual $(CYCLONEDX)
	@# Another machine's binary does not run here.
	$(if $(filter $(DOCTOR_MACHINE),$(shell uname -m)),$(RELEASE_DOCTOR) --version)

# The checks that need seconds come first.
verify: workflows secrets diagram-check docs licenses
verify: build template stack cdk bench-check
verify: ## run every check that needs more than Rust, or more time
	$(MAKE) --no-print-directory --jobs 4 --output-sync=target verify-together

# These mostly wait: for back-off, time limits and other processes. No other target may build the bootstrap meanwhile.
verify-together: faults-check soak test-doctor properties local emulator conformance
verify-together: ## the checks of verify that wait; verify runs four at once

clean: ## remove everything that was built or installed here
	cargo clean
	rm -rf dist $(VENV) .aws-sam

# A wheel runs nothing during its installation. The first command is for the pip that Python brings: before version 23.3
# it refuses a hashed list if a package asks for an extra of another one.
define install_requirements
	python3 -m venv --clear $(@D)
	$(PIP_INSTALL) requirements/pip.txt
	$(PIP_INSTALL) $<
	@touch $@
endef
PIP_INSTALL = $(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement

$(INSTALLED): requirements/test.txt requirements/pip.txt
	$(install_requirements)

$(PYTHON_TOOLS)/%/.installed: requirements/%.txt requirements/pip.txt
	$(install_requirements)

$(RELEASED)/bootstrap: $(BUNDLE)
	rm -rf $(RELEASED)
	mkdir -p $(RELEASED)
	tar --extract --gzip --file $< --directory $(RELEASED) --strip-components 1
	python3 -m zipfile --extract $(RELEASED)/controltower-trusted-access-$(ARCHITECTURE).zip $(RELEASED)
	chmod +x $@
	@touch $@

# src/ also has the root certificates that the build includes.
$(BOOTSTRAP): $(BUILD_TOOLS) Cargo.toml Cargo.lock rust-toolchain.toml .cargo/config.toml $(shell find src -type f)
	$(LAMBDA_BUILD)
	@touch $@

# Node looks for modules beside the file that imports them, so the program is copied to its modules.
$(IAM_SIMULATOR): $(wildcard tests/template/iam/*)
	mkdir -p $@
	cp $^ $@
	npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Tools that run for seconds: an optimized build takes three times as long as this one, and saves none of them.
UNOPTIMIZED := CARGO_PROFILE_DEV_DEBUG=0

$(CYCLONEDX):
	$(UNOPTIMIZED) cargo install cargo-cyclonedx --version $(CYCLONEDX_VERSION) --locked --debug --quiet --root $(TOOLS)/cyclonedx-$(CYCLONEDX_VERSION)
