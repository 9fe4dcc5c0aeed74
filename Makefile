# make          build, vet, test: the loop
# make check    what CI runs: race, lint, arrows, generated files are fresh
# make demo     scan the recorded attacks, then the recorded ordinary traffic
# make update   rewrite wanted answers and generated pages, then read the diff
# make fuzz     a minute (FUZZTIME) for each fuzz target (of the folder FUZZED)
# make bench    benchmarks over recorded events
# make flame    draw where the time of a scan goes (docs/flame.svg)
# make bench-duckdb   the query language beside DuckDB (ROWS)
# make conformance   compare our KQL answers with those of Microsoft's engine
# make oracle   compare names and types with Microsoft's parser (node; ORACLE queries)
# make mutants  change one condition of each rule at a time: does a test notice?
# make sizes    how long our functions and files are

GO       ?= go
BIN      := bin/dogwatch
CORPORA  := testdata/corpora
FUZZTIME ?= 1m
FUZZED   ?= .
ORACLE   ?= 2000
BENCH    ?= .
ROWS     ?= 1000000
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)

# Where the answers of Microsoft's engine lie, one case a line; see kql/kqltest.
CONFORMANCE ?= ../shared/kql/conformance.jsonl

# Packages with goroutines or state that is shared. Of internal/app one scan of a
# whole log is enough, with reading, judging and ending at the same time: all of
# its tests take ten times as long so.
RACY := ./internal/source/... ./internal/decode/... ./internal/detect/... ./internal/store/... ./kql/kqltest/...

# Packages that keep wanted answers or generated pages.
UPDATABLE = $(sort $(dir $(shell grep -rl --include='*_test.go' 'flag.Bool("update"' .)))

.PHONY: mutants all build vet test check format tidy race lint arrows demo update fuzz bench flame bench-duckdb conformance oracle sizes clean

all: build vet test

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/dogwatch

vet:
	$(GO) vet ./...

test:
	$(GO) test -timeout 30m ./...

check: format tidy build vet arrows lint race mutants
	$(BIN) rules lint
	$(BIN) rules test --quiet

format:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

tidy:
	$(GO) mod tidy -diff
	$(GO) mod verify

race:
	$(GO) test -race -timeout 30m $(RACY)
	$(GO) test -race -timeout 30m -run '^TestAttacksAreFound$$' ./internal/app

# The linter has a module of its own, so that its many dependencies stay out of
# the product's.
lint:
	$(GO) tool -modfile=tools/go.mod golangci-lint run --allow-parallel-runners

# -count=1: the tree is not among the files that go test's cache watches.
arrows:
	$(GO) test -count=1 -run 'TestLayout|TestArrows' .

demo: build
	$(BIN) scan $(CORPORA)/attacks.ndjson.zst
	@echo
	@echo "The same rules over ordinary traffic, from Medium up:"
	@echo
	$(BIN) scan $(CORPORA)/benign.ndjson.zst --severity medium

update:
	@for dir in $(UPDATABLE); do echo "$$dir"; $(GO) test $$dir -update || exit 1; done
	@git status --short

# Targets are found by their names; one go test can fuzz only one of them.
fuzz:
	@grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' $(FUZZED) | \
	sed -E 's#^(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*)#\1 \2#' | sort -u | \
	while read -r dir name; do \
		echo "== $$dir $$name"; \
		$(GO) test "$$dir" -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	done

bench:
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

# Only what is done with events is drawn: not reading the rules, nor the log.
flame:
	@dir=$$(mktemp -d) && \
	$(GO) test -run '^$$' -bench '^BenchmarkScan$$' -benchtime 80x -cpu 1 -cpuprofile $$dir/cpu.prof -o $$dir/app.test ./internal/app && \
	$(GO) tool pprof -traces -unit ms $$dir/app.test $$dir/cpu.prof 2>/dev/null | \
	$(GO) run -C tools ./flame -title "dogwatch scan: where the time goes" -root 'App..Scan$$|Engine..finishWindows.func|gcBgMarkWorker$$' -without 'app.Load$$|zstd|newScanning' > docs/flame.svg; \
	rm -rf $$dir

# Our queries and DuckDB's over the same rows, whose answers must be the same.
bench-duckdb:
	cd bench/duckdb && $(GO) test -bench DuckDB -rows $(ROWS) .
	$(GO) test -run '^$$' -bench Run -rows $(ROWS) ./kql/kqltest

# Microsoft's parser is a package for node. KQL_SEED makes other queries,
# KQL_OUT=FILE lists the differences.
oracle:
	@cd kql/kqltest/oracle && npm ci --silent && \
	KQL_ORACLE=$(ORACLE) $(GO) test -count=1 -timeout 60m -run TestOracle -v . | grep -E '^(oracle:|ok|FAIL|---)'

conformance:
	@if [ ! -r "$(CONFORMANCE)" ]; then \
		echo "no conformance cases at $(CONFORMANCE): set CONFORMANCE=FILE"; \
	else \
		KQL_CONFORMANCE="$(abspath $(CONFORMANCE))" $(GO) test -count=1 -run TestConformance -v ./kql/kqltest | grep -E '^(conformance:|ok|FAIL|---|    .*(agree|missing))'; \
	fi

sizes:
	@git ls-files '*.go' | grep -v _test.go | xargs wc -l | sort -rn | head -15
	@echo "lines of code and of tests:"
	@git ls-files '*.go' | grep -v _test.go | xargs cat | wc -l
	@git ls-files '*_test.go' | xargs cat | wc -l
	@echo "functions by length (lines: how many):"
	@git ls-files '*.go' | grep -v _test.go | xargs awk '/^func /{start=FNR} /^}/{if(start){n=FNR-start+1; k=n<=10?"a up to 10":n<=25?"b up to 25":n<=50?"c up to 50":"d longer"; c[k]++; start=0}} END{for(k in c) print "  " k ": " c[k]}' | sort

clean:
	rm -rf bin

mutants:
	$(GO) test -count=1 -timeout 60m -run TestMutants ./internal/app -mutants=all
