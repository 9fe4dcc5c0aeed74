package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// marks tells rules apart by all that their answers depend on but the log: the
// rule's text, the lists that it reads, the functions that it calls, its
// exceptions, and the columns of its tables.
func (a *App) marks() func(*dogwatch.Rule) string {
	known := map[*dogwatch.Rule]string{}
	return func(r *dogwatch.Rule) string {
		if known[r] == "" {
			known[r] = a.mark(r)
		}
		return known[r]
	}
}

func (a *App) mark(r *dogwatch.Rule) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", r.ID, r.Text, r.KQL)
	for _, e := range r.Exceptions {
		fmt.Fprintf(h, "exception %q %d\n", e.Where, e.Expires.Unix())
	}
	lists := a.ListsOf(r)
	for _, l := range a.Lists() {
		for _, name := range lists {
			if strings.EqualFold(name, l.Name) {
				fmt.Fprintf(h, "list %q %v\n", l.Name, l.Rows)
			}
		}
	}
	for _, f := range a.called(r.KQL) {
		fmt.Fprintf(h, "function %q %q\n", f.Name, f.File.Text)
	}
	for _, name := range r.Query.Tables() {
		schema, _ := a.tables.Table(name)
		fmt.Fprintf(h, "table %q %v\n", name, schema)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// called are the saved functions that a text names, and those that they name.
func (a *App) called(text string) (out []*Function) {
	left := a.Functions()
	for found := true; found; {
		found = false
		var rest []*Function
		for _, f := range left {
			if strings.Contains(text, f.Name) {
				out, text, found = append(out, f), text+"\n"+f.File.Text, true
			} else {
				rest = append(rest, f)
			}
		}
		left = rest
	}
	return out
}
