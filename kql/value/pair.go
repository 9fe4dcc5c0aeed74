package value

import "unsafe"

// A pair is two bytes of a text that is looked for, the rarest of it: where both
// stand at their places, the rest is worth a look.
type pair struct {
	first, second int // places in the text
	want          [2]byte
	mask          [2]byte // 0x20 for a letter in either case
}

func pairOf(text string, fold bool) (p pair) {
	for i := range len(text) {
		switch {
		case rarity(text[i]) > rarity(text[p.first]):
			p.first, p.second = i, p.first
		case i > 0 && (p.second == p.first || rarity(text[i]) > rarity(text[p.second])):
			p.second = i
		}
	}
	for k, at := range [2]int{p.first, p.second} {
		if text == "" {
			break
		}
		if p.want[k] = text[at]; fold && isLetter(text[at]) {
			p.mask[k], p.want[k] = 0x20, text[at]|0x20
		}
	}
	return p
}

// next is the first place from one on and up to the last at which the text may
// stand, or -1.
func (p *pair) next(s string, from, last int) int {
	if hasAVX2 && last-from >= 31 {
		return p.nextOfMany(s, from, last)
	}
	for ; from <= last; from++ {
		if s[from+p.first]|p.mask[0] == p.want[0] && s[from+p.second]|p.mask[1] == p.want[1] {
			return from
		}
	}
	return -1
}

func (p *pair) nextOfMany(s string, from, last int) int {
	want := uint32(p.want[0]) | uint32(p.want[1])<<8 | uint32(p.mask[0])<<16 | uint32(p.mask[1])<<24
	start := unsafe.Pointer(unsafe.StringData(s))
	look := func(from, blocks int) int {
		return from + pairAVX2((*byte)(unsafe.Add(start, from+p.first)), (*byte)(unsafe.Add(start, from+p.second)), blocks, want)
	}
	blocks := (last - from + 1) / 32
	if at := look(from, blocks); at < from+32*blocks {
		return at
	}
	// The rest is less than a block: the last one is looked at, some of it again.
	if at := look(last-31, 1); at <= last {
		return at
	}
	return -1
}
