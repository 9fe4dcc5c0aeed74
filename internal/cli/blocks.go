package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// tallest is how many lines a cell of a table may take.
const tallest = 8

// tooWide says whether a table is not to be read on a screen: its columns do not
// fit, or only with cells of many lines.
func (t *table) tooWide(width int) bool {
	if width <= 0 {
		return false
	}
	widths, ok := t.fit(width, true)
	if !ok {
		return true
	}
	for _, row := range t.rows {
		for i, c := range row {
			if displayWidth(c.text) > widths[i]*tallest {
				return true
			}
		}
	}
	return false
}

// writeBlocks prints each row as a block of lines, a column each: a table of
// fifty columns is not to be read on a screen. Empty columns are left out.
func (t *table) writeBlocks(w io.Writer, width int, p palette) error {
	out := bufio.NewWriter(w)
	head := 0
	for _, h := range t.heads {
		head = max(head, displayWidth(h))
	}
	for n, row := range t.rows {
		fmt.Fprintln(out, p.paint(dim, fmt.Sprintf("-- row %d --", n+1)))
		for i, c := range row {
			if c.text == "" {
				continue
			}
			name := p.paint(bold, t.heads[i]) + strings.Repeat(" ", head-displayWidth(t.heads[i]))
			for k, line := range wrapFrom(c.text, head+len(gap), width) {
				if k > 0 {
					name = strings.Repeat(" ", head)
				}
				fmt.Fprintln(out, name+gap+line)
			}
		}
	}
	return out.Flush()
}
