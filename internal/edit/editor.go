// Package edit reads text from a person at a terminal: lines with a cursor,
// history with search, completion, and several lines where one is not enough.
// It knows nothing of what is written. The terminal is in raw mode while a text
// is read; whoever calls sees to that.
package edit

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// ErrInterrupted says that Ctrl-C was pressed: what was written is dropped.
var ErrInterrupted = errors.New("interrupted")

// An Editor reads texts, one after the other. It is used by one goroutine.
type Editor struct {
	In  *bufio.Reader
	Out io.Writer
	// Size is the terminal's columns and rows now; 0 rows: not known.
	Size func() (width, height int)

	Prompt string // before the first line
	More   string // before the others

	// Done says whether Enter at the end of a text ends it.
	Done func(text string) bool
	// Complete, when set, says how the text may go on at a place in bytes.
	Complete func(text string, pos int) Completion
	// History, when set, is what was written before.
	History *History

	text   text
	below  []string // rows under the text, until the next key
	row    int      // of the cursor in what is drawn
	at     int      // the entry of the history that is shown
	draft  string   // what was being written before the history was looked through
	search *search
}

// Read reads a text until it is Done. The error is ErrInterrupted, io.EOF for
// Ctrl-D on an empty text, that of ctx, or the terminal's.
func (e *Editor) Read(ctx context.Context) (string, error) {
	e.text = text{kill: e.text.kill}
	e.row, e.below, e.search, e.draft = 0, nil, nil, ""
	e.at = e.History.Len()
	e.write("\x1b[?2004h") // pastes are to come marked as such
	defer e.write("\x1b[?2004l")
	for {
		e.draw()
		k, err := nextKey(ctx, e.In)
		if err != nil {
			e.leave()
			return "", err
		}
		e.below = nil
		if e.search != nil && e.searching(k) {
			continue
		}
		if done, err := e.press(k); done {
			written := e.text.String()
			e.leave()
			return written, err
		}
	}
}

// press does what a key asks for; done says that the text is finished.
func (e *Editor) press(k key) (done bool, err error) {
	t := &e.text
	switch k.name {
	case keyInterrupt:
		return true, ErrInterrupted
	case keyEnd:
		if len(t.runes) == 0 {
			return true, io.EOF
		}
		t.remove(t.pos, t.pos+1)
	case keyRun:
		return true, nil
	case keyEnter:
		if t.pos == len(t.runes) && e.Done(t.String()) {
			return true, nil
		}
		t.insert("\n")
	case keyTab:
		e.complete()
	case keyUp:
		if !t.up() {
			e.recall(-1)
		}
	case keyDown:
		if !t.down() {
			e.recall(+1)
		}
	case keySearch:
		e.startSearch()
	case keyClear:
		e.write("\x1b[H\x1b[2J")
		e.row = 0
	default:
		t.press(k)
	}
	return false, nil
}

// press does what keys do that only change the text or move in it.
func (t *text) press(k key) {
	switch k.name {
	case keyRune:
		t.insert(string(k.r))
	case keyPaste:
		t.insert(k.text)
	case keyLeft:
		t.pos = max(t.pos-1, 0)
	case keyRight:
		t.pos = min(t.pos+1, len(t.runes))
	case keyWordLeft:
		t.pos = t.wordLeft()
	case keyWordRight:
		t.pos = t.wordRight()
	case keyLineStart:
		t.pos = t.lineStart(t.pos)
	case keyLineEnd:
		t.pos = t.lineEnd(t.pos)
	case keyBackspace:
		t.remove(t.pos-1, t.pos)
	case keyDelete:
		t.remove(t.pos, t.pos+1)
	case keyKillWord:
		t.cut(t.wordLeft())
	case keyKillWordRight:
		t.cut(t.wordRight())
	case keyKillLeft:
		t.cut(t.lineStart(t.pos))
	case keyKillRight:
		t.cut(t.lineEnd(t.pos))
	case keyYank:
		t.insert(string(t.kill))
	}
}

// recall shows the entry of the history before or after the one that is shown.
func (e *Editor) recall(step int) {
	to := e.at + step
	if to < 0 || to > e.History.Len() {
		return
	}
	if e.at == e.History.Len() {
		e.draft = e.text.String()
	}
	e.at = to
	if to == e.History.Len() {
		e.text.set(e.draft)
		return
	}
	e.text.set(e.History.Entry(to))
}
