# Every target installs what it needs. `make help` lists them.

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
TOOLS := target/tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/$(CARGO_DENY_VERSION)/bin/cargo-deny
BOOTSTRAP := target/lambda/controltower-trusted-access/bootstrap
# This machine's own: another one's needs its target of Rust.
ARCHITECTURE ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

# cargo-lambda finds its zig on the PATH; sam asks nobody how it is used.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help fmt lint test sandbox local emulator build template deny advisories verify bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

fmt: ## format the code
	cargo fmt

lint: ## formatting, lints and documentation, as CI holds them
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib --locked --quiet

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
	cargo lambda build --release --locked $(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64)
	@touch $@

template: $(INSTALLED) ## lint the template and build it with sam
	sam validate --lint --region us-east-1
	sam build --parameter-overrides Architecture=$(ARCHITECTURE)

deny: $(CARGO_DENY) ## licences, bans and sources of the dependencies
	$(CARGO_DENY) --locked check licenses bans sources

advisories: $(CARGO_DENY) ## security advisories of the dependencies; needs the network
	$(CARGO_DENY) --locked check advisories

verify: build template emulator local deny ## everything that needs more than Rust

bench: $(BOOTSTRAP) ## how long the first answer takes, from the start of the process
	BOOTSTRAP=$(abspath $(BOOTSTRAP)) cargo bench --locked --profile dev --bench cold_start

clean: ## remove what was built and installed here
	rm -rf target $(VENV) .aws-sam

$(INSTALLED): requirements-dev.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --quiet --root $(TOOLS)/$(CARGO_DENY_VERSION)
