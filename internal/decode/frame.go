package decode

import "strings"

// A frame is one record as it stands in the input.
type frame struct {
	text    string
	members []member // of a whole record; valid until the next frame
	whole   bool
	line    int64
	number  int // among the records of its line, where it is in a list or not the first; else -1
}

// A framer cuts an input into records: objects on lines of their own, over
// many lines, behind one another, and in the lists that hold them.
type framer struct {
	w       *window
	members []member
	take    func(*frame) error
	// lines, when set, takes what it can of the lines at the window's start. If
	// intoLists it steps into lists of records on its way and out of them, and may be
	// asked where the window's start is listed.
	lines     func() (took bool, err error)
	intoLists bool
	missed    int // how often it took nothing since it took some
	pause     int // objects until it is asked again
	refuse    func(line int64, reason, sample string)
	frame     frame // of the record at hand
	line      int64 // the line that number counts on
	onLine    int

	listed   bool  // the window's start stands in a list of an object that stands in none
	listLine int64 // where that began
}

// maxLists is how deep lists of records may stand in one another: messages,
// the tables of a query's answer, their rows.
const maxLists = 3

// isContainer says whether a list under this key of a record is a list of
// records, given the members that stand before it.
func isContainer(s string, before []member, key string) bool {
	switch key {
	case "records", "items", "value", "tables", "Tables", "logEvents", "events":
		return len(before) <= 8 && !hasKey(s, before, "auditID")
	case "rows", "Rows":
		return len(before) <= 8
	}
	return false
}

func hasKey(s string, members []member, key string) bool {
	for i := range members {
		if s[members[i].keyStart:members[i].keyEnd] == key {
			return true
		}
	}
	return false
}

func (f *framer) run() error {
	for {
		c, ok := f.w.peek()
		if !ok {
			return f.w.err
		}
		if err := f.top(c); err != nil {
			return err
		}
	}
}

func (f *framer) top(c byte) error {
	switch c {
	case '{':
		if took, err := f.someLines(); took || err != nil {
			return f.restOfList(err)
		}
		return f.object(0, nil)
	case '[':
		f.listed = false
		_, err := f.list(1, nil)
		return err
	case ',', ']', '}': // what a list leaves behind that was cut off
		f.w.advance(1)
		return nil
	}
	return f.otherLine()
}

// maxPause is how many objects are taken one by one at most before lines are
// asked for again.
const maxPause = 64

// someLines takes lines that hold what is read line by line, if there are any.
func (f *framer) someLines() (took bool, err error) {
	if f.lines == nil || !f.w.atLineStart() {
		return false, nil
	}
	return f.several()
}

// someElements takes elements of a list that are read many at a time.
func (f *framer) someElements(columns []string) (took bool, err error) {
	if !f.intoLists || !f.listed || columns != nil {
		return false, nil
	}
	return f.several()
}

// several takes what is taken many at a time. An input that has no such records is
// not asked at each.
func (f *framer) several() (took bool, err error) {
	if f.pause > 0 {
		f.pause--
		return false, nil
	}
	if took, err = f.lines(); took {
		f.missed = 0
		return took, err
	}
	f.missed++
	f.pause = min(f.missed, maxPause)
	return false, err
}

// restOfList goes on in the list in which several records ended, if they did.
func (f *framer) restOfList(err error) error {
	if err != nil || !f.listed {
		return err
	}
	ended, err := f.elements(f.listLine, 1, nil)
	f.listed = false
	if err != nil || !ended {
		return err
	}
	if i, key, more := f.nextList(); more {
		return f.holder(0, i, key, nil)
	}
	return nil
}

// numbered is how many records stood on a line so far.
func (f *framer) numbered(line int64) int {
	if line != f.line {
		return 0
	}
	return f.onLine
}

// place numbers the record that starts here.
func (f *framer) place(lists int) int {
	if f.w.line != f.line {
		f.line, f.onLine = f.w.line, 0
	}
	n := f.onLine
	f.onLine++
	if lists == 0 && n == 0 {
		return -1
	}
	return n
}

// otherLine takes a line that does not start with a record: after a byte order
// mark or what a container runtime or syslog writes before it there may still
// be one.
func (f *framer) otherLine() error {
	line := f.w.line
	n, ok := f.w.lineEnd(blockSize)
	s := f.w.text()[:n]
	if skip := prefix(s); skip > 0 {
		if took, err := f.someLines(); took || err != nil {
			return f.restOfList(err)
		}
		f.w.advance(skip)
		return nil
	}
	reason := "not JSON"
	if isBinary(s) {
		reason = "binary data"
	}
	sample := strings.Clone(s[:min(n, 60)])
	f.w.advance(n)
	for !ok {
		n, ok = f.w.lineEnd(blockSize)
		f.w.advance(n)
	}
	f.refuse(line, reason, sample)
	return nil
}

func prefix(s string) int {
	if strings.HasPrefix(s, "\xef\xbb\xbf") {
		return 3
	}
	s = s[:min(len(s), maxPrefix)]
	if i := strings.Index(s, `{"kind":"Event`); i > 0 {
		return i
	}
	// Half a record has quotes before its next object; a date and a name have not.
	if i := strings.Index(s, `{"`); i > 0 && strings.IndexByte(s[:i], '"') < 0 && isSpace(s[i-1]) {
		return i
	}
	return 0
}

// maxPrefix is how much text may stand before a record on its line.
const maxPrefix = 512

func isBinary(s string) bool {
	s = s[:min(len(s), 4096)]
	odd := 0
	for i := range len(s) {
		if s[i] == 0 {
			return true
		}
		if s[i] < ' ' && !isSpace(s[i]) {
			odd++
		}
	}
	return odd > len(s)/8
}

// object takes the object at the window's start: as a record, or as what holds
// lists of records.
func (f *framer) object(lists int, columns []string) error {
	n, found := f.w.lineEnd(blockSize)
	s := f.w.text()[:n]
	members, end := scanMembers(s, 0, f.members[:0], lists < maxLists)
	f.members = members[:0]
	switch {
	case end == atContainer:
		last := members[len(members)-1]
		return f.holder(lists, last.start, s[last.keyStart:last.keyEnd], columnsOf(s, members))
	case end < 0 && (!found || n < len(f.w.text()) || !f.w.eof):
		return f.walk(lists)
	}
	fr := &f.frame
	*fr = frame{text: s, members: members, whole: end >= 0, line: f.w.line, number: f.place(lists)}
	if fr.whole {
		fr.text = s[:end]
	}
	f.w.advance(len(fr.text))
	return f.take(fr)
}

// walk is object for what does not stand whole on the line.
func (f *framer) walk(lists int) error {
	k := &walker{w: f.w, containers: lists < maxLists}
	how := k.run()
	if how == walkContainer {
		s := f.w.text()[:k.i]
		members, _ := scanObject(s, 0, f.members[:0])
		f.members = members[:0]
		return f.holder(lists, k.i, s[k.strStart:k.strEnd], columnsOf(s, members))
	}
	fr := frame{text: f.w.text()[:min(k.i, MaxRecord)], line: f.w.line, number: f.place(lists)}
	if how == walkTooLong {
		f.skip(k)
		return f.take(&fr)
	}
	members, end := scanObject(fr.text, 0, f.members[:0])
	fr.members, fr.whole, f.members = members, end == len(fr.text), members[:0]
	f.w.advance(k.i)
	return f.take(&fr)
}

// skip walks to the end of a value without keeping it.
func (f *framer) skip(k *walker) {
	k.containers = false
	for {
		k.forget()
		if k.run() != walkTooLong {
			k.forget()
			return
		}
	}
}

// holder takes the lists of records in an object; the first starts at offset i.
func (f *framer) holder(lists, i int, key string, columns []string) error {
	for more := true; more; {
		if key != "rows" && key != "Rows" {
			columns = nil
		}
		f.w.advance(i)
		if lists == 0 {
			f.listed = true
		}
		ended, err := f.list(lists+1, columns)
		if err != nil || !ended {
			return err
		}
		i, key, more = f.nextList()
	}
	return nil
}

// nextList looks for one more list in the object that holds the one that ended.
func (f *framer) nextList() (i int, key string, more bool) {
	k := &walker{w: f.w, containers: true, prev: ']'}
	k.nested.push(true)
	switch k.run() {
	case walkContainer:
		return k.i, f.w.text()[k.strStart:k.strEnd], true
	case walkTooLong:
		f.skip(k)
	default:
		f.w.advance(k.i)
	}
	return 0, "", false
}

// list takes the elements of the list at the window's start: see elements.
func (f *framer) list(lists int, columns []string) (ended bool, err error) {
	start := f.w.line
	f.w.advance(1)
	if lists == 1 {
		f.listLine = start
	}
	ended, err = f.elements(start, lists, columns)
	if lists == 1 {
		f.listed = false
	}
	return ended, err
}

// elements takes elements of a list that began on a line. It has not ended when the
// input has, or when an element was cut off and what follows belongs to no list; or
// when it was stepped out of, together with the object that holds it.
func (f *framer) elements(start int64, lists int, columns []string) (ended bool, err error) {
	for {
		c, ok := f.w.peek()
		switch {
		case !ok:
			f.refuse(start, "a list that is cut off", "")
			return false, nil
		case c == ']':
			f.w.advance(1)
			return true, nil
		case c == ',':
			f.w.advance(1)
			continue
		}
		if lists == 1 && c == '{' {
			took, err := f.someElements(columns)
			if err != nil || took && !f.listed {
				return false, err
			}
			if took {
				start = f.listLine
				continue
			}
		}
		if err := f.element(c, lists, columns); err != nil {
			return false, err
		}
		if c, ok := f.w.peek(); ok && c != ',' && c != ']' {
			f.refuse(start, "a list that is cut off", "")
			return false, nil
		}
	}
}

func (f *framer) element(c byte, lists int, columns []string) error {
	switch {
	case c == '{':
		return f.object(lists, columns)
	case c == '[' && columns != nil:
		return f.row(columns)
	}
	f.otherElement(c)
	return nil
}

// otherElement refuses an element that is no object.
func (f *framer) otherElement(c byte) {
	f.place(1)
	line, k := f.w.line, &walker{w: f.w}
	switch {
	case c != '"' && c != '[':
		f.scalar()
	case k.run() == walkTooLong:
		f.skip(k)
	default:
		f.w.advance(k.i)
	}
	f.refuse(line, "an element that is no object", "")
}

// scalar skips a number, a word, or whatever else it is, up to what may follow
// in a list.
func (f *framer) scalar() {
	for {
		s := f.w.text()
		if i := strings.IndexAny(s, ",]\n"); i >= 0 {
			f.w.advance(i)
			return
		}
		f.w.advance(len(s))
		if !f.w.fill() {
			return
		}
	}
}
