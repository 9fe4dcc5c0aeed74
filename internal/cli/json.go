package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/itchyny/gojq"
)

// writeJSON prints a document, or what --jq makes of it: indented for -o json,
// on one line for jsonl.
func (o *output) writeJSON(w io.Writer, doc any) error {
	if o.query == nil {
		return encode(w, doc, o.format == "json")
	}
	plain, err := plainJSON(doc)
	if err != nil {
		return err
	}
	for it := o.query.Run(plain); ; {
		v, more := it.Next()
		if !more {
			return nil
		}
		if err, failed := v.(error); failed {
			return usage("--jq %q: %v", o.jq, err)
		}
		if err := writeFiltered(w, v); err != nil {
			return err
		}
	}
}

// writeFiltered prints texts bare, as `jq -r` does, and the rest on one line.
func writeFiltered(w io.Writer, v any) error {
	if s, ok := v.(string); ok {
		_, err := fmt.Fprintln(w, s)
		return err
	}
	line, err := gojq.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", line)
	return err
}

func encode(w io.Writer, doc any, indent bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(doc)
}

// plainJSON turns a document into the maps and lists that jq works on.
// Numbers keep their digits.
func plainJSON(doc any) (any, error) {
	var b bytes.Buffer
	if err := encode(&b, doc, false); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(&b)
	dec.UseNumber()
	var plain any
	err := dec.Decode(&plain)
	return plain, err
}
