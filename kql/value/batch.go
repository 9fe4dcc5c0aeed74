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

// A Row is one row of a table that outlives its batch.
type Row interface {
	// Value is the value of a column.
	Value(col int) Value
	// Size is how many bytes the row keeps.
	Size() int
}

// A Shared row may be kept by several at once.
type Shared interface {
	Row
	// Hold notes that so many more keep it, or fewer, and returns how many do.
	Hold(more int) (holders int)
}

// Told is what is known of a row beside it. Of rows that say the same it is equal.
type Told interface {
	// Value is the value of a column; false where it is not told.
	Value(col int) (v Value, told bool)
}

// A Teller is a row of which some is told beside it.
type Teller interface {
	Row
	Told() Told // nil: nothing is
}

// A Keeper is a Filler that can hand out its rows one by one, to be kept.
type Keeper interface {
	Keep(row int) Row // nil if it cannot
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

	// Origin lists, for each row, the numbers of the source rows that it was
	// made from; nil means that row i is source row i.
	Origin [][]int64

	fill Filler
}

// A Column is the values of one column of a batch, indexed by row: given, or
// computed by the batch's Filler or the column's own when first asked for.
type Column struct {
	vals []Value
	done []bool // nil: all present
	left int    // how many are not done
	lazy func(rows []int32, vals []Value)
	of   *Batch // the column is column at of this batch, of the same rows
	at   int

	dict  *Dict // of codes
	codes []uint32
}

// A Dict is the distinct values of a column that repeats itself. Who works on
// them rather than on rows may remember what came out by the Dict: its values
// are the same as long as batches with it come.
type Dict struct{ Values []Value }

// DictColumn returns a column whose row i has the value codes[i] of a Dict.
func DictColumn(d *Dict, codes []uint32) Column {
	return Column{dict: d, codes: codes, lazy: func(rows []int32, vals []Value) {
		for _, i := range rows {
			vals[i] = d.Values[codes[i]]
		}
	}}
}

// Coded is the Dict of a column and the codes of its rows; nil when it has
// none.
func (b *Batch) Coded(col int) (*Dict, []uint32) {
	c := &b.Cols[col]
	for c.of != nil {
		c = &c.of.Cols[c.at]
	}
	return c.dict, c.codes
}

// ColumnOf returns a column of given values.
func ColumnOf(vals []Value) Column { return Column{vals: vals} }

// LazyColumn returns a column whose values fill writes into vals for the rows
// asked for, each at most once. Until then it takes no memory.
func LazyColumn(fill func(rows []int32, vals []Value)) Column { return Column{lazy: fill} }

// Renew makes a lazy column ready for n rows of another batch, keeping its
// memory.
func (c *Column) Renew(n int) {
	if cap(c.done) < n {
		c.vals, c.done = nil, nil
		return
	}
	c.vals, c.done, c.left = c.vals[:n], c.done[:n], n
	clear(c.done)
}

// present makes sure that the rows are computed.
func (c *Column) present(rows []int32, fill Filler, col int) {
	if c.lazy != nil {
		c.presentLazy(rows)
		return
	}
	for _, i := range rows {
		if !c.done[i] {
			c.vals[i], c.done[i] = fill.Value(int(i), col), true
			c.left--
		}
	}
}

// presentLazy asks for the missing rows in runs of the given order.
func (c *Column) presentLazy(rows []int32) {
	missing := rows
	for k, i := range rows {
		if !c.done[i] {
			continue
		}
		missing = append(make([]int32, 0, len(rows)), rows[:k]...)
		for _, j := range rows[k:] {
			if !c.done[j] {
				missing = append(missing, j)
			}
		}
		break
	}
	if len(missing) == 0 {
		return
	}
	c.lazy(missing, c.vals)
	for _, i := range missing {
		c.done[i] = true
	}
	c.left -= len(missing)
}

// AllRows returns 0..n-1. The result is shared: do not write to it.
func AllRows(n int) []int32 {
	if n <= len(allRows) {
		return allRows[:n]
	}
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

var allRows = func() []int32 {
	rows := make([]int32, 2048)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}()

// NewBatch returns a batch of n rows with the columns given whole.
func NewBatch(n int, cols []Column) *Batch { return &Batch{N: n, Cols: cols} }

// NewLazyBatch returns a batch of n rows and width columns that fill computes.
func NewLazyBatch(n, width int, fill Filler) *Batch {
	return &Batch{N: n, Cols: make([]Column, width), fill: fill}
}

// PickInto makes into a batch of some rows of b, numbered anew, whose columns
// are computed by b when they are asked for: what works on few rows of many
// takes memory for those only. into was made by NewLazyBatch for as many columns;
// what was read of it before is gone.
func (b *Batch) PickInto(into *Batch, rows []int32) {
	into.Reset(len(rows), &picked{b, rows})
}

type picked struct {
	of   *Batch
	rows []int32
}

func (p *picked) Value(row, col int) Value { return p.of.At(int(p.rows[row]), col) }
func (p *picked) Keep(row int) Row         { return p.of.Keep(int(p.rows[row])) }

// MoveInto makes into a batch of b's rows whose columns are computed in memory that
// into has; b does not see them. It is false where b has columns already. into is
// as for PickInto.
func (b *Batch) MoveInto(into *Batch) bool {
	if b.fill == nil || len(b.Cols) != len(into.Cols) {
		return false
	}
	for i := range b.Cols {
		if c := &b.Cols[i]; c.vals != nil || c.done != nil || c.lazy != nil || c.of != nil {
			return false
		}
	}
	into.Reset(b.N, b.fill)
	into.Sel, into.Now, into.Origin = b.Sel, b.Now, b.Origin
	return true
}

// Reset makes a lazy batch ready for n other rows, keeping its memory.
func (b *Batch) Reset(n int, fill Filler) {
	b.N, b.Sel, b.fill = n, nil, fill
	for i := range b.Cols {
		c := &b.Cols[i]
		if c.done == nil || c.lazy != nil || c.of != nil {
			*c = Column{}
			continue
		}
		c.Renew(n)
	}
}

// Rows is the selection, never nil.
func (b *Batch) Rows() []int32 {
	if b.Sel != nil {
		return b.Sel
	}
	return AllRows(b.N)
}

// Col returns the values of a column, indexed by row, with at least the rows
// of sel present (nil: the batch's own selection).
func (b *Batch) Col(col int, sel []int32) []Value {
	c := &b.Cols[col]
	if sel == nil {
		sel = b.Rows()
	}
	if c.of != nil {
		return c.of.Col(c.at, sel)
	}
	if c.done == nil {
		if c.vals != nil || b.fill == nil && c.lazy == nil {
			return c.vals
		}
		c.vals, c.done, c.left = make([]Value, b.N), make([]bool, b.N), b.N
	}
	if c.left > 0 {
		c.present(sel, b.fill, col)
	}
	return c.vals
}

// At returns one value.
func (b *Batch) At(row, col int) Value {
	if c := &b.Cols[col]; c.of == nil && c.vals != nil && (c.done == nil || c.done[row]) {
		return c.vals[row]
	}
	one := [1]int32{int32(row)}
	return b.Col(col, one[:])[row]
}

// Share returns a column for another batch of the same rows: what is computed
// for one is there for the other.
func (b *Batch) Share(col int) Column {
	c := b.Cols[col]
	if c.of != nil || c.vals != nil && c.done == nil {
		return c
	}
	return Column{of: b, at: col}
}

// Keep is a row that outlives the batch; nil if the batch cannot give any.
func (b *Batch) Keep(row int) Row {
	if k, ok := b.fill.(Keeper); ok {
		return k.Keep(row)
	}
	return nil
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
