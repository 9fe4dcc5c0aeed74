package exec

import (
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// lengths tells how long the texts of a column are, and which rows it was asked of.
type lengths struct{ asked []int32 }

func (l *lengths) eval(b *value.Batch, rows []int32) []value.Value {
	out := make([]value.Value, b.N)
	for _, i := range rows {
		out[i] = value.LongOf(int64(len(b.At(int(i), 0).Str())))
	}
	l.asked = append(l.asked, rows...)
	return out
}

// What depends on one text is worked out where that is another than in the row
// before, and stands for the rows up to the next.
func TestRepeatedTextsAreAskedOnce(t *testing.T) {
	var col []value.Value
	for _, text := range []string{"a", "a", "bb", "bb", "bb", "a", "", "", "ccc"} {
		col = append(col, value.StringOf(text))
	}
	b := value.NewBatch(len(col), []value.Column{value.ColumnOf(col)})
	for _, test := range []struct{ rows, asked []int32 }{
		{[]int32{0, 1, 2, 3, 4, 5, 6, 7, 8}, []int32{0, 2, 5, 6, 8}},
		{[]int32{1, 5, 6, 7}, []int32{1, 6}},
		{[]int32{3}, []int32{3}},
		{nil, nil},
	} {
		of := &lengths{}
		got := (&repeatedEval{of: of}).eval(b, test.rows)
		for _, i := range test.rows {
			if want := int64(len(col[i].Str())); got[i].Int() != want {
				t.Errorf("of rows %v row %d gives %d, want %d", test.rows, i, got[i].Int(), want)
			}
		}
		if !slices.Equal(of.asked, test.asked) {
			t.Errorf("of rows %v %v were asked, want %v", test.rows, of.asked, test.asked)
		}
	}
}
