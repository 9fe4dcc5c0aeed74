package sha

import "crypto/sha256"

// pieceSize is how long the pieces of a text are, but for the last.
const pieceSize = 16 << 10

// Pieces sums a text as it is written, piece by piece: its digest is the SHA-256
// of the sums of its pieces of 16 KiB, one after the other. The pieces are
// summed together, which a text as a whole cannot be. The zero value is ready.
type Pieces struct {
	text []byte
	many Many
	sums []Sum
}

// Write takes more of the text. It never fails.
func (p *Pieces) Write(b []byte) (int, error) {
	n := len(b)
	if p.text == nil {
		p.text = make([]byte, 0, lanes*pieceSize)
	}
	for len(b) > 0 {
		if len(p.text) == cap(p.text) {
			p.sum()
		}
		fits := min(len(b), cap(p.text)-len(p.text))
		p.text, b = append(p.text, b[:fits]...), b[fits:]
	}
	return n, nil
}

// sum sums the pieces that are there.
func (p *Pieces) sum() {
	for text := p.text; len(text) > 0; {
		n := min(len(text), pieceSize)
		p.many.Begin(nil, stringOf(text[:n]))
		p.many.End()
		text = text[n:]
	}
	p.sums = p.many.Sums(p.sums)
	p.text = p.text[:0]
}

// Sum is the digest of all that was written. Nothing can be written after.
func (p *Pieces) Sum() Sum {
	p.sum()
	all := make([]byte, 0, len(p.sums)*sha256.Size)
	for i := range p.sums {
		all = append(all, p.sums[i][:]...)
	}
	return sha256.Sum256(all)
}
