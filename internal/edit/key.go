package edit

import (
	"bufio"
	"context"
	"strings"
	"unicode"
)

// A key is what was pressed: a character, or one of the names below. A paste
// is a key of its own, with its text.
type key struct {
	name keyName
	r    rune
	text string
}

type keyName uint8

const (
	keyNone keyName = iota // a sequence that means nothing here
	keyRune
	keyPaste
	keyEnter
	keyRun // Alt-Enter
	keyTab
	keyEscape
	keyInterrupt
	keyEnd // Ctrl-D: the end of input, or delete
	keyUp
	keyDown
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyLineStart
	keyLineEnd
	keyBackspace
	keyDelete
	keyKillWord
	keyKillWordRight
	keyKillLeft
	keyKillRight
	keyYank
	keyClear
	keySearch
)

var controls = map[byte]keyName{
	0x01: keyLineStart, 0x02: keyLeft, 0x03: keyInterrupt, 0x04: keyEnd, 0x05: keyLineEnd, 0x06: keyRight,
	0x07: keyEscape, 0x08: keyBackspace, 0x09: keyTab, 0x0a: keyEnter, 0x0b: keyKillRight, 0x0c: keyClear,
	0x0d: keyEnter, 0x0e: keyDown, 0x10: keyUp, 0x12: keySearch, 0x15: keyKillLeft, 0x17: keyKillWord,
	0x19: keyYank, 0x7f: keyBackspace,
}

// sequences are what terminals send after ESC [ or ESC O.
var sequences = map[string]keyName{
	"A": keyUp, "B": keyDown, "C": keyRight, "D": keyLeft, "H": keyLineStart, "F": keyLineEnd,
	"1~": keyLineStart, "7~": keyLineStart, "4~": keyLineEnd, "8~": keyLineEnd, "3~": keyDelete,
	"1;5C": keyWordRight, "1;3C": keyWordRight, "1;5D": keyWordLeft, "1;3D": keyWordLeft,
	"1;5H": keyLineStart, "1;5F": keyLineEnd, "200~": keyPaste,
}

// alts are the keys that Alt gives another meaning: ESC and the key.
var alts = map[byte]keyName{
	'b': keyWordLeft, 'f': keyWordRight, 'd': keyKillWordRight, 0x7f: keyKillWord, 0x08: keyKillWord,
	'\r': keyRun, '\n': keyRun,
}

// nextKey waits for a key until ctx ends. A goroutine that waits for a person
// cannot be woken: it is left behind then, and ends with the process.
func nextKey(ctx context.Context, in *bufio.Reader) (key, error) {
	type result struct {
		k   key
		err error
	}
	got := make(chan result, 1)
	go func() {
		k, err := readKey(in)
		got <- result{k, err}
	}()
	select {
	case r := <-got:
		return r.k, r.err
	case <-ctx.Done():
		return key{}, ctx.Err()
	}
}

// readKey decodes a key.
func readKey(in *bufio.Reader) (key, error) {
	c, err := in.ReadByte()
	if err != nil {
		return key{}, err
	}
	switch {
	case c == 0x1b:
		return readEscape(in)
	case c < 0x20 || c == 0x7f:
		return key{name: controls[c]}, nil
	}
	if err := in.UnreadByte(); err != nil {
		return key{}, err
	}
	r, _, err := in.ReadRune()
	return key{name: keyRune, r: r}, err
}

// readEscape decodes what follows ESC. Terminals send a sequence in one piece,
// so that an ESC with nothing behind it is the key.
func readEscape(in *bufio.Reader) (key, error) {
	if in.Buffered() == 0 {
		return key{name: keyEscape}, nil
	}
	c, err := in.ReadByte()
	if err != nil {
		return key{}, err
	}
	if c != '[' && c != 'O' {
		return key{name: alts[c]}, nil
	}
	var seq strings.Builder
	for seq.Len() < 32 {
		if c, err = in.ReadByte(); err != nil {
			return key{}, err
		}
		seq.WriteByte(c)
		if c >= 0x40 && c <= 0x7e {
			break
		}
	}
	name := sequences[seq.String()]
	if name == keyPaste {
		text, err := readPaste(in)
		return key{name: keyPaste, text: text}, err
	}
	return key{name: name}, nil
}

// longestPaste bounds what is taken from a paste; the rest is read over.
const longestPaste = 1 << 20

// readPaste reads up to the end of a bracketed paste. What is pasted is text,
// whatever keys it looks like.
func readPaste(in *bufio.Reader) (string, error) {
	const end = "\x1b[201~"
	var b strings.Builder
	tail := ""
	for {
		c, err := in.ReadByte()
		if err != nil {
			return "", err
		}
		if tail += string([]byte{c}); len(tail) > len(end) {
			if b.Len() < longestPaste {
				b.WriteByte(tail[0])
			}
			tail = tail[1:]
		}
		if tail == end {
			return pasted(b.String()), nil
		}
	}
}

// pasted is a text with plain line ends and without characters that would act
// on the terminal.
func pasted(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
