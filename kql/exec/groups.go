package exec

import (
	"math/bits"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A keyTable numbers combinations of values in the order in which they came.
// Values become codes first: numbers and times are their own, texts and the
// rest get one from a dictionary of their column. To compare two combinations
// is then to compare a few numbers that lie side by side.
type keyTable struct {
	width int // codes of a combination: one a column, and the kinds of them
	dicts []map[string]uint64
	slots []int32 // number + 1 of a combination; their count is a power of two
	codes []uint64
	n     int
	key   []byte
	batch []uint64
	size  int // of the dictionaries' texts
}

// kindBits is how many bits the kind of a value takes beside its code.
const kindBits = 6

func newKeyTable(columns int) *keyTable {
	return &keyTable{
		width: columns + (columns*kindBits+63)/64,
		dicts: make([]map[string]uint64, columns),
		slots: make([]int32, 64),
	}
}

// encode turns the rows of a batch into codes, one combination after another.
func (t *keyTable) encode(cols [][]value.Value, rows []int32) {
	need := len(rows) * t.width
	if cap(t.batch) < need {
		t.batch = make([]uint64, need)
	}
	t.batch = t.batch[:need]
	clear(t.batch)
	for c, vals := range cols {
		at, shift := len(cols)+c*kindBits/64, uint(c*kindBits%64)
		for r, i := range rows {
			v := &vals[i]
			line := t.batch[r*t.width : (r+1)*t.width]
			kind := v.Kind()
			switch kind {
			case value.Null:
			case value.KInt, value.KLong:
				kind = value.KLong
				line[c] = uint64(v.Int())
			case value.KBool, value.KDateTime, value.KTimeSpan:
				line[c] = uint64(v.Int())
			case value.KString:
				line[c] = t.text(c, v.Str())
			default:
				t.key = v.GroupKey(t.key[:0])
				kind, line[c] = value.JSON, t.text(c, string(t.key))
			}
			line[at] |= uint64(kind) << shift
			if shift+kindBits > 64 {
				line[at+1] |= uint64(kind) >> (64 - shift)
			}
		}
	}
}

// text is the code of a text in a column's dictionary.
func (t *keyTable) text(col int, s string) uint64 {
	dict := t.dicts[col]
	if code, ok := dict[s]; ok {
		return code
	}
	if dict == nil {
		dict = map[string]uint64{}
		t.dicts[col] = dict
	}
	code := uint64(len(dict))
	dict[value.StringOf(s).Own().Str()] = code
	t.size += len(s) + 48
	return code
}

// number gives the number of the combination in row r of what was encoded, and
// whether it is new.
func (t *keyTable) number(r int) (n int32, fresh bool) {
	line := t.batch[r*t.width : (r+1)*t.width]
	mask := uint64(len(t.slots) - 1)
	for at := hashCodes(line) & mask; ; at = (at + 1) & mask {
		n := t.slots[at] - 1
		if n < 0 {
			return t.add(line), true
		}
		if equalCodes(t.codes[int(n)*t.width:], line) {
			return n, false
		}
	}
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
