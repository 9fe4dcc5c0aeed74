package rule

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// origins maps each byte of a scalar's value, and its end, to the byte of the
// file that it was read from.
func (d *doc) origins(n *yaml.Node) []int {
	out := make([]int, len(n.Value)+1)
	start := d.offset(n)
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		d.blockOrigins(n, out)
	} else {
		d.flowOrigins(n, start, out)
	}
	return out
}

// blockOrigins follows a text that stands below "key: |" or "key: >", line by
// line, behind the indentation.
func (d *doc) blockOrigins(n *yaml.Node, out []int) {
	text := d.file.Text
	line := n.Line // lines are counted from 1: this is the line below
	indent := d.blockIndent(n)
	at := func(line int) (start, end int) {
		if line >= len(d.lines) {
			return len(text), len(text)
		}
		start, end = d.lines[line], len(text)
		if line+1 < len(d.lines) {
			end = d.lines[line+1] - 1
		}
		return min(start+indent, end), end
	}
	pos, end := at(line)
	folded := n.Style&yaml.FoldedStyle != 0
	for i := range len(n.Value) {
		c := n.Value[i]
		for folded && pos >= end && c != '\n' && c != ' ' && line < len(d.lines) {
			line++
			pos, end = at(line)
		}
		out[i] = min(pos, end)
		switch {
		case c == '\n' || folded && c == ' ' && pos >= end:
			line++
			pos, end = at(line)
		default:
			pos++
		}
	}
	out[len(n.Value)] = min(pos, end, len(text))
}

// blockIndent is how many blanks of each line do not belong to the value.
func (d *doc) blockIndent(n *yaml.Node) int {
	first := strings.TrimLeft(n.Value, "\n")
	own := len(first) - len(strings.TrimLeft(first, " "))
	for line := n.Line; line < len(d.lines); line++ {
		text := d.file.Text[d.lines[line]:]
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			text = text[:i]
		}
		if strings.TrimSpace(text) != "" {
			return max(len(text)-len(strings.TrimLeft(text, " "))-own, 0)
		}
	}
	return 0
}

// flowOrigins follows a plain or quoted text, which may be folded over lines
// and have escapes.
func (d *doc) flowOrigins(n *yaml.Node, pos int, out []int) {
	text := d.file.Text
	double := n.Style&yaml.DoubleQuotedStyle != 0
	if double || n.Style&yaml.SingleQuotedStyle != 0 {
		pos++
	}
	blank := func(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
	for i := 0; i < len(n.Value); i++ {
		c := n.Value[i]
		if !blank(c) {
			for pos < len(text) && blank(text[pos]) {
				pos++
			}
		}
		out[i] = min(pos, len(text))
		switch {
		case pos >= len(text):
		case double && text[pos] == '\\':
			width := escapeWidth(text[pos:])
			pos += width
			// the further bytes of a character that is written as an escape
			for width > 2 && i+1 < len(n.Value) && n.Value[i+1]&0xC0 == 0x80 {
				i++
				out[i] = out[i-1]
			}
		case !double && text[pos] == '\'' && c == '\'' && n.Style&yaml.SingleQuotedStyle != 0:
			pos += 2
		case blank(c) && !blank(text[pos]): // a folded line break
		default:
			pos++
		}
	}
	out[len(n.Value)] = min(pos, len(text))
}

func escapeWidth(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}

// A snippet is text put together from parts of a file and text of our own,
// with the place that each byte is to be blamed on.
type snippet struct {
	outer *diag.File
	text  strings.Builder
	parts []part
}

// A part of a snippet is the beginning of a scalar's value, or text of our own, of
// which one byte of the file is to be blamed.
type part struct {
	size int
	doc  *doc // nil: it is our own
	node *yaml.Node
	at   int
}

// add appends a scalar's value.
func (s *snippet) add(d *doc, n *yaml.Node) { s.addSome(d, n, len(n.Value)) }

// addSome appends the first bytes of a scalar's value.
func (s *snippet) addSome(d *doc, n *yaml.Node, size int) {
	s.text.WriteString(n.Value[:size])
	s.parts = append(s.parts, part{size: size, doc: d, node: n})
}

// addText appends text of our own; at is the byte to blame.
func (s *snippet) addText(text string, at int) {
	s.text.WriteString(text)
	s.parts = append(s.parts, part{size: len(text), at: at})
}

// from is by byte of the text that of the file.
func (s *snippet) from() []int {
	var from []int
	for _, p := range s.parts {
		if p.doc != nil {
			from = append(from, p.doc.origins(p.node)[:p.size]...)
			continue
		}
		for range p.size {
			from = append(from, p.at)
		}
	}
	return from
}

// file is the finished text. Most have no mistakes: nobody asks for places in them.
func (s *snippet) file() *diag.File {
	places := sync.OnceValue(s.from)
	return &diag.File{Name: s.outer.Name, Text: s.text.String(), Outer: s.outer, Origin: func(offset int) int {
		from := places()
		switch {
		case offset >= 0 && offset < len(from):
			return from[offset]
		case len(from) > 0:
			return min(from[len(from)-1]+1, len(s.outer.Text))
		}
		return 0
	}}
}
