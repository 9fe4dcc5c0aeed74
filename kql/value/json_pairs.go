package value

import "slices"

// maxPaired is how many members objects may have to be compared one by one.
const maxPaired = 32

// EachDiffering calls do for the members of two objects that are not the same
// text, where both are text and have the same names in the same order, as
// versions of one object mostly do. It is false for others: then some members
// may have been handed out, and what was made of them does not count.
func EachDiffering(old, now Value, do func(name string, old, now Value)) bool {
	if old.kind != JSON || now.kind != JSON || old.s[0] != '{' || now.s[0] != '{' {
		return false
	}
	var few [maxPaired]string
	names := few[:0]
	for i, k := 1, 1; ; {
		m, ok := nextKey(now.s, i)
		was, also := nextKey(old.s, k)
		if !ok || !also {
			return ok == also
		}
		if m.key != was.key || m.keyEscaped || len(names) == maxPaired || slices.Contains(names, m.key) {
			return false
		}
		names = append(names, m.key)
		if m.end = skipValue(now.s, m.start); m.end <= m.start {
			return false
		}
		i = m.end
		if end := was.start + m.end - m.start; end < len(old.s) && old.s[was.start:end] == now.s[m.start:m.end] && endsScalar[old.s[end]] {
			k = end
			continue
		}
		if was.end = skipValue(old.s, was.start); was.end <= was.start {
			return false
		}
		k = was.end
		do(m.key, rawValue(old.s[was.start:was.end]), rawValue(now.s[m.start:m.end]))
	}
}
