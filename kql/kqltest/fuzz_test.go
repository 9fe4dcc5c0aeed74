package kqltest

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
)

// FuzzRun runs queries made of the case files' queries: nothing may crash, and
// every batch size and the live way must give the same rows.
func FuzzRun(f *testing.F) {
	paths, _ := filepath.Glob("../testdata/*.txtar")
	tables := map[string]*Table{}
	for _, path := range paths {
		file, err := Read(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range file.Cases {
			f.Add(c.Query)
			for name, t := range c.Tables {
				tables[name] = t
			}
		}
	}
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 2000 || unrepeatable(query) {
			t.Skip()
		}
		c := &Case{Tables: tables, Query: query}
		q, err := c.Compile()
		if err != nil {
			return
		}
		want, wantErr := c.bounded(q, 1024)
		if wantErr != nil {
			return // a limit: where it strikes may differ
		}
		slices.Sort(want)
		for _, size := range []int{1, 3} {
			got, err := c.bounded(q, size)
			if err != nil {
				return
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Fatalf("batches of %d differ for %s\n%s\nwant\n%s", size, query, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		live, err := c.Live(2)
		if err != nil {
			return
		}
		if slices.Sort(live); !slices.Equal(live, want) {
			t.Fatalf("live differs for %s\n%s\nwant\n%s", query, strings.Join(live, "\n"), strings.Join(want, "\n"))
		}
	})
}

// unrepeatable queries give other rows each time, or take long by design.
func unrepeatable(q string) bool {
	for _, word := range []string{"rand", "new_guid", "range", "repeat", "strrep", "h3cells", "s2cells", "densify"} {
		if strings.Contains(q, word) {
			return true
		}
	}
	return false
}

func (c *Case) bounded(q *kql.Query, size int) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var out []string
	err := q.Run(ctx, database{c, size}, kql.RunOptions{Now: Now, MaxMemory: 64 << 20, MaxRows: 10_000}, appendRows(q.Schema(), &out))
	return out, err
}
