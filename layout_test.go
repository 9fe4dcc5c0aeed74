package dogwatch_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dogwatch-dev/dogwatch"

// A place is a package's line in the picture: what its files may import of
// ours and of others. Imports point down, to the nouns and then to kql; steps
// (source, decode, rule, detect) do not know one another.
type place struct {
	imports []string
	// tests may import these as well.
	tests []string
}

const (
	nouns   = "."
	cobra   = "github.com/spf13/cobra"
	pflag   = "github.com/spf13/pflag"
	jq      = "github.com/itchyny/gojq"
	term    = "golang.org/x/term"
	yaml    = "go.yaml.in/yaml/v3"
	uap     = "github.com/ua-parser/uap-go/uaparser"
	r2      = "github.com/golang/geo/r2"
	r3      = "github.com/golang/geo/r3"
	s1      = "github.com/golang/geo/s1"
	s2      = "github.com/golang/geo/s2"
	zstd    = "github.com/klauspost/compress/zstd"
	gzip    = "github.com/klauspost/compress/gzip"
	ahead   = "github.com/klauspost/readahead"
	txtar   = "github.com/rogpeppe/go-internal/txtar"
	scripts = "github.com/rogpeppe/go-internal/testscript"
	parquet = "github.com/parquet-go/parquet-go"
	syscpu  = "golang.org/x/sys/cpu"
	unix    = "golang.org/x/sys/unix"
)

var layout = map[string]place{
	"kql/diag":    {},
	"kql/value":   {imports: []string{"internal/nesting", syscpu}},
	"kql/syntax":  {imports: []string{"kql/diag", "kql/value"}, tests: []string{txtar, "kql/fn"}},
	"kql/geo/h3":  {},
	"kql/geo":     {imports: []string{"kql/value", "kql/geo/h3", r2, r3, s1, s2}},
	"kql/fn":      {imports: []string{"kql/value", "kql/geo", s2, uap}, tests: []string{txtar, "kql", "kql/diag", "kql/syntax"}},
	"kql/plan":    {imports: []string{"kql/diag", "kql/value", "kql/syntax", "kql/fn"}, tests: []string{txtar}},
	"kql/exec":    {imports: []string{"kql/value", "kql/fn", "kql/plan"}, tests: []string{txtar, "kql", "kql/diag", "kql/syntax"}},
	"kql":         {imports: []string{"kql/diag", "kql/value", "kql/syntax", "kql/fn", "kql/plan", "kql/exec"}, tests: []string{txtar, "kql/kqltest"}},
	"kql/kqltest": {imports: []string{"kql", "kql/diag", "kql/value", "kql/fn", txtar}},

	"kql/kqltest/oracle": {imports: []string{"kql", "kql/diag", "kql/value"}, tests: []string{zstd}},
	"kql/help":           {tests: []string{"kql", "kql/diag", "kql/fn", "kql/syntax", "kql/value"}},

	nouns: {imports: []string{"kql", "kql/value"}},

	"rules":             {},
	"docs":              {tests: []string{nouns, "kql", "kql/diag", "kql/fn", "kql/help", "kql/plan", "kql/value", "internal/decode", "internal/rule", "internal/app"}},
	"internal/parallel": {},
	"internal/state":    {},
	"internal/source":   {imports: []string{nouns, zstd, gzip, ahead, unix}},
	"internal/nesting":  {imports: []string{syscpu}},
	"internal/skeleton": {imports: []string{"internal/nesting", syscpu}},
	"internal/decode":   {imports: []string{nouns, "internal/skeleton", "internal/state", "kql/value", yaml, syscpu}, tests: []string{"kql", "kql/diag", "internal/source", txtar, zstd}},
	"internal/rule":     {imports: []string{nouns, "rules", "internal/parallel", "kql", "kql/diag", "kql/value", "kql/syntax", yaml}, tests: []string{"internal/decode", txtar}},
	"internal/detect":   {imports: []string{nouns, "internal/parallel", "internal/state", "kql", "kql/diag", "kql/value", "kql/syntax"}, tests: []string{"internal/rule", "internal/decode", txtar}},

	"internal/store":           {imports: []string{"internal/skeleton", "internal/store/sha", "internal/store/zst", "kql/value"}},
	"internal/store/sha":       {imports: []string{syscpu}},
	"internal/store/wal":       {},
	"internal/store/zst":       {tests: []string{zstd}},
	"internal/store/segment":   {imports: []string{"internal/store", "internal/store/zst", "kql/value", parquet, parquet + "/encoding/delta", parquet + "/encoding/rle", parquet + "/encoding/thrift", parquet + "/format", zstd}, tests: []string{"internal/store/storetest", "internal/store/memory"}},
	"internal/store/embedded":  {imports: []string{"internal/store", "internal/store/sha", "internal/store/wal", "internal/store/segment", "kql/value"}, tests: []string{"internal/store/storetest"}},
	"internal/store/memory":    {imports: []string{"internal/store", "kql/value"}, tests: []string{"internal/store/storetest"}},
	"internal/store/storetest": {imports: []string{"internal/store", "kql/value"}},

	"internal/app": {
		imports: []string{nouns, "kql", "kql/diag", "kql/fn", "kql/value", "rules", "internal/source", "internal/decode", "internal/rule", "internal/detect", "internal/state", "internal/store", "internal/store/embedded"},
		tests:   []string{zstd, "kql/syntax", "internal/store/memory", yaml},
	},
	"internal/screen": {},
	"internal/edit":   {imports: []string{"internal/screen"}},
	"internal/chart":  {imports: []string{"kql/value", "internal/screen"}, tests: []string{"kql", "kql/diag"}},
	"internal/shell":  {imports: []string{"internal/edit", "kql", "kql/diag", "kql/fn", "kql/help"}, tests: []string{"kql/value"}},
	"internal/cli": {
		imports: []string{nouns, "kql", "kql/diag", "kql/fn", "kql/value", "internal/app", "internal/screen", "internal/edit", "internal/shell", "internal/chart", "kql/help", cobra, pflag, jq, term},
		tests:   []string{scripts, zstd, unix, "github.com/creack/pty"},
	},
	"cmd/dogwatch": {imports: []string{"internal/cli"}},
}

// TestLayout holds the tree to the picture. It parses the imports itself: a
// test that asks the go command is cached and stays green on a broken tree.
func TestLayout(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range goFiles(t) {
		dir := path.Dir(file)
		p, known := layout[dir]
		if !known {
			t.Errorf("%s: package %q is not in the picture: give it a line in layout_test.go", file, dir)
			continue
		}
		seen[dir] = true
		for _, to := range imports(t, file) {
			if !allowed(file, dir, to, p) {
				t.Errorf("%s: %s -> %s is no arrow of the picture", file, dir, to)
			}
		}
	}
	for dir := range layout {
		if !seen[dir] {
			t.Errorf("package %q is in the picture and has no files", dir)
		}
	}
}

func allowed(file, dir, to string, p place) bool {
	if slices.Contains(p.imports, to) {
		return true
	}
	return strings.HasSuffix(file, "_test.go") && (to == dir || slices.Contains(p.tests, to))
}

// isModule says whether a folder is a module of its own.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// goFiles are the module's files, slash-separated, without other modules that
// lie inside the tree.
func goFiles(t *testing.T) []string {
	var files []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != "." && (base == "testdata" || isModule(name) || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(base, ".go") {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no Go files found: the test must run in the module's root")
	}
	return files
}

// imports are a file's imports but the standard library's, ours by folder.
func imports(t *testing.T, file string) []string {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch first, _, _ := strings.Cut(name, "/"); {
		case name == module:
			out = append(out, nouns)
		case strings.HasPrefix(name, module+"/"):
			out = append(out, strings.TrimPrefix(name, module+"/"))
		case strings.Contains(first, "."):
			out = append(out, name)
		}
	}
	return out
}

// TestArrowsPointDown holds the picture itself to having no circles.
func TestArrowsPointDown(t *testing.T) {
	const (
		open = 1
		done = 2
	)
	state := map[string]int{}
	var visit func(dir string, trail []string)
	visit = func(dir string, trail []string) {
		trail = append(trail, dir)
		if state[dir] == open {
			t.Fatalf("circle: %s", strings.Join(trail, " -> "))
		}
		if state[dir] == done {
			return
		}
		state[dir] = open
		for _, to := range layout[dir].imports {
			visit(to, trail)
		}
		state[dir] = done
	}
	for dir := range layout {
		visit(dir, nil)
	}
}
