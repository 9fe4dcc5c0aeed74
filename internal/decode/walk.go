package decode

// How a walk ended.
type walkEnd int

const (
	walkWhole     walkEnd = iota
	walkCut               // the record stops before its value does
	walkContainer         // a list of records starts here
	walkTooLong
)

// A walker finds the end of a value in a window byte by byte, over any number
// of lines. It is for what does not stand whole on a line: values printed over
// many lines, lists longer than a window, and records that were cut off.
type walker struct {
	w          *window
	containers bool
	i          int // relative to the window's position
	nested     bitStack
	inString   bool
	breaks     int // lines passed
	lineAt     int // where the last line break is
	broken     bool
	prev       byte
	strStart   int // the last string, for what may be a key
	strEnd     int
}

// run walks on. On walkWhole and walkCut the value is the window's first i bytes.
func (k *walker) run() walkEnd {
	for {
		s := k.w.text()
		for k.i < len(s) {
			if end, ok := k.step(s); ok {
				return end
			}
		}
		if k.i >= MaxRecord {
			return walkTooLong
		}
		if !k.w.fill() {
			k.i = len(k.w.text())
			return walkCut
		}
	}
}

// step looks at the byte at i and goes behind it.
func (k *walker) step(s string) (end walkEnd, ok bool) {
	c := s[k.i]
	if k.inString {
		return k.stringByte(c)
	}
	if isSpace(c) {
		if c == '\n' {
			k.lineAt, k.broken = k.i, true
			k.breaks++
		}
		k.i++
		return 0, false
	}
	if k.broken && k.newRecord(c) {
		k.i = k.lineAt
		return walkCut, true
	}
	k.broken = false
	switch c {
	case '"':
		k.inString, k.strStart = true, k.i+1
	case '{', '[':
		if c == '[' && k.containers && k.nested.n == 1 && k.prev == ':' &&
			isContainer(s, nil, s[min(k.strStart, k.strEnd):k.strEnd]) {
			return walkContainer, true
		}
		k.nested.push(c == '{')
	case '}', ']':
		k.nested.pop()
	}
	k.prev = c
	k.i++
	return walkWhole, k.nested.n == 0 && c != '"'
}

func (k *walker) stringByte(c byte) (walkEnd, bool) {
	switch c {
	case '\\':
		k.i++ // what follows counts for nothing; it may not be read yet
	case '"':
		k.inString, k.strEnd, k.prev = false, k.i, c
		k.i++
		return walkWhole, k.nested.n == 0
	case '\n': // may not stand in a string: the record was cut
		return walkCut, true
	}
	k.i++
	return 0, false
}

// newRecord says whether c, the first byte behind a line break, cannot go on
// with the value: then the record was cut there.
func (k *walker) newRecord(c byte) bool {
	inArray := k.nested.n > 0 && !k.nested.top()
	opened := k.prev == '[' || inArray && k.prev == ','
	if c == '{' && k.i == k.lineAt+1 {
		// Printers that break lines without indenting do so from the start.
		return k.breaks == 1 || !opened
	}
	switch k.prev {
	case '{':
		return c != '"' && c != '}'
	case ',':
		return !inArray && c != '"' || !startsValue(c)
	case '[':
		return c != ']' && !startsValue(c)
	case ':':
		return !startsValue(c)
	case 0:
		return false
	}
	return c != ',' && c != '}' && c != ']' && (c != ':' || k.prev != '"')
}

func startsValue(c byte) bool {
	return c == '"' || c == '{' || c == '[' || c == '-' || c == 't' || c == 'f' || c == 'n' || c >= '0' && c <= '9'
}

// forget drops what was walked over, so that memory stays bounded.
func (k *walker) forget() {
	n := min(k.i, k.w.end-k.w.pos)
	k.w.advance(n)
	k.i, k.strStart, k.strEnd, k.lineAt = k.i-n, 0, 0, -1
}
