// Package diag holds the files a person wrote (queries, rules, configuration),
// spans of their text, and errors that point at it. Everything that reads such
// a file reports its mistakes as a List, all of them at once.
package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Span is a range of byte offsets in a file's text, End exclusive.
type Span struct{ Start, End int }

// Join returns the smallest span that holds both.
func (s Span) Join(t Span) Span { return Span{min(s.Start, t.Start), max(s.End, t.End)} }

// Len is the number of bytes.
func (s Span) Len() int { return s.End - s.Start }

// A File is a named text. KQL inside a rule file is a File with an Origin, so
// that its errors show the rule file's lines.
type File struct {
	Name string
	Text string

	// Origin maps offsets of Text to the file it was cut from; nil when the
	// text stands for itself. The result is an offset of Outer.Text.
	Outer  *File
	Origin func(offset int) int
}

// NewFile returns a file that stands for itself.
func NewFile(name, text string) *File { return &File{Name: name, Text: text} }

// Slice returns the text of a span, cut to the file's bounds.
func (f *File) Slice(s Span) string {
	start := min(max(s.Start, 0), len(f.Text))
	end := min(max(s.End, start), len(f.Text))
	return f.Text[start:end]
}

// outward is a span in terms of Outer. The end is where its last byte ends: what
// follows that byte inside may be elsewhere outside.
func (f *File) outward(s Span) Span {
	start := f.Origin(s.Start)
	if s.Len() <= 0 {
		return Span{start, start}
	}
	return Span{start, max(start, f.Origin(s.End-1)+1)}
}

// An Error is one mistake in a file.
type Error struct {
	File    *File
	Span    Span
	Message string
	Hint    string // what to do, or ""

	// Unsupported names a feature of the language that exists but is not
	// supported yet; "" for a mistake of the author's.
	Unsupported string
}

// Position returns file name, 1-based line and 1-based column (in characters)
// of the start of the error, and the whole line's text with the offset of the
// span in it.
func (e *Error) Position() (name string, line, column int, text string, at Span) {
	f, span := e.File, e.Span
	if f == nil {
		return "", 0, 0, "", Span{}
	}
	for f.Outer != nil && f.Origin != nil {
		span = f.outward(span)
		f = f.Outer
	}
	start := min(max(span.Start, 0), len(f.Text))
	lineStart := strings.LastIndexByte(f.Text[:start], '\n') + 1
	lineEnd := len(f.Text)
	if i := strings.IndexByte(f.Text[start:], '\n'); i >= 0 {
		lineEnd = start + i
	}
	text = strings.TrimSuffix(f.Text[lineStart:lineEnd], "\r")
	from := min(start-lineStart, len(text))
	to := min(max(span.End-lineStart, from), len(text))
	line = 1 + strings.Count(f.Text[:lineStart], "\n")
	return f.Name, line, 1 + utf8.RuneCountInString(text[:from]), text, Span{from, to}
}

// Error is "file:line:column: message", one line.
func (e *Error) Error() string {
	name, line, col, _, _ := e.Position()
	if e.File == nil {
		return e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", name, line, col, e.Message)
}

// Detail is Error with the line at fault, the place marked, and the hint.
func (e *Error) Detail() string {
	var b strings.Builder
	b.WriteString(e.Error())
	if _, _, _, text, at := e.Position(); text != "" {
		shown, from, width := window(text, at)
		fmt.Fprintf(&b, "\n%s\n%s%s", shown, strings.Repeat(" ", from), strings.Repeat("~", max(width, 1)))
	}
	if e.Hint != "" {
		b.WriteString("\nhint: " + e.Hint)
	}
	return b.String()
}

// window cuts a very long line around the place at fault and counts in
// characters, with tabs and control characters shown as one blank.
func window(text string, at Span) (shown string, from, width int) {
	const most = 160
	clean := func(s string) []rune {
		r := []rune(strings.ToValidUTF8(s, "?"))
		for i := range r {
			if r[i] < 0x20 || r[i] == 0x7f {
				r[i] = ' '
			}
		}
		return r
	}
	before, mid, after := clean(text[:at.Start]), clean(text[at.Start:at.End]), clean(text[at.End:])
	if len(before) > most/2 && len(before)+len(mid)+len(after) > most {
		before = append([]rune("..."), before[len(before)-most/2:]...)
	}
	if len(mid) > most {
		mid = mid[:most]
	}
	if room := most - len(before) - len(mid); len(after) > max(room, 10) {
		after = append(after[:max(room, 10):max(room, 10)], []rune("...")...)
	}
	line := slices.Concat(before, mid, after)
	return string(line), len(before), len(mid)
}

// A List is all mistakes found in one go. A nil or empty List is no error: use
// Err to return it.
type List []*Error

// Add appends a mistake with a formatted message and returns it, so that a
// hint can be set.
func (l *List) Add(f *File, s Span, format string, args ...any) *Error {
	e := &Error{File: f, Span: s, Message: fmt.Sprintf(format, args...)}
	*l = append(*l, e)
	return e
}

// AddUnsupported appends "not supported yet: feature".
func (l *List) AddUnsupported(f *File, s Span, feature string) *Error {
	e := l.Add(f, s, "not supported yet: %s", feature)
	e.Unsupported = feature
	return e
}

// Err returns the list as an error, or nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error joins all mistakes in detail, a blank line between them.
func (l List) Error() string {
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = e.Detail()
	}
	return strings.Join(parts, "\n\n")
}

// Sort orders the list by place.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b *Error) int { return a.Span.Start - b.Span.Start })
}

// Nearest returns the candidate that word was most likely meant to be, or "".
// One edit in three letters is forgiven; very short and very long words are
// forgiven no more than their case.
func Nearest(word string, candidates []string) string {
	const longest = 64
	n := utf8.RuneCountInString(word)
	if n > longest {
		return ""
	}
	best, bestAt := "", max(1, n/3)+1
	if n < 3 {
		bestAt = 1
	}
	word = strings.ToLower(word)
	for _, c := range candidates {
		if len(c) > utf8.UTFMax*longest {
			continue
		}
		d := distance(word, strings.ToLower(c))
		if d < bestAt || d == bestAt && best != "" && c < best {
			best, bestAt = c, d
		}
	}
	return best
}

// distance counts edits, a swap of neighbours as one (optimal string alignment).
func distance(a, b string) int {
	r, s := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(s)+1), make([]int, len(s)+1), make([]int, len(s)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(r); i++ {
		prev2, prev, cur := rows[(i-1)%3], rows[i%3], rows[(i+1)%3]
		cur[0] = i
		for j := 1; j <= len(s); j++ {
			cost := 1
			if r[i-1] == s[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && r[i-1] == s[j-2] && r[i-2] == s[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
	}
	return rows[(len(r)+1)%3][len(s)]
}
