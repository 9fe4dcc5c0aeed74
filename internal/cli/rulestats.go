package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// writeRuleStats says what each rule looked at, found and kept: those that
// kept most come first. What one rule may keep is bounded.
func writeRuleStats(w io.Writer, stats []app.RuleStats, p palette) error {
	stats = slices.Clone(stats)
	slices.SortStableFunc(stats, func(a, b app.RuleStats) int {
		return cmp.Or(cmp.Compare(b.Memory, a.Memory), cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Rule.Short, b.Rule.Short))
	})
	t := &table{
		heads: []string{"RULE", "ROWS", "RESULTS", "EXCEPTED", "KEPT", "MEMORY", "ON DISK", "LATE", "NO ROOM"},
		right: []bool{false, true, true, true, true, true, true, true, true},
	}
	for _, s := range stats {
		var excepted int64
		for _, n := range s.Excepted {
			excepted += n
		}
		t.add(text(s.Rule.Short), number(s.Rows), number(s.Hits), number(excepted), number(int64(s.Kept)), text(size(s.Memory)), text(size(s.Shelved)), number(s.Late), number(s.Dropped))
	}
	rows, bytes := app.KeepsAtMost()
	if err := t.write(w, 0, true, p); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "a rule that counts keeps up to %s rows or %s of memory; all together %s, and more on disk\n", thousands(int64(rows)), size(bytes), size(app.InMemory(stats)))
	return err
}

func number(n int64) cell { return text(thousands(n)) }
