package source

import (
	"bufio"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// A utf16Reader turns UTF-16 with a byte order mark into UTF-8: Windows
// PowerShell writes files so.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	left  []byte // what did not fit into the last read
	high  rune   // the first half of a pair
	err   error
}

func newUTF16(in *bufio.Reader) *utf16Reader {
	mark, _ := in.Peek(2)
	u := &utf16Reader{in: in, order: binary.LittleEndian}
	if len(mark) == 2 && mark[0] == 0xfe {
		u.order = binary.BigEndian
	}
	in.Discard(len(mark))
	return u
}

// Read reads UTF-8.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.left) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.left)
	u.left = u.left[n:]
	return n, nil
}

// fill converts some thousand characters.
func (u *utf16Reader) fill() {
	out := make([]byte, 0, 16<<10)
	var unit [2]byte
	for len(out) < cap(out)-utf8.UTFMax {
		if _, u.err = io.ReadFull(u.in, unit[:]); u.err != nil {
			break
		}
		r := rune(u.order.Uint16(unit[:]))
		switch {
		case u.high != 0:
			out = utf8.AppendRune(out, utf16.DecodeRune(u.high, r))
			u.high = 0
		case utf16.IsSurrogate(r):
			u.high = r
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	u.left = out
}
