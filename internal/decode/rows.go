package decode

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// The answer of a query to Log Analytics lists its columns once and its rows
// as arrays. Each row is put together with the names.

// columnsOf reads the names of a table's columns from the members that stand
// before its rows; nil if there are none.
func columnsOf(s string, members []member) []string {
	for i := range members {
		m := &members[i]
		if k := s[m.keyStart:m.keyEnd]; m.end <= m.start || k != "columns" && k != "Columns" {
			continue
		}
		names := []string{}
		for c := range elements(s[m.start:m.end]) {
			name := str(get(c, "name"))
			if name == "" {
				name = str(get(c, "ColumnName"))
			}
			names = append(names, strings.Clone(name)) // the rows may be many blocks
		}
		return names
	}
	return nil
}

// row takes one row of a table.
func (f *framer) row(columns []string) error {
	k := &walker{w: f.w}
	fr := frame{line: f.w.line, number: f.place(1)}
	switch k.run() {
	case walkTooLong:
		f.skip(k)
		f.refuse(fr.line, "a row longer than the limit", "")
		return nil
	case walkCut:
		f.w.advance(k.i)
		f.refuse(fr.line, "a row that is cut off", "")
		return nil
	}
	fr.text = joinRow(columns, slices.Collect(elements(f.w.text()[:k.i])))
	f.w.advance(k.i)
	members, end := scanObject(fr.text, 0, f.members[:0])
	fr.members, fr.whole, f.members = members, end == len(fr.text), members[:0]
	return f.take(&fr)
}

func joinRow(columns, cells []string) string {
	text := []byte{'{'}
	for i, cell := range cells {
		if i == len(columns) {
			break
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(value.AppendQuoted(text, columns[i]), ':')
		text = append(text, cell...)
	}
	return viewOf(append(text, '}'))
}
