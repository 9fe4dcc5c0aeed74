package rule

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// searchKey is the column by which _GetWatchlist's rows are looked up.
const searchKey = "SearchKey"

// A List is named rows that rules look in.
type List struct {
	Name   string
	Schema value.Schema // SearchKey first; all columns are text
	Rows   [][]value.Value
	Files  []string // that it was read from

	given *diag.File // the last of them that does not come with dogwatch
}

// Lists are all lists by name. They do not change: With makes others.
type Lists struct {
	byName map[string]*List
	advice diag.List // about lines that can hardly be meant
}

// Names are the names of the lists, sorted.
func (l *Lists) Names() []string {
	var out []string
	for name := range l.byName {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// All are the lists, by name.
func (l *Lists) All() (out []List) {
	for _, name := range l.Names() {
		out = append(out, *l.byName[name])
	}
	return out
}

// ListsOf are the names of the lists that a rule reads, itself or by a column
// that is made with one; columns has the lists behind columns.
func ListsOf(r *dogwatch.Rule, columns map[string]string) (names []string) {
	tree := r.Query.Tree()
	for _, call := range nodes[*syntax.Call](tree) {
		if !strings.EqualFold(call.Func.Text, "_GetWatchlist") || len(call.Args) == 0 {
			continue
		}
		if lit, ok := call.Args[0].(*syntax.Literal); ok {
			names = append(names, lit.Value.Str())
		}
	}
	for _, id := range nodes[*syntax.Ident](tree) {
		if list := columns[id.Name.Text]; list != "" {
			names = append(names, list)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Watchlist returns the rows of a list.
func (l *Lists) Watchlist(name string) (value.Schema, [][]value.Value, bool) {
	list := l.find(name)
	if list == nil {
		return nil, nil, false
	}
	return list.Schema, list.Rows, true
}

func (l *Lists) find(name string) *List {
	if l == nil {
		return nil
	}
	if list := l.byName[name]; list != nil {
		return list
	}
	for n, list := range l.byName {
		if strings.EqualFold(n, name) {
			return list
		}
	}
	return nil
}

// Keys are the values of SearchKey of a list.
func (l *Lists) Keys(name string) []string {
	var out []string
	if list := l.find(name); list != nil {
		for _, row := range list.Rows {
			out = append(out, row[0].Str())
		}
	}
	return out
}

// Records are the rows of a list as texts by column name.
func (l *Lists) Records(name string) []map[string]string {
	list := l.find(name)
	if list == nil {
		return nil
	}
	out := make([]map[string]string, len(list.Rows))
	for i, row := range list.Rows {
		out[i] = map[string]string{}
		for c, f := range list.Schema {
			out[i][f.Name] = row[c].Str()
		}
	}
	return out
}

// With returns the lists with some of them replaced by the values given.
func (l *Lists) With(replace map[string][]string) *Lists {
	out := &Lists{byName: map[string]*List{}}
	if l != nil {
		for name, list := range l.byName {
			out.byName[name] = list
		}
	}
	for name, keys := range replace {
		n := &List{Name: name, Schema: value.Schema{{Name: searchKey, Type: value.String}}}
		if was := out.find(name); was != nil {
			n.Name, n.Schema = was.Name, was.Schema
		}
		for _, k := range keys {
			n.add(k)
		}
		out.byName[n.Name] = n
	}
	return out
}

// add appends a row that has only a key. Where the list has columns, the key's
// own column has it too.
func (l *List) add(key string) {
	row := make([]value.Value, len(l.Schema))
	for i := range row {
		row[i] = value.StringOf("")
	}
	row[0] = value.StringOf(key)
	if len(row) > 1 {
		row[1] = row[0]
	}
	l.Rows = append(l.Rows, row)
}

// loadLists reads the lists of dir in fsys; name shows a path to people.
func (l *Lists) loadDir(fsys fs.FS, dir string, name func(string) string, builtin bool) diag.List {
	var errs diag.List
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		errs.Add(diag.NewFile(name(dir), ""), diag.Span{}, "read lists: %v", cause(err))
		return errs
	}
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if e.IsDir() || ext != ".txt" && ext != ".csv" || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		p := path.Join(dir, e.Name())
		text, err := readFile(fsys, p)
		file := diag.NewFile(name(p), text)
		if err != nil {
			errs.Add(file, diag.Span{}, "read list: %v", cause(err))
			continue
		}
		short := strings.TrimSuffix(e.Name(), ext)
		errs = append(errs, l.load(short, ext, file)...)
		if !builtin {
			l.find(short).given = file
		}
	}
	return errs
}

// load reads one list; when there is one of that name, the lines are added.
func (l *Lists) load(name, ext string, file *diag.File) diag.List {
	file.Text = strings.TrimPrefix(file.Text, "\ufeff")
	list := l.find(name)
	if list == nil {
		list = &List{Name: name}
		l.byName[name] = list
	}
	list.Files = append(list.Files, file.Name)
	if ext == ".csv" {
		return list.loadCSV(file, l.look)
	}
	if list.Schema == nil {
		list.Schema = value.Schema{{Name: searchKey, Type: value.String}}
	}
	number := 0
	for line := range strings.Lines(file.Text) {
		number++
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			list.add(text)
			l.look(list, file, number)
		}
	}
	return nil
}

// look gives advice about the row of a list that was read last.
func (l *Lists) look(list *List, file *diag.File, line int) {
	row := map[string]string{}
	for i, f := range list.Schema {
		row[f.Name] = list.Rows[len(list.Rows)-1][i].Str()
	}
	if text, hint := checkLine(list.Name, row); text != "" {
		l.advice.Add(file, lineOf(file, line), "%s", text).Hint = hint
	}
}

// loadCSV reads a table with a header. A column SearchKey is the key, else the
// first column is.
func (l *List) loadCSV(file *diag.File, look func(*List, *diag.File, int)) diag.List {
	var errs diag.List
	r := csv.NewReader(strings.NewReader(file.Text))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	header, err := r.Read()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			csvError(&errs, file, err)
		}
		if l.Schema == nil {
			l.Schema = value.Schema{{Name: searchKey, Type: value.String}}
		}
		return errs
	}
	columns := l.adopt(header)
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return errs
		}
		if err != nil {
			csvError(&errs, file, err)
			return errs
		}
		line, _ := r.FieldPos(0)
		if len(fields) > len(header) {
			errs.Add(file, lineOf(file, line), "the line has %d fields, the header %d", len(fields), len(header)).
				Hint = "put a field that has a comma into quotes"
			continue
		}
		l.Rows = append(l.Rows, l.row(columns, fields))
		look(l, file, line)
	}
}

// adopt makes sure that the schema has the columns of a header and returns
// where each of them goes.
func (l *List) adopt(header []string) []int {
	if l.Schema == nil {
		l.Schema = value.Schema{{Name: searchKey, Type: value.String}}
	}
	columns := make([]int, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		at := l.Schema.Index(name)
		if at < 0 {
			at = len(l.Schema)
			l.Schema = append(l.Schema, value.Field{Name: name, Type: value.String})
			for r := range l.Rows {
				l.Rows[r] = append(l.Rows[r], value.StringOf(""))
			}
		}
		columns[i] = at
	}
	return columns
}

func (l *List) row(columns []int, fields []string) []value.Value {
	row := make([]value.Value, len(l.Schema))
	for i := range row {
		row[i] = value.StringOf("")
	}
	for i, f := range fields {
		row[columns[i]] = value.StringOf(strings.TrimSpace(f))
	}
	if !slices.Contains(columns, 0) && len(fields) > 0 {
		row[0] = row[columns[0]]
	}
	return row
}

func csvError(errs *diag.List, file *diag.File, err error) {
	var at *csv.ParseError
	span := diag.Span{}
	if errors.As(err, &at) {
		span, err = lineOf(file, at.Line), at.Err
	}
	errs.Add(file, span, "not valid CSV: %v", err)
}

func lineOf(file *diag.File, line int) diag.Span {
	d := doc{file: file, lines: lineStarts(file.Text)}
	return d.lineSpan(line)
}

// readFile reads a file up to the limit.
func readFile(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	return string(data), err
}

// cause is an error without the path, which the message names already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// dirFS opens a folder of the disk; name gives the path that people know.
func dirFS(dir string) (fsys fs.FS, name func(string) string) {
	return os.DirFS(dir), func(p string) string { return filepath.Join(dir, filepath.FromSlash(p)) }
}
