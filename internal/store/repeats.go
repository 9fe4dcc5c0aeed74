package store

import (
	"math"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch/internal/store/zst"
)

// Records that lie together were compressed before they are indexed: what was
// found to be as something before it need not be looked at again. A member with
// its name gives the same keys wherever it stands.

// A page is where the record at hand lies among others, and what of those
// repeats.
type page struct {
	repeats []zst.Repeat // that come next
	first   int          // where the first record starts
	at      int          // where this one does
	broken  bool         // some record is no JSON

	// The repeat at hand, from the start of the record: none is behind all.
	from, to int
}

// AddPage takes in the records of a text, which stand one after the other from
// first on and are that long. The repeats are those of the text.
func (x *Indexer) AddPage(text []byte, first int, sizes []int32, repeats []zst.Repeat) {
	p := &x.page
	p.first, p.at, p.repeats, p.from, p.to = first, first, repeats, -1, 0
	for _, n := range sizes {
		end := p.at + int(n)
		x.Add(unsafe.String(unsafe.SliceData(text[p.at:end]), int(n)))
		p.at, p.from, p.to = end, p.from-int(n), p.to-int(n)
	}
	x.page = page{broken: p.broken}
}

// until is where the repeat ends that the name with the quote at i stands in, 0
// if in none.
//
// In the same bytes before, that quote must have begun a name as well. A bracket
// or comma before it says that it is not escaped, so it begins or ends a
// string; and where a string ends no letter follows, but in what is no JSON. So
// nothing repeats for sure behind a record that is none.
func (p *page) until(s string, i int) int {
	for p.to <= i {
		p.next()
	}
	if i <= p.from || kinds[s[i+1]]&(letter|hexLetter) == 0 || s[i-1] != '{' && s[i-1] != ',' {
		return 0
	}
	return p.to
}

// next goes on to the next repeat, of those that repeat records.
func (p *page) next() {
	for len(p.repeats) > 0 && !p.broken {
		r := p.repeats[0]
		p.repeats = p.repeats[1:]
		if int(r.From)-int(r.Back) >= p.first {
			p.from, p.to = int(r.From)-p.at, int(r.To)-p.at
			return
		}
	}
	p.from, p.to = math.MaxInt, math.MaxInt
}
