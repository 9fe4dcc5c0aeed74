package kqltest

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the wanted answers")

// TestCases runs every case file of the language both ways.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("../testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no case files: %v", err)
	}
	for _, path := range paths {
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := f.Update(func(c *Case) ([]string, error) { return c.Scan(1024) }); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, c := range f.Cases {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar") + "/" + c.Name
			t.Run(name, func(t *testing.T) { check(t, c) })
		}
	}
}

func check(t *testing.T, c *Case) {
	t.Helper()
	ways := map[string]func(int) ([]string, error){"scan": c.Scan, "live": c.Live}
	for way, run := range ways {
		for _, size := range []int{1, 2, 7, 1024} {
			got, err := run(size)
			if c.Error != "" {
				if err == nil || !strings.Contains(err.Error(), c.Error) {
					t.Fatalf("%s in batches of %d: error %v, want %s", way, size, err, c.Error)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s in batches of %d: %v", way, size, err)
			}
			want := slices.Clone(c.Want)
			if !strings.Contains(c.Query, "sort by") && !strings.Contains(c.Query, "order by") && !strings.Contains(c.Query, "top ") {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s in batches of %d:\n%s\ngot\n%s\nwant\n%s", way, size, c.Query, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}
