package value

import "github.com/dogwatch-dev/dogwatch/internal/nesting"

// skipNested returns the offset behind the array or object that starts at i.
func skipNested(s string, i int) int {
	whole := (len(s) - i - 1) &^ (nesting.BlockBytes - 1)
	if whole <= 0 {
		return restOfNested(s, i, 0)
	}
	st, from := nesting.Open(0), i+1 // in JSON no byte is 0
	if end := st.End(s[from : from+whole]); end > 0 {
		return from + end
	}
	if st.Broken() {
		return restOfNested(s, i, 0)
	}
	from += whole
	if in, escaped := st.InText(); in {
		if escaped {
			from++
		}
		from, _ = restOfString(s, from)
	}
	return restOfNested(s, from, st.Depth())
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
