package decode

import (
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	firstBlock = 64 << 10 // most inputs of tests and webhooks are short
	blockSize  = 1 << 20

	// MaxRecord is how many bytes of one record are kept. What is longer is
	// read as a record that was cut off there.
	MaxRecord = 64 << 20
)

// A window is the part of an input that is being looked at. Its bytes are only
// overwritten while kept is not set, so that rows can point into them.
type window struct {
	in       io.Reader
	buf      []byte
	pos, end int
	block    int // size of the last block
	most     int // size of blocks of a long input
	newline  int // where the next line break in buf is; before pos when not known
	noBreak  int // up to here there is none from pos on
	line     int64
	offset   int64 // of buf[pos] in the input
	eof      bool
	err      error
	kept     bool // something points into buf: it is not to be overwritten
	last     byte // what was taken last

	// Blocks that something points into until it is let go, and others to be
	// written to, where that is told: see release.
	releases    bool
	used, spare [][]byte
}

func newWindow(in io.Reader) *window { return &window{in: in, line: 1, newline: -1, most: blockSize} }

// textWindow is a window on all of an input.
func textWindow(text []byte) *window {
	return &window{buf: text, end: len(text), line: 1, newline: -1, eof: true}
}

// text is what was read and not yet taken.
func (w *window) text() string { return viewOf(w.buf[w.pos:w.end]) }

// fill reads more behind the text; it is false when there is no more.
func (w *window) fill() bool {
	if w.eof {
		return false
	}
	if w.end == len(w.buf) {
		w.grow()
	}
	n := w.read(w.buf[w.end:])
	w.end += n
	return n > 0
}

// read reads some bytes; 0: there are no more.
func (w *window) read(p []byte) (n int) {
	for n == 0 && !w.eof {
		var err error
		if n, err = w.in.Read(p); err != nil {
			w.eof = true
			if err != io.EOF {
				w.err = err
			}
		}
	}
	return n
}

// wasCalledOff says whether the input ends here as nobody wants more of it: what stood last
// may be a part of a record.
func (w *window) wasCalledOff() bool {
	return w.pos == w.end && (errors.Is(w.err, context.Canceled) || errors.Is(w.err, context.DeadlineExceeded))
}

// fillTo reads until so much text is there, or there is no more.
func (w *window) fillTo(size int) {
	w.most = max(w.most, size)
	for w.end-w.pos < size && w.fill() {
	}
}

// grow moves the text to a new block, where rows may still use the old one.
func (w *window) grow() {
	unread := w.buf[w.pos:w.end]
	if !w.kept && len(w.buf) == w.most && len(unread) <= w.most/2 {
		copy(w.buf, unread)
		w.noBreak, w.pos, w.end, w.newline = w.noBreak-w.pos, 0, len(unread), -1
		return
	}
	if w.releases && len(w.buf) == w.most {
		w.used = append(w.used, w.buf)
	}
	w.kept = false
	w.block = min(max(2*w.block, firstBlock), w.most)
	size := max(w.block, min(2*len(unread), len(unread)+MaxRecord/4))
	buf := w.room(size)
	copy(buf, unread)
	w.buf, w.noBreak, w.pos, w.end, w.newline = buf, w.noBreak-w.pos, 0, len(unread), -1
}

// room is a block of that size.
func (w *window) room(size int) []byte {
	if n := len(w.spare) - 1; n >= 0 && len(w.spare[n]) == size {
		buf := w.spare[n]
		w.spare = w.spare[:n]
		return buf
	}
	return make([]byte, size)
}

// release says that nothing points any more into what was taken.
func (w *window) release() {
	w.kept = false
	w.spare, w.used = append(w.spare, w.used...), w.used[:0]
}

// advance takes n bytes.
func (w *window) advance(n int) {
	w.take(n, int64(bytes.Count(w.buf[w.pos:w.pos+n], lineBreak)))
}

// take takes n bytes that hold some line breaks.
func (w *window) take(n int, breaks int64) {
	w.line += breaks
	w.pos += n
	w.offset += int64(n)
	if n > 0 {
		w.last = w.buf[w.pos-1]
	}
}

// goOn takes n bytes that hold some line breaks, of the text and of what was read behind
// it elsewhere, and goes on with texts that follow them; last is the last byte taken.
func (w *window) goOn(n int, breaks int64, last byte, texts []string) {
	size := 0
	for _, s := range texts {
		size += len(s)
	}
	if w.kept || len(w.buf) < size {
		w.buf, w.kept = make([]byte, max(size, w.most)), false
	}
	w.pos, w.end, w.noBreak, w.newline = 0, 0, 0, -1
	for _, s := range texts { // those of the window itself come first
		w.end += copy(w.buf[w.end:], s)
	}
	w.line += breaks
	w.offset += int64(n)
	w.last = last
}

// atLineStart says whether the text begins a line.
func (w *window) atLineStart() bool { return w.offset == 0 || w.last == '\n' }

var lineBreak = []byte{'\n'}

// peek skips white space and returns the next byte; ok is false at the end.
func (w *window) peek() (c byte, ok bool) {
	for {
		s := w.text()
		i := skipSpace(s, 0)
		w.advance(i)
		if i < len(s) {
			return s[i], true
		}
		if !w.fill() {
			return 0, false
		}
	}
}

// lineEnd is the length of the rest of the line, without its break; ok is false
// if it was not found within limit bytes.
func (w *window) lineEnd(limit int) (n int, ok bool) {
	if w.newline >= w.pos && w.newline < w.end {
		return w.newline - w.pos, true
	}
	// a line of very many records is not searched anew for each of them
	for from := max(0, w.noBreak-w.pos); ; {
		if i := bytes.IndexByte(w.buf[w.pos+from:w.end], '\n'); i >= 0 {
			w.newline = w.pos + from + i
			return from + i, true
		}
		from, w.noBreak = w.end-w.pos, w.end
		if from >= limit {
			return from, false
		}
		if !w.fill() {
			return from, true
		}
	}
}
