package value

// A Field is a column's name and type.
type Field struct {
	Name string
	Type Type
}

// A Schema is the columns of a table, in order.
type Schema []Field

// Index returns the position of a column by its exact name, or -1.
func (s Schema) Index(name string) int {
	for i := range s {
		if s[i].Name == name {
			return i
		}
	}
	return -1
}

// A Filler computes values of a table's columns on demand: column col of row
// row of the batch it was made for. It is asked at most once for each.
type Filler interface {
	Value(row, col int) Value
}

// A Batch is some rows of a table, by column. Columns are either given whole
// or computed by a Filler when first asked for; what was computed is kept, so
// that many rules can share one batch. A batch is used by one goroutine.
type Batch struct {
	N    int // rows
	Cols []Column

	// Sel lists the rows that are meant, ascending; nil means all N.
	Sel []int32

	// Now gives now() for a row; nil means the query's own clock.
	Now func(row int) int64

	fill Filler
}

// A Column is the values of one column of a batch, indexed by row.
type Column struct {
	vals []Value
	done []bool // nil: all present
}

// ColumnOf returns a column of given values.
func ColumnOf(vals []Value) Column { return Column{vals: vals} }

// NewBatch returns a batch of n rows with the columns given whole.
func NewBatch(n int, cols []Column) *Batch { return &Batch{N: n, Cols: cols} }

// NewLazyBatch returns a batch of n rows and width columns that fill computes.
func NewLazyBatch(n, width int, fill Filler) *Batch {
	return &Batch{N: n, Cols: make([]Column, width), fill: fill}
}

// Reset makes a lazy batch ready for n other rows, keeping its memory.
func (b *Batch) Reset(n int, fill Filler) {
	b.N, b.Sel, b.fill = n, nil, fill
	for i := range b.Cols {
		c := &b.Cols[i]
		if c.done == nil {
			continue
		}
		if cap(c.done) < n {
			*c = Column{}
			continue
		}
		c.vals, c.done = c.vals[:n], c.done[:n]
		clear(c.done)
	}
}

// Col returns the values of a column with at least the rows of sel present
// (nil: those of b.Sel; when that is nil too, all).
func (b *Batch) Col(col int, sel []int32) []Value {
	c := &b.Cols[col]
	if b.fill == nil || c.vals != nil && c.done == nil {
		return c.vals
	}
	if c.vals == nil {
		c.vals, c.done = make([]Value, b.N), make([]bool, b.N)
	}
	if sel == nil {
		sel = b.Sel
	}
	if sel == nil {
		for i := range b.N {
			if !c.done[i] {
				c.vals[i], c.done[i] = b.fill.Value(i, col), true
			}
		}
		return c.vals
	}
	for _, i := range sel {
		if !c.done[i] {
			c.vals[i], c.done[i] = b.fill.Value(int(i), col), true
		}
	}
	return c.vals
}

// At returns one value.
func (b *Batch) At(row, col int) Value {
	c := &b.Cols[col]
	if b.fill == nil || c.vals != nil && c.done == nil {
		return c.vals[row]
	}
	if c.vals == nil {
		c.vals, c.done = make([]Value, b.N), make([]bool, b.N)
	}
	if !c.done[row] {
		c.vals[row], c.done[row] = b.fill.Value(row, col), true
	}
	return c.vals[row]
}

// Len is the number of selected rows.
func (b *Batch) Len() int {
	if b.Sel == nil {
		return b.N
	}
	return len(b.Sel)
}

// With returns a batch over the same columns with another selection.
// The columns' memory is shared: what one computes the other sees.
func (b *Batch) With(sel []int32) *Batch {
	c := *b
	c.Sel = sel
	return &c
}
