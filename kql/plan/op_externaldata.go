package plan

import (
	"encoding/csv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// externalData reads local files into constant rows. What is elsewhere is not
// fetched: a query must not be able to send or bring anything over the network.
func (b *binder) externalData(x *syntax.ExternalData, s *scope) Node {
	out := &Values{node: node{declared(x.Columns)}}
	opener, ok := b.cat.(Opener)
	format, skip := externalOptions(x.Options)
	for _, u := range x.URIs {
		uri, isText := b.constString(u, &env{scope: s})
		if !isText {
			b.fail(u, "the file's name must be a constant text")
			continue
		}
		if i := strings.Index(uri, "://"); i >= 0 && !strings.HasPrefix(uri, "file://") {
			b.unsupported(u, "externaldata from "+uri[:i]+"://").Hint = "download the file and name it by its path"
			continue
		}
		if !ok {
			b.fail(u, "files cannot be read here")
			continue
		}
		data, err := opener.Open(strings.TrimPrefix(uri, "file://"))
		if err != nil {
			b.fail(u, "%s", err)
			continue
		}
		rows, err := externalRows(string(data), formatOf(format, uri), skip, out.schema)
		if err != nil {
			b.fail(u, "read %q: %s", uri, err)
			continue
		}
		out.Rows = append(out.Rows, rows...)
	}
	return out
}

func externalOptions(options []syntax.Option) (format string, skip bool) {
	for _, o := range options {
		text := ""
		switch v := o.Value.(type) {
		case *syntax.Ident:
			text = v.Name.Text
		case *syntax.Literal:
			text = v.Value.String()
		}
		switch strings.ToLower(o.Name) {
		case "format":
			format = strings.ToLower(text)
		case "ignorefirstrecord":
			skip = strings.EqualFold(text, "true")
		}
	}
	return format, skip
}

func formatOf(format, uri string) string {
	if format != "" {
		return format
	}
	if i := strings.LastIndexByte(uri, '.'); i >= 0 {
		return strings.ToLower(uri[i+1:])
	}
	return "csv"
}

var separators = map[string]rune{"csv": ',', "tsv": '\t', "scsv": ';', "psv": '|', "sohsv": 1}

func externalRows(data, format string, skip bool, schema value.Schema) ([][]value.Value, error) {
	switch format {
	case "txt", "raw":
		return textRows(data, format, skip, schema), nil
	case "json", "multijson", "jsonl":
		return jsonRows(data, schema)
	}
	sep, ok := separators[format]
	if !ok {
		return nil, errFormat(format)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(data, "\ufeff")))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = sep, -1, true
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if skip && len(records) > 0 {
		records = records[1:]
	}
	var out [][]value.Value
	for _, rec := range records {
		row := make([]value.Value, len(schema))
		for i, f := range schema {
			row[i] = value.NullOf(f.Type)
			if i < len(rec) {
				row[i] = textCell(rec[i], f.Type)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

type errFormat string

func (e errFormat) Error() string {
	return "the format " + string(e) + " is not supported yet (csv, tsv, scsv, psv, txt, raw, json, multijson)"
}

func textCell(text string, t value.Type) value.Value {
	if t == value.Dynamic {
		if v, ok := value.ParseJSON(text); ok {
			return value.DynamicOf(v)
		}
		return value.DynamicOf(value.StringOf(text))
	}
	return cell(value.StringOf(text), t)
}

func textRows(data, format string, skip bool, schema value.Schema) [][]value.Value {
	lines := []string{data}
	if format == "txt" {
		lines = strings.Split(strings.TrimSuffix(strings.ReplaceAll(data, "\r\n", "\n"), "\n"), "\n")
	}
	if skip && len(lines) > 0 {
		lines = lines[1:]
	}
	var out [][]value.Value
	for _, l := range lines {
		row := make([]value.Value, len(schema))
		for i, f := range schema {
			row[i] = value.NullOf(f.Type)
		}
		if len(row) > 0 {
			row[0] = textCell(l, schema[0].Type)
		}
		out = append(out, row)
	}
	return out
}

func jsonRows(data string, schema value.Schema) ([][]value.Value, error) {
	var objects []value.Value
	if v, ok := value.ParseJSON(data); ok {
		objects = []value.Value{v}
		if v.Kind() == value.Array {
			objects = v.Elems()
		}
	} else {
		for i, l := range strings.Split(data, "\n") {
			if strings.TrimSpace(l) == "" {
				continue
			}
			v, ok := value.ParseJSON(l)
			if !ok {
				return nil, errLine(i + 1)
			}
			objects = append(objects, v)
		}
	}
	var out [][]value.Value
	for _, o := range objects {
		row := make([]value.Value, len(schema))
		for i, f := range schema {
			row[i] = cell(o.Get(f.Name), f.Type)
		}
		out = append(out, row)
	}
	return out, nil
}

type errLine int

func (e errLine) Error() string { return "line " + value.LongOf(int64(e)).String() + " is no JSON" }
