package decode

import "strings"

// recordsHead begins a message of Azure's, a list of records on a line.
const recordsHead = `{"records":[`

// eventsHead begins a batch of the audit webhook's, a list of events on a line.
const eventsHead = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[`

// listHead is how long the head is of the list that a line begins; 0: it begins none.
func listHead(s string) int {
	switch {
	case strings.HasPrefix(s, recordsHead):
		return len(recordsHead)
	case strings.HasPrefix(s, eventsHead):
		return len(eventsHead)
	}
	return 0
}

// beginsEvent says whether an event begins s, as it stands in a list.
func beginsEvent(s string) bool {
	return strings.HasPrefix(s, `{"kind":"Event",`) || strings.HasPrefix(s, laidElement)
}

// A stray is a record of a chunk that is not seen at a glance: the reader reads it
// as any other.
type stray struct {
	text         string
	members      []member
	before       int   // items that stand before it
	line         int64 // counted from the chunk's first
	number       int   // as a frame's, counted from the chunk's first
	from, behind int   // of members, in the chunk's
}

// look takes the records at the start of a chunk: events that stand each on a line
// of their own, alone or in an envelope, and the elements of Azure's lists.
func (f *sifter) look(c *chunk) {
	f.forget()
	f.read(c)
	f.ask(true)
	f.finish(c)
}

// read is look but for what has to be asked first.
func (f *sifter) read(c *chunk) {
	c.reset(f.last)
	f.sets = c.sets[:0]
	for c.size < len(c.text) && f.next(c) {
	}
	for i := range c.strays {
		s := &c.strays[i]
		s.members = c.members[s.from:s.behind:s.behind]
	}
	c.sets, f.last = f.sets, len(c.items)
}

// finish is what is left of look then.
func (f *sifter) finish(c *chunk) {
	f.sets = c.sets
	f.settle(c.items, c.waiting)
	for _, i := range c.waiting {
		c.turns[i] = c.items[i].turn
	}
	c.sets = f.sets
}

// next takes a record, or steps into a list or out of it; false if there is
// something else.
func (f *sifter) next(c *chunk) bool {
	if c.listed {
		return f.element(c)
	}
	rest := c.text[c.size:]
	if n := listHead(rest); n > 0 {
		c.listed, c.opened = true, c.breaks
		c.size += n
		return true
	}
	if rest[0] == '{' {
		return f.line(c, rest)
	}
	skip := beginOfRecord(rest)
	c.size += skip
	switch rest = rest[skip:]; {
	case rest == "":
		return true
	case rest[0] == '\n':
		c.endLine()
		return true
	case rest[0] == '{' && f.line(c, rest):
		return true
	}
	c.size -= skip
	return false
}

// beginOfRecord is where on a line a record begins, behind white space and what a
// container runtime or syslog writes before it, or where an empty line ends.
func beginOfRecord(s string) int {
	i := 0
	for i < len(s) && s[i] != '\n' && isSpace(s[i]) {
		i++
	}
	if s = s[i:]; s == "" || strings.IndexByte("\n{[,]}", s[0]) >= 0 {
		return i
	}
	line, _, _ := strings.Cut(s[:min(len(s), maxPrefix)], "\n")
	return i + prefix(line)
}

// line takes a line that is an event or an envelope.
func (f *sifter) line(c *chunk, s string) bool {
	return f.enveloped && f.envelopeLine(c, s) || f.eventLine(c, s) || !f.enveloped && f.envelopeLine(c, s)
}

// eventLine takes a line that is an event.
func (f *sifter) eventLine(c *chunk, s string) bool {
	it := c.item()
	f.runs.aks = false
	if !it.read(s, nil, f.runs) {
		return false
	}
	end := len(it.text)
	if end == len(s) && !c.atEOF {
		return false
	}
	it.envelope, it.left, it.aks, it.number = envelope{}, nil, false, -1
	f.take(c, it)
	f.enveloped = false
	c.size += end
	c.endLine()
	return true
}

// envelopeLine takes a line that is an envelope.
func (f *sifter) envelopeLine(c *chunk, s string) bool {
	it := c.item()
	end := f.unwrap(s, it, c)
	if end < 0 {
		return false
	}
	for end < len(s) && s[end] != '\n' {
		if !isSpace(s[end]) {
			return false
		}
		end++
	}
	if end == len(s) && !c.atEOF {
		return false
	}
	it.number = -1
	f.take(c, it)
	f.enveloped = true
	c.size += end
	c.endLine()
	return true
}

// take notes the item that was read.
func (f *sifter) take(c *chunk, it *item) {
	it.line = c.breaks
	if f.parts(it); it.waits {
		c.waiting = append(c.waiting, len(c.items))
	}
	c.turns = append(c.turns, it.turn)
	c.items = c.items[:len(c.items)+1]
}

// element takes the element of a list at the chunk's size, or what stands between
// two, or steps out of the list.
func (f *sifter) element(c *chunk) bool {
	s := c.text[c.size:]
	switch s[0] {
	case '\n':
		c.endLine()
		return true
	case ' ', '\t', '\r', ',':
		c.size++
		return true
	case ']':
		return c.leave(s)
	case '{':
	default:
		return false
	}
	it := c.item()
	end := -1
	if beginsEvent(s) {
		end = f.eventElement(s, it)
	}
	if end < 0 {
		end = f.unwrap(s, it, c)
	}
	if end >= 0 && isFollowed(s, end) {
		it.number = c.count
		c.count++
		f.take(c, it)
		c.size += end
		return true
	}
	return c.stray(s)
}

// eventElement reads an event that s starts with; end is behind it, -1 if it is to be
// read another way.
func (f *sifter) eventElement(s string, it *item) (end int) {
	f.runs.aks = false
	if !it.readElement(s, f.runs) {
		return -1
	}
	it.envelope, it.left, it.aks = envelope{}, nil, false
	return len(it.text)
}

// isFollowed says whether the list goes on behind an element as lists do.
func isFollowed(s string, end int) bool {
	end = skipSpace(s, end)
	return end < len(s) && (s[end] == ',' || s[end] == ']')
}

// stray takes an element that stands whole on its line, and is no list of records
// itself.
func (c *chunk) stray(s string) bool {
	from := len(c.members)
	members, end := scanMembers(s, 0, c.own[:0], true)
	c.own = members[:0]
	if end < 0 || !isFollowed(s, end) || strings.IndexByte(s[:end], '\n') >= 0 {
		return false
	}
	c.members = append(c.members, members...)
	c.strays = append(c.strays, stray{
		text: s[:end], before: len(c.items), line: c.breaks, number: c.count, from: from, behind: len(c.members),
	})
	c.count++
	c.size += end
	return true
}

// leave steps out of a list, the last member of an object that ends its line.
func (c *chunk) leave(s string) bool {
	i := skipSpace(s, 1)
	if i >= len(s) || s[i] != '}' {
		return false
	}
	for i++; i < len(s) && s[i] != '\n'; i++ {
		if !isSpace(s[i]) {
			return false
		}
	}
	if i == len(s) && !c.atEOF || strings.IndexByte(s[:i], '\n') >= 0 {
		return false
	}
	c.listed = false
	c.size += i
	c.endLine()
	return true
}

// endLine takes a line break, if there is one.
func (c *chunk) endLine() {
	if c.size < len(c.text) {
		c.size++
		c.breaks++
		c.count = 0
	}
}

// item is where the next is read to.
func (c *chunk) item() *item {
	n := len(c.items)
	if n == cap(c.items) {
		c.items = append(c.items, item{})[:n]
	}
	return &c.items[:n+1][n]
}

// reset makes a chunk ready to be looked at, with room for so many items, or some
// more.
func (c *chunk) reset(room int) {
	if cap(c.items) < room {
		c.items = make([]item, 0, room+room/4)
		c.turns = make([]turn, 0, cap(c.items))
	}
	c.turns = c.turns[:0]
	c.items, c.waiting, c.strays, c.members = c.items[:0], c.waiting[:0], c.strays[:0], c.members[:0]
	c.logs, c.left = c.logs[:0], c.left[:0]
	c.size, c.body, c.breaks, c.count, c.opened = 0, 0, 0, 0, -1
	c.listed = c.begins
}
