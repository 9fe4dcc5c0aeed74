package dogwatch

import (
	"cmp"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Evidence says where a record stands that counted for an alert.
type Evidence struct {
	Table   string    `json:"table"`
	AuditID string    `json:"auditID"`
	Stage   string    `json:"stage"`
	Time    time.Time `json:"time"` // UTC
	Source  string    `json:"source"`
	Line    int64     `json:"line"` // 1-based
	// Record is the 0-based number of the record in its line, where a line
	// holds many; else nil.
	Record *int `json:"record,omitempty"`
}

// Compare orders evidence by time, then by place.
func (e Evidence) Compare(f Evidence) int {
	if c := e.Time.Compare(f.Time); c != 0 { // as mostly
		return c
	}
	return cmp.Or(
		cmp.Compare(e.Source, f.Source),
		cmp.Compare(e.Line, f.Line),
		cmp.Compare(e.record(), f.record()),
		cmp.Compare(e.Table, f.Table),
		cmp.Compare(e.AuditID, f.AuditID),
		cmp.Compare(e.Stage, f.Stage),
	)
}

func (e Evidence) record() int {
	if e.Record == nil {
		return -1
	}
	return *e.Record
}

// A Batch is some rows of one table, and where each of them was read.
type Batch struct {
	Table string
	Rows  *value.Batch // with the table's whole schema
	// Evidence tells the place of a row. It may be asked for as long as the
	// batch is used.
	Evidence func(row int) Evidence
	// Rules says for each row which rules may care for it; nil: all of them.
	Rules []RuleSet
}

// A RuleSet is some of the rules that read a table, a bit each. Rules that ask the
// same of a row share one. A rule that reads the table several times stands there for
// each of its readings: a row that passes half of one and half of another passes none.
type RuleSet []uint64

// A Known says what is known of a table's rows.
type Known = kql.Known

// A Judge is what the sieves of all rules that read a table say of rows, by
// what is known of them alone.
type Judge struct {
	// Narrow takes the rules that do not care for a row of a batch out of its
	// set; sets are by row. Rules that are not in it are not asked. It is Glance,
	// which takes out those that looking columns up tells of, and then Ask, which
	// asks the rest.
	Narrow, Glance, Ask func(b *value.Batch, sets []RuleSet)
	// Every is the rules that care for every row, as far as is known.
	Every RuleSet
	// Reads are by rule what its sieve reads of the table.
	Reads [][]kql.Ref
}

// A Sieve knows what rules ask for.
type Sieve interface {
	// Judge judges rows of a table of which only what one of known says may be
	// read. Of several, it tests what is only seen with more than one of them;
	// the others were judged before.
	Judge(table string, known ...kql.Known) Judge
}
