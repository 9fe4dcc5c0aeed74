package value

import "unsafe"

// A nesting is what is open at a place in JSON text.
type nesting struct {
	depth    int    // brackets
	escaped  uint64 // 1 if the byte there is
	inString uint64 // all ones in a string
	_        uint64 // escaped, where the block at hand starts
}

// skipNested returns the offset behind the array or object that starts at i.
func skipNested(s string, i int) int {
	if blocks := (len(s) - i - 1) / 64; hasNestedAVX2 && blocks > 0 {
		return skipBlocks(s, i+1, blocks)
	}
	return restOfNested(s, i, 0)
}

// skipBlocks is skipNested from behind the opening bracket, 64 bytes at a time as
// long as there are as many.
func skipBlocks(s string, i, blocks int) int {
	st := nesting{depth: 1}
	at := nestedAVX2((*byte)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), i)), blocks, &st)
	if at > 0 {
		return i + at
	}
	i -= at
	if st.inString != 0 {
		i, _ = restOfString(s, i+int(st.escaped))
	}
	return restOfNested(s, i, st.depth)
}

// restOfNested is skipNested from where so many brackets are open.
func restOfNested(s string, i, depth int) int {
	for i < len(s) {
		if plainBytes[s[i]] {
			i++
			continue
		}
		switch s[i] {
		case '"':
			i, _ = skipString(s, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}
