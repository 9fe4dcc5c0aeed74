package store

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Index gives the keys of all words and leaves of a record, some more than
// once: what a filter must hold for Holding to answer from it.
func Index(raw string, add func(uint64)) {
	hidden := eachWord(raw, add)
	if eachLeaf(raw, add) || hidden {
		add(opaqueKey)
	}
}

// A Set is some of the blocks of a unit, a bit each; nil is all of them.
type Set []uint64

// Has says whether a block is in the set.
func (s Set) Has(block int) bool { return s == nil || s[block/64]&(1<<(block%64)) != 0 }

// Holding are the blocks in which a predicate may hold, where of gives those
// that may hold a key. It may change the sets that of gives. Columns are not
// looked at.
func Holding(p Predicate, of func(key uint64) (Set, error)) (Set, error) {
	set, err := holding(p, of)
	if set == nil || err != nil {
		return nil, err
	}
	opaque, err := of(opaqueKey)
	return set.or(opaque), err
}

func holding(p Predicate, of func(key uint64) (Set, error)) (Set, error) {
	key, ok := uint64(0), false
	switch p := p.(type) {
	case And:
		return holdingAll(p, of)
	case Or:
		return holdingAny(p, of)
	case Word:
		key, ok = wordKey(p.Term)
	case Leaf:
		key, ok = leafKey(p)
	}
	if !ok {
		return nil, nil
	}
	return of(key)
}

func holdingAll(list And, of func(key uint64) (Set, error)) (all Set, err error) {
	for _, q := range list {
		set, err := holding(q, of)
		if err != nil {
			return nil, err
		}
		if all = all.and(set); all.isEmpty() {
			return all, nil
		}
	}
	return all, nil
}

func holdingAny(list Or, of func(key uint64) (Set, error)) (any Set, err error) {
	for i, q := range list {
		set, err := holding(q, of)
		if set == nil || err != nil {
			return nil, err
		}
		if i == 0 {
			any = set
			continue
		}
		any = any.or(set)
	}
	return any, nil
}

func (s Set) and(t Set) Set {
	if s == nil {
		return t
	}
	for i := range t {
		s[i] &= t[i]
	}
	return s
}

func (s Set) or(t Set) Set {
	if s == nil || t == nil {
		return nil
	}
	for i := range t {
		s[i] |= t[i]
	}
	return s
}

func (s Set) isEmpty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return s != nil
}

// Split parts a predicate into what columns alone decide and what the bytes
// do; a predicate holds when both parts do. nil holds always.
func Split(p Predicate) (columns, text Predicate) {
	switch p := p.(type) {
	case nil:
	case And:
		for _, q := range p {
			c, t := Split(q)
			columns, text = AllOf(columns, c), AllOf(text, t)
		}
	case Or:
		// Some arm may need both. What the columns say of each arm narrows
		// already; arms are judged whole where bytes come in.
		var cs []Predicate
		for _, q := range p {
			c, t := Split(q)
			cs = append(cs, c)
			if t != nil {
				text = p
			}
		}
		columns = AnyOf(cs...)
	case In, Range:
		columns = p
	default:
		text = p
	}
	return columns, text
}

// A Matcher judges rows of blocks. It is used by one goroutine.
type Matcher struct {
	p       Predicate
	needles map[string]*value.Needle
}

// NewMatcher makes a predicate ready; nil holds always.
func NewMatcher(p Predicate) *Matcher {
	return &Matcher{p: p, needles: map[string]*value.Needle{}}
}

// Rows are those of rows for which the predicate may hold, in the memory of
// out, which may be that of rows. column gives a column of the rows' block, or
// nil; text a row's bytes, and may be nil where the predicate is of columns
// only.
func (m *Matcher) Rows(rows, out []int32, column func(string) *Column, text func(int32) (string, error)) ([]int32, error) {
	out = out[:0]
	all, ok := m.p.(And)
	if !ok && m.p != nil {
		all = And{m.p}
	}
	var rest And
	for _, p := range all {
		switch p := p.(type) {
		case In:
			rows = filterDict(rows, out, column(p.Column), p.has)
		case Range:
			rows = filterDict(rows, out, column(p.Column), p.has)
		default:
			rest = append(rest, p)
		}
	}
	test := m.testAll(rest, column)
	if test == nil {
		return append(out, rows...), nil
	}
	for _, r := range rows {
		ok, err := test(r, text)
		if err != nil {
			return out, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// filterDict gives the rows with values that has holds for, in the memory of
// out unless that is all of them.
func filterDict(rows, out []int32, c *Column, has func(value.Value) bool) []int32 {
	holds := holdsOf(c, has)
	if holds == nil {
		return rows
	}
	for _, r := range rows {
		if holds[c.Codes[r]] {
			out = append(out, r)
		}
	}
	return out
}

type rowTest func(row int32, text func(int32) (string, error)) (bool, error)

// test is a predicate over a block; nil holds always.
func (m *Matcher) test(p Predicate, column func(string) *Column) rowTest {
	switch p := p.(type) {
	case And:
		return m.testAll(p, column)
	case Or:
		return m.testAny(p, column)
	case In:
		return testDict(column(p.Column), p.has)
	case Range:
		return testDict(column(p.Column), p.has)
	case Word:
		return m.testText(p.Term)
	case Part:
		return m.testText(p.Text)
	case Leaf:
		return m.testLeaf(p)
	}
	return nil
}

func (m *Matcher) testAll(p And, column func(string) *Column) rowTest {
	var tests []rowTest
	for _, q := range p {
		if t := m.test(q, column); t != nil {
			tests = append(tests, t)
		}
	}
	if len(tests) < 2 {
		if len(tests) == 0 {
			return nil
		}
		return tests[0]
	}
	return func(row int32, text func(int32) (string, error)) (bool, error) {
		for _, t := range tests {
			if ok, err := t(row, text); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	}
}

func (m *Matcher) testAny(p Or, column func(string) *Column) rowTest {
	var tests []rowTest
	for _, q := range p {
		t := m.test(q, column)
		if t == nil {
			return nil
		}
		tests = append(tests, t)
	}
	return func(row int32, text func(int32) (string, error)) (bool, error) {
		for _, t := range tests {
			if ok, err := t(row, text); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	}
}

// holdsOf judges each value of a column once; nil when all pass.
func holdsOf(c *Column, has func(value.Value) bool) []bool {
	if c == nil {
		return nil
	}
	holds := make([]bool, len(c.Dict))
	all := true
	for i, v := range c.Dict {
		holds[i] = v.IsNull() || has(v)
		all = all && holds[i]
	}
	if all {
		return nil
	}
	return holds
}

func testDict(c *Column, has func(value.Value) bool) rowTest {
	holds := holdsOf(c, has)
	if holds == nil {
		return nil
	}
	return func(row int32, _ func(int32) (string, error)) (bool, error) { return holds[c.Codes[row]], nil }
}

func (p In) has(v value.Value) bool {
	for _, w := range p.Values {
		if sameValue(v, w, p.Fold) {
			return !p.Not
		}
	}
	return p.Not
}

func sameValue(v, w value.Value, fold bool) bool {
	if v.Kind() == value.KString && w.Kind() == value.KString {
		return v.Str() == w.Str() || fold && value.EqualFold(v.Str(), w.Str())
	}
	return isNumber(v) && isNumber(w) && v.Int() == w.Int()
}

func isNumber(v value.Value) bool {
	return v.Kind() == value.KInt || v.Kind() == value.KLong || v.Kind() == value.KBool
}

func (p Range) has(v value.Value) bool {
	if !isNumber(v) {
		return true
	}
	return (p.Low == nil || v.Int() >= *p.Low) && (p.High == nil || v.Int() <= *p.High)
}

func (m *Matcher) needle(text string) *value.Needle {
	n := m.needles[text]
	if n == nil {
		n = value.NewNeedle(text, true)
		m.needles[text] = n
	}
	return n
}

// testText looks for a term within others too: cheaper, and no less.
func (m *Matcher) testText(term string) rowTest {
	n := m.needle(term)
	return func(row int32, text func(int32) (string, error)) (bool, error) {
		s, err := text(row)
		return err == nil && (n.Contains(s) || isOpaque(s)), err
	}
}

// testLeaf looks for the key and the value's words, wherever they stand.
func (m *Matcher) testLeaf(l Leaf) rowTest {
	var needles []*value.Needle
	for _, t := range termsOf(l.Value) {
		if isFaithful(t) && len(needles) < mostTerms {
			needles = append(needles, m.needle(t))
		}
	}
	return func(row int32, text func(int32) (string, error)) (bool, error) {
		s, err := text(row)
		if err != nil {
			return false, err
		}
		holds := strings.Contains(s, l.Key)
		for _, n := range needles {
			holds = holds && n.Contains(s)
		}
		return holds || isOpaque(s) || !strings.Contains(s, l.Key) && strings.Contains(s, `\`) && !isSimple(l.Key), nil
	}
}

// isSimple says whether a key is written without escapes wherever it stands.
func isSimple(key string) bool {
	return strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}
