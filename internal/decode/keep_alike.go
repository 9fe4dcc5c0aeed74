package decode

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Events are much alike: the same callers do the same from the same addresses.
// Columns that are read from the same members of an event are remembered by the
// text of those members, and looked up when it comes again.

// alike lists columns of KubeAudit that depend on these members of an event,
// how the cluster is called, and nothing else, where the record is whole.
var alike = []struct {
	members []int
	columns []string
}{
	{[]int{fUser}, []string{"User", "Actor", "ServiceAccount", "ServiceAccountNamespace", "Node", "IsAnonymous"}},
	{[]int{fImpersonated}, []string{"ImpersonatedUser"}},
	{[]int{fUserAgent}, []string{"UserAgent"}},
	{[]int{fSourceIPs}, []string{"ClientIP"}},
	{[]int{fUser, fUserAgent, fSourceIPs}, []string{"IsSystem", "IsHuman", "IsOperator"}},
	{[]int{fLevel, fStage, fVerb}, []string{"Level", "Stage", "Verb"}},
	{[]int{fStatus}, []string{"Code", "Reason", "Outcome"}},
	{[]int{fAnnotations}, []string{"Decision", "DecisionReason"}},
	{[]int{fURI}, []string{"Path"}},
}

// A family is columns that are read from the same members.
type family struct {
	members []int
	columns []*keptColumn
	known   map[uint64]*sibling // by the hash of the members
}

// A sibling is the columns' values for one text of the members.
type sibling struct {
	values []value.Value
	batch  int      // for which codes were made
	codes  []uint32 // of the values in that batch
}

// maxSiblings bounds the memory that a log full of invented callers can take.
const maxSiblings = 1 << 13

// families sorts columns into families; what is left over has none.
func families(columns []*keptColumn) (all []*family, others []*keptColumn) {
	taken := map[*keptColumn]bool{}
	for _, a := range alike {
		f := &family{members: a.members, known: map[uint64]*sibling{}}
		for _, c := range columns {
			if slices.Contains(a.columns, c.name) {
				f.columns, taken[c] = append(f.columns, c), true
			}
		}
		if len(f.columns) > 0 {
			all = append(all, f)
		}
	}
	for _, c := range columns {
		if !taken[c] {
			others = append(others, c)
		}
	}
	return all, others
}

// A hasher hashes the members of a record, each once: families share them.
type hasher struct {
	seed  maphash.Seed
	known uint32 // which were hashed, a bit each
	of    [nFields]uint64
}

func (h *hasher) member(rec *record, m int) uint64 {
	if h.known&(1<<m) == 0 {
		h.known |= 1 << m
		h.of[m] = maphash.String(h.seed, rec.event.raw(m))
	}
	return h.of[m]
}

// add adds the columns of a record, in a batch of that number.
func (f *family) add(rec *record, h *hasher, batch int) {
	if rec.cut || rec.uriCut {
		for _, c := range f.columns {
			c.add(c.read(rec))
		}
		return
	}
	s := f.find(rec, h)
	if s.batch == batch {
		for i, c := range f.columns {
			c.Codes = append(c.Codes, s.codes[i])
		}
		return
	}
	s.batch = batch
	for i, c := range f.columns {
		s.codes[i] = c.add(s.values[i])
	}
}

func (f *family) find(rec *record, members *hasher) *sibling {
	h := uint64(0)
	if rec.resourceID != "" {
		h = maphash.String(members.seed, rec.resourceID)
	}
	for _, m := range f.members {
		h = bits.RotateLeft64(h, 29)*fibonacci ^ members.member(rec, m)
	}
	if s := f.known[h]; s != nil {
		return s
	}
	if len(f.known) >= maxSiblings {
		clear(f.known)
	}
	s := &sibling{values: make([]value.Value, len(f.columns)), codes: make([]uint32, len(f.columns)), batch: -1}
	for i, c := range f.columns {
		s.values[i] = owned(c.read(rec))
	}
	f.known[h] = s
	return s
}

const fibonacci = 0x9e3779b97f4a7c15

// owned is a value that does not keep the text alive that it was read from.
func owned(v value.Value) value.Value {
	if v.Kind() == value.KString {
		return value.StringOf(strings.Clone(v.Str()))
	}
	return v
}

// A keptColumn is a column of the batch at hand.
type keptColumn struct {
	*column
	KeptColumn
	path  uint64 // the bit of its path, 0 of columns
	texts map[string]uint32
	codes map[value.Value]uint32 // of what is no text
	last  value.Value            // that was added, with its code
	code  uint32
}

func newKeptColumn(c *column) *keptColumn {
	return &keptColumn{column: c, texts: map[string]uint32{}, codes: map[value.Value]uint32{}}
}

// begin starts a batch. The one before is done with.
func (c *keptColumn) begin() {
	c.KeptColumn = KeptColumn{Name: c.name, Type: c.typ, Dict: c.Dict[:0], Codes: c.Codes[:0]}
	clear(c.texts)
	clear(c.codes)
}

// add adds a value and returns its code.
func (c *keptColumn) add(v value.Value) uint32 {
	if len(c.Dict) == 0 || v != c.last {
		c.last, c.code = v, c.codeOf(v)
	}
	c.Codes = append(c.Codes, c.code)
	return c.code
}

func (c *keptColumn) codeOf(v value.Value) uint32 {
	next := uint32(len(c.Dict))
	if v.Kind() == value.KString {
		if code, ok := c.texts[v.Str()]; ok {
			return code
		}
		c.texts[v.Str()] = next
	} else {
		if code, ok := c.codes[v]; ok {
			return code
		}
		c.codes[v] = next
	}
	c.Dict = append(c.Dict, v)
	return next
}
