package edit

import (
	"slices"
	"unicode"
)

// A text is what is being written, and where.
type text struct {
	runes []rune
	pos   int
	kill  []rune // what was cut last
}

func (t *text) String() string { return string(t.runes) }

func (t *text) set(s string) {
	t.runes = []rune(s)
	t.pos = len(t.runes)
}

func (t *text) insert(s string) {
	added := []rune(s)
	t.runes = slices.Insert(t.runes, t.pos, added...)
	t.pos += len(added)
}

// cut removes what stands between the cursor and a place, and keeps it.
func (t *text) cut(to int) {
	from, to := min(t.pos, to), max(t.pos, to)
	if from == to {
		return
	}
	t.kill = slices.Clone(t.runes[from:to])
	t.remove(from, to)
}

func (t *text) remove(from, to int) {
	if from < 0 || to > len(t.runes) || from >= to {
		return
	}
	t.runes = slices.Delete(t.runes, from, to)
	t.pos = from
}

// lineStart is where the line of a place begins.
func (t *text) lineStart(at int) int {
	for at > 0 && t.runes[at-1] != '\n' {
		at--
	}
	return at
}

// lineEnd is where the line of a place ends, before its line break.
func (t *text) lineEnd(at int) int {
	for at < len(t.runes) && t.runes[at] != '\n' {
		at++
	}
	return at
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

func (t *text) wordLeft() int {
	at := t.pos
	for at > 0 && !isWord(t.runes[at-1]) {
		at--
	}
	for at > 0 && isWord(t.runes[at-1]) {
		at--
	}
	return at
}

func (t *text) wordRight() int {
	at := t.pos
	for at < len(t.runes) && !isWord(t.runes[at]) {
		at++
	}
	for at < len(t.runes) && isWord(t.runes[at]) {
		at++
	}
	return at
}

// up moves the cursor to the line above; false on the first line.
func (t *text) up() bool {
	start := t.lineStart(t.pos)
	if start == 0 {
		return false
	}
	above := t.lineStart(start - 1)
	t.pos = min(above+t.pos-start, start-1)
	return true
}

// down moves the cursor to the line below; false on the last line.
func (t *text) down() bool {
	end := t.lineEnd(t.pos)
	if end == len(t.runes) {
		return false
	}
	column := t.pos - t.lineStart(t.pos)
	t.pos = min(end+1+column, t.lineEnd(end+1))
	return true
}
