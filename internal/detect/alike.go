package detect

import (
	"fmt"
	"slices"
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
	out = make([]ask, 1+slices.Max(a.of[table]))
	for i, number := range a.of[table] {
		out[number].readings = append(out[number].readings, readings[i])
	}
	return out
}

// numberAsks finds the readings whose sieves over all that a row says are the same.
// What these tell of less is the same then too. Asks that are much alike get numbers
// that follow each other: what they have in common is then of few words of a set.
func (w *Worker) numberAsks(table string, readings []reading) []int {
	numbers, known := make([]int, len(readings)), map[string]int{}
	schema, _ := w.e.opt.Catalog.Table(table)
	keys := kql.NewSieveKeys()
	likes := likeness{first: map[int]int{}}
	for i, r := range readings {
		live, key, ok := w.feeds[table][r.feed].live, "", true
		var parts []int
		if s := live.Whole(r.leaf, len(schema)); s != nil {
			key, ok = live.KeyOf(s, keys)
			parts = live.PartsOf(s, keys)
		}
		if !ok {
			key = fmt.Sprint("reading ", i)
		}
		number, seen := known[key]
		if !seen {
			number = len(known)
			known[key] = number
			likes.add(parts)
		}
		numbers[i] = number
	}
	places := likes.places()
	for i, number := range numbers {
		numbers[i] = places[number]
	}
	return numbers
}

// likeness puts asks that are much alike together.
type likeness struct {
	first   map[int]int // by part of a condition, the first ask that it stands in
	leaders []int       // by ask, the first of those that it is like
}

// add adds an ask that is made of some parts. It is like the one that brought half of
// them.
func (l *likeness) add(parts []int) {
	n := len(l.leaders)
	leader, shares := n, map[int]int{}
	for _, part := range parts {
		first, known := l.first[part]
		if !known {
			l.first[part] = n
			continue
		}
		if shares[first]++; 2*shares[first] >= len(parts) {
			leader = l.leaders[first]
		}
	}
	l.leaders = append(l.leaders, leader)
}

// places are by ask its place where those that are alike follow each other.
func (l *likeness) places() []int {
	order := make([]int, len(l.leaders))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return l.leaders[a] - l.leaders[b] })
	places := make([]int, len(order))
	for place, n := range order {
		places[n] = place
	}
	return places
}
