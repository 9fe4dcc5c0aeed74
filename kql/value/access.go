package value

import "strings"

// Get returns the member of a bag by its name, as a dynamic value; null when
// there is none or v is no bag. Text is searched without being parsed, and
// what is found is a view of it.
func (v Value) Get(key string) Value {
	switch v.kind {
	case JSON:
		if v.s[0] == '{' {
			return v.scanFor(key)
		}
	case Bag:
		for i, k := range v.ref.keys {
			if k == key {
				return v.ref.elems[i]
			}
		}
	}
	return NullOf(Dynamic)
}

// Pick is Get of several names at once, of which text is read once. It writes
// what is found for each into found, which is as long.
func (v Value) Pick(names []string, found []Value) {
	for i := range found {
		found[i] = NullOf(Dynamic)
	}
	switch {
	case v.kind == Bag:
		for i, name := range names {
			found[i] = v.Get(name)
		}
	case v.kind == JSON && v.s[0] == '{':
		for i := 1; ; {
			m, next, ok := nextMember(v.s, i)
			if !ok {
				return
			}
			for k, name := range names {
				if m.is(name) {
					found[k] = rawValue(v.s[m.start:m.end])
				}
			}
			i = next
		}
	}
}

// scanFor reads to the end of the object, for the last member of a name counts.
func (v Value) scanFor(key string) Value {
	found := member{}
	for i := 1; ; {
		m, next, ok := nextMember(v.s, i)
		if !ok {
			return rawValue(v.s[found.start:found.end])
		}
		if m.is(key) {
			found = m
		}
		i = next
	}
}

// GetPath is Get of a name after another. Text is read once for all of them.
func (v Value) GetPath(path []string) Value {
	if v.kind == JSON && v.s[0] == '{' {
		if !mayName(v.s, path[len(path)-1]) {
			return NullOf(Dynamic)
		}
		found := findPath(v.s, 0, path)
		return rawValue(v.s[found.start:found.end])
	}
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

// mayName says whether JSON text can have a member of a name: its letters stand
// there, or escapes do. Most objects have few of the members that are asked
// for, and this looks at many bytes at a time.
func mayName(s, name string) bool {
	return strings.Contains(s, name) || strings.IndexByte(s, '\\') >= 0
}

// findPath is the member that a path leads to from the object at i. It reads no
// further than it must: a member is the last of its name when its letters do not
// come again.
func findPath(s string, i int, path []string) member {
	start := i
	for i++; ; {
		m, ok := nextKey(s, i)
		if !ok {
			return member{}
		}
		switch {
		case !m.is(path[0]):
			if m.end = skipValue(s, m.start); m.end <= m.start {
				return member{}
			}
			i = m.end
		case mayName(s[m.start:], path[0]): // perhaps not the last: read them all
			found, _ := scanPath(s, start, path)
			return found
		case len(path) == 1:
			m.end = skipValue(s, m.start)
			return m
		case m.start >= len(s) || s[m.start] != '{':
			return member{}
		default:
			path, start, i = path[1:], m.start, m.start+1
		}
	}
}

// scanPath reads the object at i to its end and gives the member that a path
// leads to, last members first, and the offset behind the object.
func scanPath(s string, i int, path []string) (found member, end int) {
	for i++; ; {
		m, ok := nextKey(s, i)
		if !ok {
			i = skipSeparator(s, i, ',')
			return found, min(i+1, len(s)) // behind the closing brace
		}
		switch {
		case !m.is(path[0]):
			m.end = skipValue(s, m.start)
		case len(path) > 1 && m.start < len(s) && s[m.start] == '{':
			found, m.end = scanPath(s, m.start, path[1:])
		case len(path) > 1:
			found, m.end = member{}, skipValue(s, m.start)
		default:
			m.end = skipValue(s, m.start)
			found = m
		}
		if m.end <= m.start {
			return found, len(s)
		}
		i = m.end
	}
}

// Has says whether a bag has a member of that name.
func (v Value) Has(key string) bool {
	switch v.kind {
	case JSON:
		if v.s[0] != '{' {
			return false
		}
		for i := 1; ; {
			m, next, ok := nextMember(v.s, i)
			if !ok {
				return false
			}
			if m.is(key) {
				return true
			}
			i = next
		}
	case Bag:
		for _, k := range v.ref.keys {
			if k == key {
				return true
			}
		}
	}
	return false
}

// At returns an element of an array; a negative number counts from the end.
// It is null when there is none or v is no array.
func (v Value) At(i int) Value {
	if !v.IsArray() {
		return NullOf(Dynamic)
	}
	if i < 0 {
		i += v.Len()
	}
	if i < 0 {
		return NullOf(Dynamic)
	}
	if v.kind == Array {
		if i < len(v.ref.elems) {
			return v.ref.elems[i]
		}
		return NullOf(Dynamic)
	}
	for at := 1; ; i-- {
		m, next, ok := nextElement(v.s, at)
		if !ok {
			return NullOf(Dynamic)
		}
		if i == 0 {
			return rawValue(v.s[m.start:m.end])
		}
		at = next
	}
}

// IsArray says whether v is an array, parsed or not.
func (v Value) IsArray() bool { return v.kind == Array || v.kind == JSON && v.s[0] == '[' }

// IsBag says whether v is a property bag, parsed or not.
func (v Value) IsBag() bool { return v.kind == Bag || v.kind == JSON && v.s[0] == '{' }

// Len is the number of elements of an array or members of a bag; 0 for others.
func (v Value) Len() int {
	switch {
	case v.kind == Array, v.kind == Bag:
		return len(v.ref.elems)
	case v.kind != JSON:
		return 0
	case v.s[0] == '{':
		return len(v.shallow().ref.elems)
	}
	n := 0
	for at := 1; ; n++ {
		_, next, ok := nextElement(v.s, at)
		if !ok {
			return n
		}
		at = next
	}
}

// Keys returns the names of a bag's members in order; nil for others. The
// slice may be shared: do not write to it.
func (v Value) Keys() []string {
	if !v.IsBag() {
		return nil
	}
	return v.shallow().ref.keys
}

// Elems returns the elements of an array or the values of a bag in order, nil
// for others. The slice may be shared: do not write to it.
func (v Value) Elems() []Value {
	if v.kind != Array && v.kind != Bag && v.kind != JSON {
		return nil
	}
	return v.shallow().ref.elems
}

// AppendElems appends the elements of an array, without making a slice of them
// first.
func AppendElems(dst []Value, v Value) []Value {
	if v.kind != JSON || v.s[0] != '[' {
		return append(dst, v.Elems()...)
	}
	for at := 1; ; {
		m, next, ok := nextElement(v.s, at)
		if !ok {
			return dst
		}
		dst = append(dst, rawValue(v.s[m.start:m.end]))
		at = next
	}
}

// Members returns Keys and Elems of a bag together.
func (v Value) Members() (keys []string, elems []Value) {
	if !v.IsBag() {
		return nil, nil
	}
	v = v.shallow()
	return v.ref.keys, v.ref.elems
}

// Each calls do for every element of an array (key is "") or member of a bag
// until it returns false.
func (v Value) Each(do func(key string, elem Value) bool) {
	if v.kind != Array && v.kind != Bag && v.kind != JSON {
		return
	}
	v = v.shallow()
	for i, e := range v.ref.elems {
		key := ""
		if v.kind == Bag {
			key = v.ref.keys[i]
		}
		if !do(key, e) {
			return
		}
	}
}
