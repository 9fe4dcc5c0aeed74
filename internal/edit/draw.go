package edit

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// A picture is the rows of the screen that the text takes, and the cursor's
// place in them.
type picture struct {
	rows        []string
	row, column int
}

// lay breaks a text into rows of at most width cells. Every line begins with a
// prompt.
func lay(t *text, first, more string, width int) picture {
	width = max(width, 2)
	p := picture{rows: []string{""}}
	used := 0
	put := func(s string, w int) {
		if used+w > width {
			p.rows = append(p.rows, "")
			used = 0
		}
		p.rows[len(p.rows)-1] += s
		used += w
	}
	prompt := func(s string) {
		for _, r := range s {
			put(string(r), screen.RuneWidth(r))
		}
	}
	prompt(first)
	for i, r := range t.runes {
		if i == t.pos {
			p.row, p.column = len(p.rows)-1, used
		}
		if r == '\n' {
			p.rows = append(p.rows, "")
			used = 0
			prompt(more)
			continue
		}
		s := glyph(r)
		if i == t.pos && used+screen.Width(s) > width { // it will stand on the next row
			p.row, p.column = len(p.rows), 0
		}
		put(s, screen.Width(s))
	}
	if t.pos == len(t.runes) {
		if used >= width { // a cursor behind the last column stands on the next row
			p.rows = append(p.rows, "")
			used = 0
		}
		p.row, p.column = len(p.rows)-1, used
	}
	return p
}

// glyph is how a character is shown.
func glyph(r rune) string {
	if r == '\t' {
		return "    "
	}
	return screen.OneLine(string(r))
}

// fit leaves the rows around the cursor that a screen has room for.
func (p *picture) fit(height int) {
	if height <= 0 || len(p.rows) <= height {
		return
	}
	top := min(max(p.row-height+1, 0), len(p.rows)-height)
	p.rows = p.rows[top : top+height]
	p.row -= top
}

// draw paints the text over what was drawn before it.
func (e *Editor) draw() {
	width, height := e.Size()
	first := e.Prompt
	t := &e.text
	if e.search != nil {
		first, t = e.search.prompt(), e.search.shown()
	}
	p := lay(t, first, e.More, width)
	p.fit(height)
	row := p.row
	if room := height - len(p.rows); room > 0 || height <= 0 {
		below := e.below
		if height > 0 && len(below) > room {
			below = below[:room]
		}
		p.rows = append(p.rows, below...)
	}
	var b strings.Builder
	b.WriteString(e.home() + "\x1b[J" + strings.Join(p.rows, "\r\n"))
	if up := len(p.rows) - 1 - row; up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	b.WriteString("\r")
	if p.column > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", p.column)
	}
	e.row = row
	e.write(b.String())
}

// home moves the cursor to where the drawing starts.
func (e *Editor) home() string {
	if e.row > 0 {
		return fmt.Sprintf("\x1b[%dA\r", e.row)
	}
	return "\r"
}

// leave draws the text a last time, with the cursor on a row of its own below.
func (e *Editor) leave() {
	e.below = nil
	e.search = nil
	e.text.pos = len(e.text.runes)
	e.draw()
	e.write("\r\n")
	e.row = 0
}

func (e *Editor) write(s string) {
	// A terminal that is gone shows itself when the next key is read.
	_, _ = e.Out.Write([]byte(s))
}
