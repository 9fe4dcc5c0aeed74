package exec

import (
	"math/bits"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A keyTable numbers combinations of values in the order in which they came.
// Values become codes first: numbers and times are their own, texts and the
// rest get one from a dictionary of their column. To compare two combinations
// is then to compare a few numbers that lie side by side.
type keyTable struct {
	plain bool // one column of texts: its dictionary has the numbers
	width int  // codes of a combination: one a column, and the kinds of them
	dicts []texts
	lines []dictLines // by column
	slots []int32     // number + 1 of a combination; their count is a power of two
	codes []uint64
	n     int
	key   []byte
	batch []uint64
	lost  []bool // rows of the batch that have a value which has no code
}

// kindBits is how many bits the kind of a value takes beside its code.
const kindBits = 6

func newKeyTable(by []plan.Expr) *keyTable {
	columns := len(by)
	return &keyTable{
		plain: columns == 1 && by[0].Type() == value.String,
		width: columns + (columns*kindBits+63)/64,
		dicts: make([]texts, columns),
		lines: make([]dictLines, columns),
		slots: make([]int32, 64),
	}
}

// A keyColumn is the values of a key in a batch: as they are, or as codes into a
// Dict.
type keyColumn struct {
	vals  []value.Value
	dict  *value.Dict
	codes []uint32
}

func keyColumnsOf(evs []evaluator, b *value.Batch, rows []int32) []keyColumn {
	cols := make([]keyColumn, len(evs))
	for k, ev := range evs {
		if col, ok := ev.(colEval); ok {
			if cols[k].dict, cols[k].codes = b.Coded(int(col)); cols[k].dict != nil {
				continue
			}
		}
		cols[k].vals = ev.eval(b, rows)
	}
	return cols
}

func (k *keyColumn) at(row int32) *value.Value {
	if k.dict != nil {
		return &k.dict.Values[k.codes[row]]
	}
	return &k.vals[row]
}

// dictLines are the codes of the texts of a Dict: each is looked for once.
type dictLines struct {
	of    *value.Dict
	codes []uint64 // and one more; 0 where not known yet
	texts int      // how many had a code when others were not found
}

// notFound is the line of a text that has no code.
const notFound = ^uint64(0)

// ready makes the lines those of a column, before codes are added or only
// looked for.
func (d *dictLines) ready(dict *value.Dict, texts int, adding bool) {
	if d.of == dict && (adding || d.texts == texts) {
		return
	}
	if d.of = dict; cap(d.codes) < len(dict.Values) {
		d.codes = make([]uint64, len(dict.Values))
	}
	d.codes = d.codes[:len(dict.Values)]
	clear(d.codes)
	d.texts = texts
}

// text is the code of the text in a row of a column.
func (t *keyTable) text(c int, col *keyColumn, row int32, adding bool) (code uint64, ok bool) {
	if col.dict == nil {
		return t.dicts[c].code(col.vals[row].Str(), adding)
	}
	line := &t.lines[c].codes[col.codes[row]]
	if *line == 0 || adding && *line == notFound {
		*line = notFound
		if code, ok := t.dicts[c].code(col.at(row).Str(), adding); ok {
			*line = code + 1
		}
	}
	return *line - 1, *line != notFound
}

// ready prepares for the rows of columns.
func (t *keyTable) ready(cols []keyColumn, adding bool) {
	for c := range cols {
		if cols[c].dict != nil {
			t.lines[c].ready(cols[c].dict, len(t.dicts[c].all), adding)
		}
	}
}

// number gives the numbers of the combinations in some rows; new ones follow on
// those that were there.
func (t *keyTable) number(cols []keyColumn, rows []int32, out []int32) []int32 {
	t.ready(cols, true)
	if t.plain {
		for _, i := range rows {
			n, _ := t.text(0, &cols[0], i, true)
			out = append(out, int32(n))
		}
		t.n = len(t.dicts[0].all)
		return out
	}
	t.encode(cols, rows, true)
	for r := range rows {
		out = append(out, t.find(r, true))
	}
	return out
}

// known gives the numbers of combinations that have one, -1 for others and for
// those with a null.
func (t *keyTable) known(cols []keyColumn, rows []int32, out []int32) []int32 {
	t.ready(cols, false)
	if t.plain {
		for _, i := range rows {
			n, ok := t.text(0, &cols[0], i, false)
			if !ok {
				n = ^uint64(0)
			}
			out = append(out, int32(n))
		}
		return out
	}
	t.encode(cols, rows, false)
	for r, i := range rows {
		n := int32(-1)
		if !t.lost[r] && !anyNull(cols, i) {
			n = t.find(r, false)
		}
		out = append(out, n)
	}
	return out
}

func anyNull(cols []keyColumn, row int32) bool {
	for c := range cols {
		if cols[c].at(row).IsNull() {
			return true
		}
	}
	return false
}

// encode turns rows into codes, one combination after another. Texts that are
// new get one when adding.
func (t *keyTable) encode(cols []keyColumn, rows []int32, adding bool) {
	need := len(rows) * t.width
	if cap(t.lost) < len(rows) {
		t.batch, t.lost = make([]uint64, need), make([]bool, len(rows))
	}
	t.batch, t.lost = t.batch[:need], t.lost[:len(rows)]
	clear(t.batch)
	clear(t.lost)
	for c := range cols {
		col := &cols[c]
		at, shift := len(cols)+c*kindBits/64, uint(c*kindBits%64)
		for r, i := range rows {
			v := col.at(i)
			line := t.batch[r*t.width : (r+1)*t.width]
			kind, ok := v.Kind(), true
			switch kind {
			case value.Null:
			case value.KInt, value.KLong:
				kind = value.KLong
				line[c] = uint64(v.Int())
			case value.KBool, value.KDateTime, value.KTimeSpan:
				line[c] = uint64(v.Int())
			case value.KString:
				line[c], ok = t.text(c, col, i, adding)
			default:
				t.key = v.GroupKey(t.key[:0])
				kind = value.JSON
				line[c], ok = t.dicts[c].code(string(t.key), adding)
			}
			t.lost[r] = t.lost[r] || !ok
			line[at] |= uint64(kind) << shift
			if shift+kindBits > 64 {
				line[at+1] |= uint64(kind) >> (64 - shift)
			}
		}
	}
}

// find gives the number of the combination in row r of what was encoded; one
// that is new gets the next, or -1.
func (t *keyTable) find(r int, adding bool) int32 {
	line := t.batch[r*t.width : (r+1)*t.width]
	mask := uint64(len(t.slots) - 1)
	for at := hashCodes(line) & mask; ; at = (at + 1) & mask {
		n := t.slots[at] - 1
		switch {
		case n < 0 && adding:
			return t.add(line)
		case n < 0:
			return -1
		case equalCodes(t.codes[int(n)*t.width:], line):
			return n
		}
	}
}

// size is the memory that the table takes.
func (t *keyTable) size() int {
	size := 4*len(t.slots) + 8*cap(t.codes)
	for c := range t.dicts {
		size += t.dicts[c].size
	}
	return size
}

func hashCodes(line []uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, x := range line {
		hi, lo := bits.Mul64(h^x, 0xa0761d6478bd642f)
		h = hi ^ lo
	}
	return h
}

func equalCodes(x, y []uint64) bool {
	for i, c := range y {
		if x[i] != c {
			return false
		}
	}
	return true
}

func (t *keyTable) add(line []uint64) int32 {
	n := int32(t.n)
	t.n++
	t.codes = append(t.codes, line...)
	if 4*t.n > 3*len(t.slots) {
		t.slots = make([]int32, 2*len(t.slots))
		for k := range n {
			t.place(k)
		}
	}
	t.place(n)
	return n
}

func (t *keyTable) place(n int32) {
	mask := uint64(len(t.slots) - 1)
	at := hashCodes(t.codes[int(n)*t.width:int(n+1)*t.width]) & mask
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	t.slots[at] = n + 1
}
