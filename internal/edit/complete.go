package edit

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// A Completion is how a text may go on: the candidates stand for what is
// written from From (in bytes) up to the cursor.
type Completion struct {
	From       int
	Candidates []Candidate
}

// A Candidate is a word that may be meant.
type Candidate struct {
	Text string
	// After is put behind the word when it is the only one: a blank, a bracket.
	After string
	// Doc says in a line what the word is.
	Doc string
}

// complete writes what all candidates have in common, or shows them.
func (e *Editor) complete() {
	if e.Complete == nil {
		return
	}
	written := e.text.String()
	pos := len(string(e.text.runes[:e.text.pos]))
	c := e.Complete(written, pos)
	if len(c.Candidates) == 0 || c.From < 0 || c.From > pos {
		return
	}
	word := common(c.Candidates)
	if len(c.Candidates) == 1 {
		word += c.Candidates[0].After
	}
	if typed := written[c.From:pos]; word != typed && len(word) >= len(typed) {
		// What is written may differ in its case from what is meant.
		e.text.set(written[:c.From] + word + written[pos:])
		e.text.pos = len([]rune(written[:c.From] + word))
		if len(c.Candidates) == 1 {
			return
		}
	}
	width, height := e.Size()
	e.below = menu(c.Candidates, width, height)
}

// common is what all candidates begin with, whatever its case.
func common(list []Candidate) string {
	first := []rune(list[0].Text)
	n := len(first)
	for _, c := range list[1:] {
		other := []rune(c.Text)
		n = min(n, len(other))
		for i := range n {
			if !strings.EqualFold(string(first[i]), string(other[i])) {
				n = i
				break
			}
		}
	}
	return string(first[:n])
}

// few candidates are shown with what they mean, more of them in columns.
const few = 9

// menu is the rows that show candidates.
func menu(list []Candidate, width, height int) []string {
	most := 10
	if height > 0 {
		most = max(height/2, 3)
	}
	if len(list) <= few && len(list) <= most {
		return described(list, width)
	}
	cell := 0
	for _, c := range list {
		cell = max(cell, screen.Width(c.Text))
	}
	cell = min(cell, max(width-2, 1))
	columns := max((width+2)/(cell+2), 1)
	rows := (len(list) + columns - 1) / columns
	shown := min(rows, most)
	out := make([]string, 0, shown+1)
	for r := range shown {
		var line []string
		for i := r; i < len(list); i += rows { // down, then across, as ls does
			line = append(line, screen.Pad(screen.Clip(list[i].Text, cell), cell))
		}
		out = append(out, strings.TrimRight(strings.Join(line, "  "), " "))
	}
	if shown < rows {
		left := 0
		for i := range list {
			if i%rows >= shown {
				left++
			}
		}
		out = append(out, fmt.Sprintf("… and %d more", left))
	}
	return out
}

// described is a row for each candidate with its meaning.
func described(list []Candidate, width int) []string {
	cell := 0
	for _, c := range list {
		cell = max(cell, screen.Width(c.Text))
	}
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = screen.Clip(strings.TrimRight(screen.Pad(c.Text, cell)+"  "+c.Doc, " "), max(width-1, 2))
	}
	return out
}
