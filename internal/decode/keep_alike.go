package decode

import (
	"math/bits"
	"slices"
)

// Events are much alike: the same callers do the same from the same addresses.
// Columns that are read from the same parts of an event are remembered by the
// numbers of those parts, and looked up when they come again.

// alike lists columns of KubeAudit that depend on these parts of an event, and on
// nothing else. What parts tell beside is a part itself.
var alike = []struct {
	parts   []int
	columns []string
	tells   int // a part; 0: none
	kind    func(*record) uint64
}{
	{parts: []int{partCaller}, columns: []string{"User", "Actor", "ServiceAccount", "ServiceAccountNamespace"}, tells: partCallerKind, kind: (*record).callerKind},
	{parts: []int{partCaller, partNode}, columns: []string{"Node"}},
	{parts: []int{partAs}, columns: []string{"ImpersonatedUser"}},
	{parts: []int{partAgent}, columns: []string{"UserAgent"}, tells: partAgentKind, kind: (*record).agentKind},
	{parts: []int{partAddress, partOrigin}, columns: []string{"ClientIP"}, tells: partPlace, kind: (*record).place},
	{parts: []int{partGroups, partCallerKind, partAgentKind, partPlace}, columns: []string{"IsAnonymous", "IsSystem", "IsHuman", "IsOperator"}},
	{
		parts:   []int{partLevel, partStage, partVerb, partSigns, partOrigin},
		columns: []string{"Level", "Stage", "Verb", "AuditIDReused", "InFuture", "TimesWrong", "Cluster", "Category"},
	},
	{parts: []int{partStatus}, columns: []string{"Code", "Reason", "Outcome"}},
	{parts: []int{partAnnotations}, columns: []string{"Decision", "DecisionReason", "Truncated"}},
	{parts: []int{partURI, partVerb, partOptions}, columns: []string{"Path", "DryRun"}},
	{
		parts:   []int{partKind, partSession},
		columns: []string{"ApiGroup", "ApiVersion", "Resource", "Subresource", "Namespace", "Command", "Container", "Tty", "Stdin"},
	},
	{parts: []int{partKind, partName}, columns: []string{"Name", "Target"}},
}

// A family is columns that are read from the same parts.
type family struct {
	parts   []int
	columns []*keptColumn
	known   numbering
	numbers []uint32 // of the columns' values, for what is known

	tells int // a part that these parts tell; 0: none
	kind  func(*record) uint64
	kinds []uint64 // for what is known

	// Of the batch at hand: for each record the place of its columns' values, whose
	// numbers they are, and the place of nulls, if there is one.
	batch  uint32
	rows   []uint32
	places []uint32
	nulls  int
	codes  []uint32 // of one column, by place
}

// families sorts columns into families; what is left over has none.
func families(columns []*keptColumn) (all []*family, others []*keptColumn) {
	taken := map[*keptColumn]bool{}
	for _, a := range alike {
		f := &family{parts: a.parts, tells: a.tells, kind: a.kind}
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

// begin starts a batch. What is known, and the values of its columns, is let go
// when it is much.
func (f *family) begin() {
	f.batch++
	f.rows, f.places, f.nulls = f.rows[:0], f.places[:0], -1
	full := f.known.full()
	for _, c := range f.columns {
		c.begin()
		full = full || c.known.full()
	}
	if !full {
		return
	}
	f.known.forget()
	f.numbers, f.kinds = f.numbers[:0], f.kinds[:0]
	for _, c := range f.columns {
		c.forget()
	}
}

// add adds the columns of a record whose event is seen.
func (f *family) add(rec *record, x *sight) {
	at, isNew := f.known.of(f.key(x))
	if isNew {
		for _, c := range f.columns {
			f.numbers = append(f.numbers, c.number(c.read(rec)))
		}
	}
	p, n := &f.known.list[at], len(f.columns)
	if p.batch != f.batch {
		p.batch, p.place = f.batch, f.nextPlace()
		f.places = append(f.places, f.numbers[at*n:(at+1)*n]...)
	}
	f.rows = append(f.rows, p.place)
	if f.kind != nil {
		if isNew {
			f.kinds = append(f.kinds, f.kind(rec))
		}
		x.parts[f.tells] = f.kinds[at]
	}
}

func (f *family) nextPlace() uint32 { return uint32(len(f.places) / len(f.columns)) }

// key stands for the parts of an event.
func (f *family) key(x *sight) (key uint64) {
	for _, p := range f.parts {
		key = bits.RotateLeft64(key, 29)*fibonacci ^ x.parts[p]
	}
	return key * fibonacci
}

// addUnseen adds the columns of a record whose event is not seen.
func (f *family) addUnseen(rec *record) {
	f.rows = append(f.rows, f.nextPlace())
	for _, c := range f.columns {
		f.places = append(f.places, c.number(c.read(rec)))
	}
}

// addNulls is for a record that has no columns.
func (f *family) addNulls() {
	if f.nulls < 0 {
		f.nulls = int(f.nextPlace())
		for range f.columns {
			f.places = append(f.places, numberOfNull)
		}
	}
	f.rows = append(f.rows, uint32(f.nulls))
}

// end makes the columns of the batch.
func (f *family) end() {
	for at, c := range f.columns {
		f.codes = f.codes[:0]
		for i := at; i < len(f.places); i += len(f.columns) {
			f.codes = append(f.codes, c.code(f.places[i]))
		}
		c.Codes = room(c.Codes, len(f.rows))
		for i, p := range f.rows {
			c.Codes[i] = f.codes[p]
		}
	}
}

const fibonacci = 0x9e3779b97f4a7c15
