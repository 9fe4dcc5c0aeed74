package shell

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/edit"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// columns are those that what is written so far hands to the operator that is
// being written. The planner knows best: it is given the query up to there.
func (l *Language) columns(head string, p *place) []edit.Candidate {
	query := upTo(head, p)
	if query == "" {
		return nil
	}
	q, err := l.Compile(diag.NewFile("query", query))
	if err != nil {
		return l.columnsOfTables(head)
	}
	var out []edit.Candidate
	for _, f := range q.Schema() {
		out = append(out, edit.Candidate{Text: f.Name, Doc: l.columnDoc(q.Tables(), f.Name, f.Type.String())})
	}
	return out
}

var letHead = regexp.MustCompile(`^\s*let\s+\w+\s*=\s*`)

// upTo is the query before the operator that the place is in, with the
// statements before it; "" when no pipe is before the place.
func upTo(head string, p *place) string {
	for _, in := range slices.Backward(p.levels) {
		if in.pipe < 0 {
			continue
		}
		own := head[in.start:in.pipe]
		if in.open >= 0 {
			return head[:p.levels[0].start] + own
		}
		return head[:in.start] + letHead.ReplaceAllString(own, "")
	}
	return ""
}

var word = regexp.MustCompile(`\w+`)

// columnsOfTables are the columns of all tables that a text names, where the
// text is not yet a query.
func (l *Language) columnsOfTables(head string) []edit.Candidate {
	named := word.FindAllString(head, -1)
	var out []edit.Candidate
	for _, t := range l.Tables {
		if !slices.Contains(named, t.Name) {
			continue
		}
		for _, c := range t.Columns {
			out = append(out, edit.Candidate{Text: c.Name, Doc: strings.TrimSuffix(c.Type+": "+c.Doc, ": ")})
		}
	}
	return out
}

// columnDoc is what a column is, by the tables that it may come from.
func (l *Language) columnDoc(tables []string, name, typ string) string {
	for _, t := range l.Tables {
		if !slices.Contains(tables, t.Name) {
			continue
		}
		for _, c := range t.Columns {
			if c.Name == name && c.Type == typ {
				return strings.TrimSuffix(typ+": "+c.Doc, ": ")
			}
		}
	}
	return typ
}
