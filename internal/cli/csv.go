package cli

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// writeCSV writes a table.
func (t *table) writeCSV(w io.Writer, heads bool) error {
	out := csv.NewWriter(w)
	if heads {
		keys := make([]string, len(t.heads))
		for i, h := range t.heads {
			keys[i] = t.key(h)
		}
		if err := out.Write(keys); err != nil {
			return err
		}
	}
	for _, row := range t.rows {
		fields := make([]string, len(row))
		for i, c := range row {
			fields[i] = c.text
			if i >= len(t.right) || !t.right[i] {
				fields[i] = inert(c.text)
			}
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert keeps a spreadsheet from running a cell as a formula: whoever chose
// the name of an object may have chosen it for that. Spreadsheets of the East
// take the wide forms of the signs as well. Numbers stay numbers.
func inert(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if len(s) > size && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
