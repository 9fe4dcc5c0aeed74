package cli

import (
	"bufio"
	"io"
	"strings"
)

// A table is rows of text under headings, written so that columns line up. On
// a terminal the last column is wrapped; in a pipe a row is a line.
type table struct {
	heads []string
	rows  [][]cell
	// right says which columns are numbers.
	right []bool
	// exact headings are names that programs know, not words for people.
	exact bool
}

// key is a heading as programs see it.
func (t *table) key(head string) string {
	if t.exact {
		return head
	}
	return columnKey(head)
}

// A cell is a text and how it looks once it is padded.
type cell struct {
	text  string
	paint func(string) string
}

func text(s string) cell { return cell{text: oneLine(s)} }

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// gap stands between columns.
const gap = "  "

// narrowest is how far the last column may be squeezed before it overflows.
const narrowest = 24

// write prints the table; width 0 means that nothing is wrapped.
func (t *table) write(w io.Writer, width int, heads bool, p palette) error {
	out := bufio.NewWriter(w)
	widths := t.widths(heads)
	if heads {
		cells := make([]cell, len(t.heads))
		for i, h := range t.heads {
			cells[i] = cell{h, func(s string) string { return p.paint(bold, s) }}
		}
		t.writeRow(out, cells, widths, 0, p)
	}
	for _, row := range t.rows {
		t.writeRow(out, row, widths, width, p)
	}
	return out.Flush()
}

func (t *table) widths(heads bool) []int {
	widths := make([]int, len(t.heads))
	for i, h := range t.heads {
		if heads {
			widths[i] = displayWidth(h)
		}
		for _, row := range t.rows {
			widths[i] = max(widths[i], displayWidth(row[i].text))
		}
	}
	return widths
}

func (t *table) writeRow(out *bufio.Writer, row []cell, widths []int, width int, p palette) {
	indent := 0
	for i, c := range row[:len(row)-1] {
		pad := strings.Repeat(" ", widths[i]-displayWidth(c.text))
		if i < len(t.right) && t.right[i] {
			out.WriteString(pad + c.painted(c.text, p) + gap)
		} else {
			out.WriteString(c.painted(c.text, p) + pad + gap)
		}
		indent += widths[i] + len(gap)
	}
	last := len(row) - 1
	c := row[last]
	if last < len(t.right) && t.right[last] {
		out.WriteString(strings.Repeat(" ", widths[last]-displayWidth(c.text)))
	}
	for i, line := range wrapFrom(c.text, indent, width) {
		if i > 0 {
			out.WriteString(strings.Repeat(" ", indent))
		}
		out.WriteString(c.painted(line, p) + "\n")
	}
}

// wrapFrom wraps a text that starts at a column of the screen.
func wrapFrom(s string, column, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	return wrap(s, max(width-column, narrowest))
}

func (c cell) painted(s string, p palette) string {
	if c.paint == nil || !bool(p) {
		return s
	}
	return c.paint(s)
}
