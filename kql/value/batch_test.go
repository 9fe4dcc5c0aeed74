package value

import (
	"slices"
	"testing"
)

// numbered fills a batch with numbers that tell row and column.
type numbered struct{ from int64 }

func (n numbered) Value(row, col int) Value { return LongOf(n.from + int64(100*col+row)) }

func TestMoveInto(t *testing.T) {
	into := NewLazyBatch(0, 3, nil)
	for _, n := range []int{4, 9, 2} {
		b := NewLazyBatch(n, 3, numbered{int64(1000 * n)})
		b.Sel = []int32{1}
		if !b.MoveInto(into) {
			t.Fatalf("a batch of %d rows is not moved", n)
		}
		if into.N != n || !slices.Equal(into.Rows(), []int32{1}) {
			t.Fatalf("%d rows, of which %v, are %d, of which %v", n, b.Sel, into.N, into.Rows())
		}
		for row := range n {
			for _, col := range []int{2, 0} {
				if got, want := into.At(row, col).Int(), int64(1000*n+100*col+row); got != want {
					t.Errorf("column %d of row %d of %d is %d, not %d", col, row, n, got, want)
				}
			}
		}
	}
	read := NewLazyBatch(2, 3, numbered{})
	read.At(0, 1)
	for name, b := range map[string]*Batch{
		"with a column that was read": read,
		"with given columns":          NewBatch(2, []Column{ColumnOf([]Value{LongOf(1), LongOf(2)}), {}, {}}),
		"with fewer columns":          NewLazyBatch(2, 2, numbered{}),
	} {
		if b.MoveInto(into) {
			t.Errorf("a batch %s is moved", name)
		}
	}
}
