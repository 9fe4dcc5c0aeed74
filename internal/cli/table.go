package cli

import (
	"bufio"
	"io"
	"strings"
)

// A table is rows of text under headings, written so that columns line up. On
// a terminal the widest columns are wrapped; in a pipe a row is a line.
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

// How far columns of text may be squeezed: the last, and the others.
const (
	narrowest = 24
	narrow    = 14
)

// write prints the table; width 0 means that nothing is wrapped.
func (t *table) write(w io.Writer, width int, heads bool, p palette) error {
	out := bufio.NewWriter(w)
	widths, _ := t.fit(width, heads)
	if heads {
		cells := make([]cell, len(t.heads))
		for i, h := range t.heads {
			cells[i] = cell{h, func(s string) string { return p.paint(bold, s) }}
		}
		t.writeRow(out, cells, widths, p)
	}
	for _, row := range t.rows {
		t.writeRow(out, row, widths, p)
	}
	return out.Flush()
}

// widths are what the columns take where nothing is wrapped.
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

// fit squeezes the widest columns of text until the table fits into width; not
// ok when it does not.
func (t *table) fit(width int, heads bool) (widths []int, ok bool) {
	widths = t.widths(heads)
	if width <= 0 || len(widths) == 0 {
		return widths, true
	}
	over := len(gap)*(len(widths)-1) - width
	for _, w := range widths {
		over += w
	}
	for over > 0 {
		i, room := t.widest(widths)
		if i < 0 {
			return widths, false
		}
		less := min(over, room)
		widths[i] -= less
		over -= less
	}
	return widths, true
}

// widest is the column that can be squeezed best, and by how much before
// another is wider; -1 when none can.
func (t *table) widest(widths []int) (column, room int) {
	column = -1
	next := 0
	for i, w := range widths {
		least := narrow
		if i == len(widths)-1 {
			least = narrowest
		}
		if i < len(t.right) && t.right[i] || w <= least {
			continue
		}
		switch {
		case column < 0 || w > widths[column]:
			if column >= 0 {
				next = max(next, widths[column])
			}
			column, room = i, w-least
		default:
			next = max(next, w)
		}
	}
	if column < 0 {
		return -1, 0
	}
	return column, min(room, max(widths[column]-next, 1))
}

// writeRow prints a row, in as many lines as its longest cell needs.
func (t *table) writeRow(out *bufio.Writer, row []cell, widths []int, p palette) {
	cells := make([][]string, len(row))
	height := 1
	for i, c := range row {
		cells[i] = wrap(c.text, max(widths[i], 1))
		height = max(height, len(cells[i]))
	}
	for n := range height {
		t.writeLine(out, row, cells, n, widths, p)
	}
}

// writeLine prints the nth line of a row.
func (t *table) writeLine(out *bufio.Writer, row []cell, cells [][]string, n int, widths []int, p palette) {
	blank := ""
	for i, c := range row {
		piece := ""
		if n < len(cells[i]) {
			piece = cells[i][n]
		}
		pad := strings.Repeat(" ", max(widths[i]-displayWidth(piece), 0))
		if i < len(t.right) && t.right[i] {
			blank += pad
			pad = ""
		}
		if piece != "" {
			out.WriteString(blank + c.painted(piece, p))
			blank = ""
		}
		blank += pad + gap
	}
	out.WriteString("\n")
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
