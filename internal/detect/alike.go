package detect

import (
	"fmt"
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql"
)

// A reading is one of a table by a rule.
type reading struct {
	feed int // its place among the table's
	leaf int // of the rule's query
}

// An ask is what readings of a table ask of a row: rules that differ only in what
// they make of their rows ask the same. A sieve knows an ask by its place among those
// of the table, and asks it once.
type ask struct{ readings []reading }

// alike is by table, and by reading, the ask that it has. All workers number them
// alike.
type alike struct {
	mu sync.Mutex
	of map[string][]int
}

// asksOf puts readings of a table together.
func (w *Worker) asksOf(table string, readings []reading) (out []ask) {
	a := &w.e.alike
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[string][]int{}
	}
	if a.of[table] == nil {
		a.of[table] = w.numberAsks(table, readings)
	}
	for i, number := range a.of[table] {
		if number == len(out) {
			out = append(out, ask{})
		}
		out[number].readings = append(out[number].readings, readings[i])
	}
	return out
}

// numberAsks finds the readings whose sieves over all that a row says are the same.
// What these tell of less is the same then too.
func (w *Worker) numberAsks(table string, readings []reading) []int {
	numbers, known := make([]int, len(readings)), map[string]int{}
	schema, _ := w.e.opt.Catalog.Table(table)
	keys := kql.NewSieveKeys()
	for i, r := range readings {
		live, key, ok := w.feeds[table][r.feed].live, "", true
		if s := live.Whole(r.leaf, len(schema)); s != nil {
			key, ok = live.KeyOf(s, keys)
		}
		if !ok {
			key = fmt.Sprint("reading ", i)
		}
		number, seen := known[key]
		if !seen {
			number = len(known)
			known[key] = number
		}
		numbers[i] = number
	}
	return numbers
}
