package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// severalRows prints the tables of a query that gives several, one behind the
// other: each under its name, or as a list of documents.
type severalRows struct {
	o       *output
	env     *Env
	results []kql.Result
	at      int
	cur     rowWriter // of the table at
	docs    *bytes.Buffer
	failed  error
}

// several returns the writer of a query that gives several tables.
func (o *output) several(env *Env, q *kql.Query) (rowWriter, error) {
	w := &severalRows{o: o, env: env, results: q.Results(), at: -1}
	switch o.format {
	case "table":
	case "json":
		w.docs = &bytes.Buffer{}
	default:
		return nil, usage("the query gives %d tables, and -o %s shows one", len(w.results), o.format).withHint("-o table and -o json show all of them")
	}
	return w, nil
}

// begin goes on to a table.
func (w *severalRows) begin(result int) {
	for w.failed == nil && w.at < result {
		w.failed = w.next(nil)
	}
}

// next ends a table and begins the one behind it, if there is one.
func (w *severalRows) next(err error) error {
	if w.cur != nil {
		if failed := w.cur.finish(err); failed != nil {
			return failed
		}
	}
	w.at++
	w.cur = nil
	if w.at == len(w.results) {
		return nil
	}
	r := w.results[w.at]
	if w.docs == nil {
		w.cur = &tableRows{o: w.o, env: w.env, schema: r.Schema, t: newRowTable(r.Schema)}
		return w.head(r)
	}
	if w.at > 0 {
		w.docs.Truncate(w.docs.Len() - 1) // the document's end of line
		w.docs.WriteString(",\n")
	}
	w.cur = newNamedDocument(w.docs, r)
	return nil
}

// head is the line above a table.
func (w *severalRows) head(r kql.Result) error {
	name := r.Name
	if name == "" {
		name = fmt.Sprintf("result %d", w.at+1)
	}
	apart := "\n"
	if w.at == 0 {
		apart = ""
	}
	_, err := fmt.Fprintf(w.env.Stdout, "%s%s\n", apart, w.o.palette.paint(bold, oneLine(name)))
	return err
}

func (w *severalRows) write(b *value.Batch) error {
	if w.failed != nil {
		return w.failed
	}
	return w.cur.write(b)
}

func (w *severalRows) finish(err error) error {
	if w.failed != nil {
		return w.failed
	}
	if err == nil {
		w.begin(len(w.results))
	} else if w.cur != nil {
		w.failed = w.cur.finish(err)
	}
	if w.failed != nil || w.docs == nil {
		return w.failed
	}
	return w.writeDocs()
}

// writeDocs prints the list, or what --jq makes of it.
func (w *severalRows) writeDocs() error {
	list := append(append([]byte("["), bytes.TrimRight(w.docs.Bytes(), "\n")...), ']')
	if w.o.query != nil {
		return w.o.writeJSON(w.env.Stdout, json.RawMessage(list))
	}
	out := bufio.NewWriter(w.env.Stdout)
	out.Write(append(list, '\n')) // Flush tells
	return out.Flush()
}

// newNamedDocument starts the document of a table among several.
func newNamedDocument(to *bytes.Buffer, r kql.Result) *document {
	return startDocument(to, r.Schema, ",\n", value.AppendQuoted([]byte(`"name":`), r.Name))
}
