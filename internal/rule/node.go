package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// maxFile is how long a rule or test file may be.
const maxFile = 16 << 20

// A doc is a YAML file that is being read, and the mistakes found in it.
type doc struct {
	file  *diag.File
	lines []int // offset of each line's start
	errs  diag.List
}

// parseYAML reads the one document of a file; nil when it cannot be read, with
// the reason among the mistakes.
func parseYAML(file *diag.File) (*doc, *yaml.Node) {
	file.Text = strings.TrimPrefix(file.Text, "\ufeff")
	d := &doc{file: file, lines: lineStarts(file.Text)}
	if len(file.Text) > maxFile {
		d.errs.Add(file, diag.Span{}, "the file is longer than %d MB", maxFile>>20)
		return d, nil
	}
	dec := yaml.NewDecoder(strings.NewReader(file.Text))
	var root, more yaml.Node
	if err := dec.Decode(&root); err != nil {
		d.yamlError(err)
		return d, nil
	}
	if err := dec.Decode(&more); err == nil && len(more.Content) > 0 && more.Content[0].Tag != "!!null" {
		d.fail(more.Content[0], "a second document in one file").Hint = "one rule a file"
	}
	if len(root.Content) == 0 {
		d.errs.Add(file, diag.Span{}, "the file is empty")
		return d, nil
	}
	top := follow(root.Content[0])
	if top.Kind != yaml.MappingNode {
		d.fail(top, "expected a mapping (key: value), found %s", kindName(top))
		return d, nil
	}
	return d, top
}

func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError reports what the YAML reader says, at its line.
func (d *doc) yamlError(err error) {
	text := err.Error()
	if text == "EOF" {
		d.errs.Add(d.file, diag.Span{}, "the file is empty")
		return
	}
	span := diag.Span{}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			span = d.lineSpan(n)
		}
	}
	e := d.errs.Add(d.file, span, "not valid YAML: %s", text)
	if strings.Contains(text, "mapping values are not allowed") {
		e.Hint = `put a text that has ": " in it into quotes`
	}
}

// lineSpan is the text of a line without its indentation.
func (d *doc) lineSpan(line int) diag.Span {
	line = min(max(line, 1), len(d.lines))
	start := d.lines[line-1]
	rest := d.file.Text[start:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	text := strings.TrimSpace(rest)
	start += strings.Index(rest, text)
	return diag.Span{Start: start, End: start + len(text)}
}

// offset is the byte where a node begins.
func (d *doc) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(d.lines) {
		return 0
	}
	at := d.lines[n.Line-1]
	for range n.Column - 1 {
		if at >= len(d.file.Text) {
			break
		}
		_, size := utf8.DecodeRuneInString(d.file.Text[at:])
		at += size
	}
	return at
}

// span is the place of a node: of a scalar its text, of others their start.
func (d *doc) span(n *yaml.Node) diag.Span {
	start := d.offset(n)
	end := start + 1
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		end = start + len(n.Value)
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			end += 2
		}
	}
	if i := strings.IndexByte(d.file.Text[min(start, len(d.file.Text)):], '\n'); i >= 0 {
		end = min(end, start+max(i, 1))
	}
	return diag.Span{Start: start, End: end}
}

func (d *doc) fail(n *yaml.Node, format string, args ...any) *diag.Error {
	return d.errs.Add(d.file, d.span(n), format, args...)
}

// follow returns what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for range 100 {
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			return n
		}
		n = n.Alias
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	}
	return strconv.Quote(clip(n.Value))
}

// clip shortens a text for a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	cut := 60
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// A mapping is a YAML mapping whose keys are taken one by one, so that what
// was not asked for is known at the end.
type mapping struct {
	d     *doc
	node  *yaml.Node
	keys  []*yaml.Node
	vals  []*yaml.Node
	taken map[string]bool
}

// mapping reads a node as a mapping; an empty one, with a mistake noted, when
// it is something else. Null is empty.
func (d *doc) mapping(n *yaml.Node) *mapping {
	m := &mapping{d: d, node: n, taken: map[string]bool{}}
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			d.fail(n, "expected a mapping (key: value), found %s", kindName(n))
		}
		return m
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := follow(n.Content[i])
		if seen[k.Value] {
			d.fail(k, "the key %q stands here twice", clip(k.Value))
			continue
		}
		seen[k.Value] = true
		m.keys, m.vals = append(m.keys, k), append(m.vals, follow(n.Content[i+1]))
	}
	return m
}

// get takes a key: nil when it is absent or null. Keys are found in any case,
// the exact spelling first.
func (m *mapping) get(key string) *yaml.Node {
	at := slices.IndexFunc(m.keys, func(k *yaml.Node) bool { return k.Value == key })
	if at < 0 {
		at = slices.IndexFunc(m.keys, func(k *yaml.Node) bool { return strings.EqualFold(k.Value, key) })
	}
	if at < 0 {
		return nil
	}
	m.taken[m.keys[at].Value] = true
	if v := m.vals[at]; v.Kind != yaml.ScalarNode || v.Tag != "!!null" {
		return v
	}
	return nil
}

// rest are the keys that nobody took.
func (m *mapping) rest() []*yaml.Node {
	var out []*yaml.Node
	for _, k := range m.keys {
		if !m.taken[k.Value] {
			out = append(out, k)
		}
	}
	return out
}

// unknown reports the keys that nobody took as mistakes.
func (m *mapping) unknown(where string, known ...string) {
	for _, k := range m.rest() {
		e := m.d.fail(k, "unknown key %q in %s", clip(k.Value), where)
		if near := diag.Nearest(k.Value, known); near != "" {
			e.Hint = "did you mean " + near + "?"
		} else {
			e.Hint = "known are " + strings.Join(known, ", ")
		}
	}
}

// text is the text of a scalar, as it is written: 1.0 stays "1.0".
func (m *mapping) text(key string) string {
	n := m.get(key)
	if n == nil {
		return ""
	}
	return m.d.scalar(n)
}

func (d *doc) scalar(n *yaml.Node) string {
	if n = follow(n); n.Kind != yaml.ScalarNode {
		d.fail(n, "expected a text, found %s", kindName(n))
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// list is the elements of a sequence; something else is a list of one.
func (m *mapping) list(key string) []*yaml.Node {
	n := m.get(key)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		out := make([]*yaml.Node, len(n.Content))
		for i, c := range n.Content {
			out[i] = follow(c)
		}
		return out
	}
	return []*yaml.Node{n}
}

// texts is a list of texts.
func (m *mapping) texts(key string) []string {
	var out []string
	for _, n := range m.list(key) {
		if s := strings.TrimSpace(m.d.scalar(n)); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// flag is a boolean; def when it is absent.
func (m *mapping) flag(key string, def bool) bool {
	n := m.get(key)
	if n == nil {
		return def
	}
	switch strings.ToLower(m.d.scalar(n)) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off":
		return false
	}
	m.d.fail(n, "%s is true or false, not %s", key, kindName(n))
	return def
}
