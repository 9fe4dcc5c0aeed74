package decode

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Stored is a record as a store gives it back, with what was noted when it
// came.
type Stored struct {
	Source     string
	Cluster    string // what the configuration called it then
	Line       int64
	Number     int
	Raw, Prior string
	ReusedID   bool
	InFuture   bool
}

// A Restorer makes rows of stored records, as a Reader made them when they
// came. It is used by one goroutine.
type Restorer struct {
	r       *Reader
	ledgers map[[2]string]*Ledger
	members []member
}

// NewRestorer returns a Restorer. tables may name Sources and Silences, for
// which records are counted.
func NewRestorer(opts Options, tables ...string) (*Restorer, error) {
	if len(tables) == 0 {
		tables = []string{"AzureDiagnostics"} // which remembers nothing
	}
	r, err := NewReader(opts, tables...)
	if err != nil {
		return nil, err
	}
	return &Restorer{r: r, ledgers: map[[2]string]*Ledger{}}, nil
}

// record reads a stored record anew.
func (x *Restorer) record(s *Stored) (*record, error) {
	key := [2]string{s.Source, s.Cluster}
	ledger := x.ledgers[key]
	if ledger == nil {
		ledger = &Ledger{Source: s.Source, cluster: s.Cluster}
		x.ledgers[key] = ledger
	}
	x.r.ledger = ledger
	members, end := scanObject(s.Raw, 0, x.members[:0])
	x.members = members[:0]
	rec, reason := x.r.recognise(&frame{text: s.Raw, members: members, whole: end == len(s.Raw), line: s.Line, number: s.Number})
	if rec == nil {
		return nil, fmt.Errorf("line %d of %q is kept and is no record: %s", s.Line, s.Source, reason)
	}
	rec.event.prior, rec.reusedID, rec.inFuture = s.Prior, s.ReusedID, s.InFuture
	rec.facts = &facts{r: x.r}
	return rec, nil
}

// Count takes a record into account for the tables Sources and Silences.
func (x *Restorer) Count(s *Stored) error {
	rec, err := x.record(s)
	if err != nil {
		return err
	}
	x.r.count(rec)
	return nil
}

// Finish hands on the rows of Sources and Silences.
func (x *Restorer) Finish(emit func(dogwatch.Batch) error) error { return x.r.Finish(emit) }

// Rows are n rows of a table. known gives the values of a column that need no
// reading, nil where there are none and null where one has to be read; load
// gives a record, and is called when one is needed. The batch's Failed says
// whether that went wrong.
func (x *Restorer) Rows(table string, n int, known func(column int) []value.Value, load func(row int) (Stored, error)) *RestoredRows {
	t := tableOf(table)
	f := &RestoredRows{x: x, table: t, known: known, load: load, records: make([]*record, n), values: make([][]value.Value, len(t.columns)), asked: make([]bool, len(t.columns))}
	f.Batch = dogwatch.Batch{Table: t.name, Rows: value.NewLazyBatch(n, len(t.columns), f), Evidence: f.evidence}
	return f
}

// RestoredRows are rows of stored records, read as far as they are asked for.
type RestoredRows struct {
	dogwatch.Batch
	// Failed is why a record could not be read. Its columns are null then.
	Failed error

	x       *Restorer
	table   *table
	known   func(column int) []value.Value
	load    func(row int) (Stored, error)
	records []*record
	values  [][]value.Value // by column, of those that are known
	asked   []bool
}

// Value reads a column of a row.
func (f *RestoredRows) Value(row, col int) value.Value {
	if !f.asked[col] {
		f.values[col], f.asked[col] = f.known(col), true
	}
	if vals := f.values[col]; vals != nil && !vals[row].IsNull() {
		return vals[row]
	}
	c := &f.table.columns[col]
	rec := f.record(row)
	if rec == nil {
		return value.NullOf(c.typ)
	}
	v := c.read(rec)
	if v.IsNull() {
		return value.NullOf(c.typ)
	}
	return v
}

func (f *RestoredRows) record(row int) *record {
	if f.records[row] != nil || f.Failed != nil {
		return f.records[row]
	}
	s, err := f.load(row)
	if err == nil {
		f.records[row], err = f.x.record(&s)
	}
	f.Failed = err
	return f.records[row]
}

func (f *RestoredRows) evidence(row int) dogwatch.Evidence {
	if rec := f.record(row); rec != nil {
		return rec.evidence(f.table.name)
	}
	return dogwatch.Evidence{Table: f.table.name}
}
