package rule

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A testFile is the tests beside a rule.
type testFile struct {
	doc     *doc
	rule    string
	builtin bool
	base    map[string]*yaml.Node
	cases   []testCase
	fsys    fs.FS
	dir     string
}

// A testCase is some records and the alerts that they must give.
type testCase struct {
	name  string
	at    diag.Span
	input []byte // the records, a line each
	lists map[string][]string
	want  []expectation
}

// An expectation is what a test says of one alert; nil is not said.
type expectation struct {
	severity *dogwatch.Severity
	count    *int64
	summary  *string
	entities []wantEntity
}

type wantEntity struct{ kind, text string }

// readTests reads a test file. fsys and dir are where files it names are.
func readTests(file *diag.File, fsys fs.FS, dir string) *testFile {
	d, top := parseYAML(file)
	t := &testFile{doc: d, fsys: fsys, dir: dir, base: map[string]*yaml.Node{}}
	t.rule = strings.TrimSuffix(shortName(file.Name), ".test")
	if top == nil {
		return t
	}
	m := d.mapping(top)
	if n := m.get("rule"); n != nil {
		if name := strings.TrimSpace(d.scalar(n)); name != t.rule {
			d.fail(n, "the tests of rule %q stand in the file of %q", clip(name), t.rule)
		}
	}
	if n := m.get("base"); n != nil {
		b := d.mapping(n)
		for i, k := range b.keys {
			t.base[k.Value] = b.vals[i]
		}
	}
	for _, n := range m.list("tests") {
		t.readCase(n)
	}
	m.unknown("a test file", "rule", "base", "tests")
	if len(t.cases) == 0 {
		d.fail(top, "the file has no tests")
	}
	return t
}

func (t *testFile) readCase(n *yaml.Node) {
	m := t.doc.mapping(n)
	c := testCase{name: strings.TrimSpace(m.text("name")), at: t.doc.span(n), lists: map[string][]string{}}
	if c.name == "" {
		t.doc.fail(n, "the test has no name")
	}
	given := m.list("given")
	if len(given) == 0 {
		t.doc.fail(n, "the test gives no records (given)")
	}
	for _, g := range given {
		c.input = append(c.input, t.records(g)...)
	}
	if l := m.get("lists"); l != nil {
		lists := t.doc.mapping(l)
		for _, k := range lists.keys {
			c.lists[k.Value] = lists.texts(k.Value)
		}
	}
	if slices.ContainsFunc(m.keys, func(k *yaml.Node) bool { return k.Value == "expect" }) {
		for _, e := range m.list("expect") {
			c.want = append(c.want, t.expectation(e))
		}
	} else {
		t.doc.fail(n, "the test does not say what to expect").Hint = "expect: [] means that no alert is due"
	}
	m.unknown("a test", "name", "given", "lists", "expect")
	t.cases = append(t.cases, c)
}

func (t *testFile) expectation(n *yaml.Node) expectation {
	m := t.doc.mapping(n)
	var e expectation
	if at := m.get("severity"); at != nil {
		s, ok := dogwatch.ParseSeverity(t.doc.scalar(at))
		if !ok {
			t.doc.fail(at, "unknown severity %s", kindName(at)).Hint = "it is one of " + strings.Join(dogwatch.SeverityNames(), ", ")
		}
		e.severity = &s
	}
	if at := m.get("count"); at != nil {
		v, err := strconv.ParseInt(t.doc.scalar(at), 10, 64)
		if err != nil {
			t.doc.fail(at, "count is a number, not %s", kindName(at))
		}
		e.count = &v
	}
	if at := m.get("summary"); at != nil {
		text := t.doc.scalar(at)
		e.summary = &text
	}
	if at := m.get("entities"); at != nil {
		em := t.doc.mapping(at)
		for _, k := range em.keys {
			for _, text := range em.texts(k.Value) {
				e.entities = append(e.entities, wantEntity{k.Value, text})
			}
		}
	}
	m.unknown("expect", "severity", "entities", "count", "summary")
	return e
}

// record is what one item of given stands for, at its place in a series if it
// is of one: nil, with a mistake noted, when that cannot be told.
func (t *testFile) record(n *yaml.Node, at *nth) []byte {
	if n.Kind == yaml.ScalarNode {
		return []byte(strings.TrimSuffix(t.doc.scalar(n), "\n"))
	}
	if name, line, ok := fileItem(n); ok {
		return t.fromFile(n, name, line)
	}
	w := &nodeWriter{t: t, at: at}
	w.node(n, 0)
	if w.tooMuch {
		t.doc.fail(n, "the record is too large or nested too deeply")
		return nil
	}
	if w.missing {
		return nil
	}
	return w.b.Bytes()
}

// fileItem recognises {file: x.json, line: 3}.
func fileItem(n *yaml.Node) (name string, line int, ok bool) {
	if n.Kind != yaml.MappingNode {
		return "", 0, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		v := follow(n.Content[i+1])
		switch n.Content[i].Value {
		case "file":
			name = v.Value
		case "line":
			line, _ = strconv.Atoi(v.Value)
		default:
			return "", 0, false
		}
	}
	return name, line, name != ""
}

func (t *testFile) fromFile(n *yaml.Node, name string, line int) []byte {
	text, err := readFile(t.fsys, path.Join(t.dir, name))
	if err != nil {
		t.doc.fail(n, "read %q: %v", clip(name), cause(err))
		return nil
	}
	if line <= 0 {
		return bytes.TrimSuffix([]byte(text), []byte("\n"))
	}
	lines := strings.Split(text, "\n")
	if line > len(lines) || lines[line-1] == "" {
		t.doc.fail(n, "%q has no line %d", clip(name), line)
		return nil
	}
	return []byte(lines[line-1])
}

// merge resolves "<<: name" and the paths that stand beside it.
func (t *testFile) merge(n *yaml.Node, depth int) (*yaml.Node, bool) {
	if n.Kind != yaml.MappingNode {
		return n, true
	}
	base := -1
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "<<" {
			base = i
		}
	}
	if base < 0 {
		return n, true
	}
	name := follow(n.Content[base+1])
	from := t.base[name.Value]
	if from == nil || name.Kind != yaml.ScalarNode {
		t.doc.fail(n.Content[base+1], "there is no base record %s", kindName(name)).Hint = nearest(name.Value, keys(t.base))
		return nil, false
	}
	if depth > maxDepth {
		t.doc.fail(n.Content[base+1], "the base record %q is made of itself", clip(name.Value))
		return nil, false
	}
	out, ok := t.merge(from, depth+1)
	if !ok {
		return nil, false
	}
	out = shallow(out)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if i != base {
			out = setPath(out, n.Content[i].Value, follow(n.Content[i+1]))
		}
	}
	return out, true
}

func shallow(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = slices.Clone(n.Content)
	return &c
}

// setPath returns n with the member at a path of names replaced, or taken away
// when v is null. Names may have dots themselves: what is there decides.
func setPath(n *yaml.Node, p string, v *yaml.Node) *yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return setElement(n, p, v)
	}
	if n.Kind != yaml.MappingNode {
		n = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	n = shallow(n)
	at, rest := member(n, p)
	switch {
	case at >= 0 && rest == "" && v.Tag == "!!null":
		n.Content = slices.Delete(n.Content, at, at+2)
	case at >= 0 && rest == "":
		n.Content[at+1] = v
	case at >= 0:
		n.Content[at+1] = setPath(follow(n.Content[at+1]), rest, v)
	case v.Tag != "!!null":
		name, rest, deeper := strings.Cut(p, ".")
		if deeper {
			v = setPath(&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, rest, v)
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, v)
	}
	return n
}

// member finds the longest name in n that p begins with.
func member(n *yaml.Node, p string) (at int, rest string) {
	at, length := -1, -1
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i].Value
		if (k == p || strings.HasPrefix(p, k+".")) && len(k) > length {
			at, length = i, len(k)
		}
	}
	if at < 0 || length >= len(p) {
		return at, ""
	}
	return at, p[length+1:]
}

func setElement(n *yaml.Node, p string, v *yaml.Node) *yaml.Node {
	name, rest, deeper := strings.Cut(p, ".")
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || i > len(n.Content) {
		return n
	}
	n = shallow(n)
	if i == len(n.Content) {
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"})
	}
	if deeper {
		v = setPath(follow(n.Content[i]), rest, v)
	}
	n.Content[i] = v
	return n
}

// A nodeWriter writes YAML as JSON, in the order of the file. Aliases can make
// a small file huge, so there is a limit.
type nodeWriter struct {
	t       *testFile
	at      *nth   // nil: not of a series
	key     string // the member that is being written
	b       bytes.Buffer
	tooMuch bool
	missing bool // a base record was not found
}

const (
	maxRecord = 4 << 20
	maxDepth  = 200
)

func (w *nodeWriter) node(n *yaml.Node, depth int) {
	if n = follow(n); w.tooMuch || depth > maxDepth || w.b.Len() > maxRecord {
		w.tooMuch = true
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		w.object(n, depth)
	case yaml.SequenceNode:
		w.b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				w.b.WriteByte(',')
			}
			w.node(c, depth+1)
		}
		w.b.WriteByte(']')
	default:
		w.scalar(n)
	}
}

func (w *nodeWriter) object(n *yaml.Node, depth int) {
	n, ok := w.t.merge(n, 0)
	if !ok {
		w.missing = true
		return
	}
	w.b.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.key = follow(n.Content[i]).Value
		w.text(w.key)
		w.b.WriteByte(':')
		w.node(n.Content[i+1], depth+1)
	}
	w.b.WriteByte('}')
}

func (w *nodeWriter) scalar(n *yaml.Node) {
	switch n.Tag {
	case "!!null":
		w.b.WriteString("null")
		return
	case "!!bool":
		w.b.WriteString(strings.ToLower(n.Value))
		return
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			w.b.WriteString(n.Value)
			return
		}
		var f float64
		if n.Decode(&f) == nil {
			if text, err := json.Marshal(f); err == nil {
				w.b.Write(text)
				return
			}
		}
	}
	if w.at != nil {
		w.text(w.at.text(w.key, n.Value))
		return
	}
	w.text(n.Value)
}

func (w *nodeWriter) text(s string) {
	enc := json.NewEncoder(&w.b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) == nil {
		w.b.Truncate(w.b.Len() - 1)
	}
}
