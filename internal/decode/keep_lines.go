package decode

import "strings"

// Nearly every input of a store is events on lines of their own. Their members,
// and whether they have something at the paths that are kept, are found by the
// line's skeleton, without a look at the bytes in between.

// line takes the line at the window's start if it is one record; otherwise it
// takes nothing.
func (k *Keeper) line(f *framer) (took bool, err error) {
	rest := f.w.text()
	end, ok := k.skeleton.Read(rest)
	if !ok || end == len(rest) {
		return false, nil
	}
	s := rest[:end]
	members, ok := k.members(s, f.members[:0])
	f.members = members[:0]
	if !ok {
		return false, nil
	}
	fr := &f.frame
	*fr = frame{text: s, members: members, whole: true, line: f.w.line, number: f.place(0)}
	f.w.take(len(s), 0)
	k.lined = true
	err = f.take(fr)
	k.lined = false
	return true, err
}

// members is scanMembers for a line that one object fills.
func (k *Keeper) members(s string, members []member) (_ []member, ok bool) {
	w := walk{s, &k.skeleton, 0}
	for more := w.open(); more; more = w.next() {
		nameStart := w.i + 1
		name, ok := w.key()
		if !ok || len(members) == maxMembers {
			return members, false
		}
		m := member{keyStart: nameStart, keyEnd: nameStart + len(name), start: w.i}
		if w.i < len(s) && s[w.i] == '[' && isContainer(s, members, name) {
			return members, false
		}
		if !w.value() || w.i == m.start {
			return members, false
		}
		m.end = w.i
		members = append(members, m)
	}
	return members, w.i == len(s)
}

// absent are the paths, a bit each, at which the record at hand has nothing for
// sure. Most records have nothing at most paths.
func (k *Keeper) absent(rec *record) (bits uint64) {
	if !k.lined || rec.cut || rec.event.text != rec.text || rec.text != rec.raw {
		return 0
	}
	for i, p := range k.paths {
		if k.lacks(&rec.event, p) {
			bits |= 1 << i
		}
	}
	return bits
}

// lacks says whether an event, whose skeleton is at hand, has nothing at a path.
func (k *Keeper) lacks(e *event, p Path) bool {
	switch p.Column {
	case "Record":
		return k.nothingAt(e.text, 0, p.Keys)
	case "Object": // one of them
		return k.memberLacks(e, fRequest, p.Keys) && k.memberLacks(e, fResponse, p.Keys)
	case "Annotations":
		return k.memberLacks(e, fAnnotations, p.Keys)
	}
	return false
}

func (k *Keeper) memberLacks(e *event, field int, keys []string) bool {
	return e.raw(field) == "" || k.nothingAt(e.text, int(e.spans[field].start), keys)
}

// nothingAt says whether the object at s[i] has no member of this path. It is
// false where that is not sure.
func (k *Keeper) nothingAt(s string, i int, keys []string) bool {
	if s[i] != '{' {
		return false
	}
	w := walk{s, &k.skeleton, i}
	for more := w.open(); more; more = w.next() {
		name, ok := w.key()
		if !ok || strings.IndexByte(name, '\\') >= 0 {
			return false
		}
		if name == keys[0] && (len(keys) == 1 || !k.nothingAt(s, w.i, keys[1:])) {
			return false
		}
		start := w.i
		if !w.value() || w.i == start {
			return false
		}
	}
	return w.closed()
}
