# What one types while working. .ci/run is what must pass before a change lands.
.DEFAULT_GOAL := help
LINT := go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' Makefile

.PHONY: check
check: ## everything that must pass: .ci/run
	.ci/run

.PHONY: test
test: ## all tests
	go test ./...

.PHONY: race
race: ## all tests under the race detector
	go test -race ./...

.PHONY: lint
lint: ## golangci-lint; the first time builds it, some minutes
	$(LINT) run ./...

.PHONY: fuzz
fuzz: ## one fuzz target for a minute: make fuzz PACKAGE=./internal/report TARGET=FuzzParse
	go test -run '^$$' -fuzz '^$(TARGET)$$' -fuzztime $(or $(FUZZTIME),1m) $(PACKAGE)
PACKAGE ?= ./internal/report
TARGET ?= FuzzParse

.PHONY: golden
golden: ## rewrite the golden files from what the code says now; read the diff
	go test $$(grep -rlE --include='*_test.go' '"update"' . | xargs -n 1 dirname | sort -u) -update

.PHONY: build
build: ## the static binary bin/scanner
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/scanner ./cmd/scanner

.PHONY: demo
demo: ## the whole loop against an AWS in a box
	go run ./cmd/scanner demo
