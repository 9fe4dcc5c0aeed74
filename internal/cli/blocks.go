package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// tooWide says whether a table's columns, but for the last, which can be
// wrapped, do not fit on a screen.
func (t *table) tooWide(width int) bool {
	if width <= 0 {
		return false
	}
	used := narrowest
	widths := t.widths(true)
	for _, w := range widths[:len(widths)-1] {
		used += w + len(gap)
	}
	return used > width
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
