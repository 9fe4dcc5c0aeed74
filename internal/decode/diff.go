package decode

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// served are members that the server writes, not the client.
var served = map[string]bool{
	"/metadata/managedFields": true, "/metadata/resourceVersion": true, "/metadata/generation": true,
	"/metadata/uid": true, "/metadata/creationTimestamp": true, "/metadata/selfLink": true, "/status": true,
}

// diff returns what differs in now from old, in the shape of now, and what old
// has and now has not. The elements of named lists are compared one by one and
// keep their names; of other lists whole elements are new or not.
//
// With part set, now is only a part of an object: what it leaves out stays.
func diff(old, now value.Value, part bool) (set value.Value, removed []string) {
	d := differ{part: part}
	set, changed := d.bag(old, now, "", 0)
	if !changed {
		set = value.BagOf(nil, nil)
	}
	return set, d.removed
}

type differ struct {
	part    bool
	removed []string
}

func (d *differ) value(old, now value.Value, at, key string, depth int) (set value.Value, changed bool) {
	switch {
	case value.SameText(old, now):
		return now, false
	case depth > deepest:
		return now, !value.Equal(old, now)
	case old.IsBag() && now.IsBag():
		return d.bag(old, now, at, depth)
	case old.IsArray() && now.IsArray():
		if namedLists[key] && allNamed(old) && allNamed(now) {
			return d.named(old, now, at, depth)
		}
		return d.list(old, now)
	}
	return now, !value.Equal(old, now)
}

func (d *differ) bag(old, now value.Value, at string, depth int) (set value.Value, changed bool) {
	removed := len(d.removed)
	if set, ok := d.paired(old, now, at, depth); ok {
		return set, set.Len() > 0
	}
	d.removed = d.removed[:removed]
	var keys []string
	var elems []value.Value
	names, members := now.Members()
	oldNames, were := old.Members()
	before := places{names: oldNames}
	for i, name := range names {
		under := at + "/" + escapePointer(name)
		if served[under] {
			continue
		}
		v, differs := members[i], true
		if k := before.find(name, i); k >= 0 {
			v, differs = d.value(were[k], members[i], under, name, depth+1)
		}
		if differs {
			keys, elems = append(keys, name), append(elems, v)
		}
	}
	gone := d.gone(oldNames, places{names: names}, at)
	return value.BagOf(keys, elems), len(keys) > 0 || gone
}

// paired is bag for versions that have the same names in the same order, of which
// only what differs is read.
func (d *differ) paired(old, now value.Value, at string, depth int) (set value.Value, ok bool) {
	var keys []string
	var elems []value.Value
	ok = value.EachDiffering(old, now, func(name string, was, is value.Value) {
		under := at + "/" + escapePointer(name)
		if served[under] {
			return
		}
		if v, differs := d.value(was, is, under, name, depth+1); differs {
			keys, elems = append(keys, name), append(elems, v)
		}
	})
	return value.BagOf(keys, elems), ok
}

// places are those of the names of an object. Its versions mostly have the same
// names at the same places.
type places struct {
	names []string
	at    map[string]int // of many names
}

func (p *places) find(name string, near int) int {
	if near < len(p.names) && p.names[near] == name {
		return near
	}
	if len(p.names) <= 32 {
		return slices.Index(p.names, name)
	}
	if p.at == nil {
		p.at = make(map[string]int, len(p.names))
		for i, n := range p.names {
			p.at[n] = i
		}
	}
	if i, ok := p.at[name]; ok {
		return i
	}
	return -1
}

// gone notes the names of old that are not among those of now.
func (d *differ) gone(old []string, now places, at string) (any bool) {
	if d.part {
		return false
	}
	for i, name := range old {
		if now.find(name, i) >= 0 {
			continue
		}
		if under := at + "/" + escapePointer(name); !served[under] {
			d.removed, any = append(d.removed, under), true
		}
	}
	return any
}

var namedLists = map[string]bool{
	"containers": true, "initContainers": true, "ephemeralContainers": true, "volumes": true, "env": true,
	"webhooks": true, // whose certificates are renewed all the time
}

func allNamed(list value.Value) bool {
	seen := map[string]bool{}
	for _, e := range list.Elems() {
		name := e.Get("name").String()
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

func (d *differ) named(old, now value.Value, at string, depth int) (value.Value, bool) {
	byName := map[string]value.Value{}
	for _, e := range old.Elems() {
		byName[e.Get("name").String()] = e
	}
	kept := []value.Value{}
	for _, e := range now.Elems() {
		name := e.Get("name").String()
		before, known := byName[name]
		delete(byName, name)
		if !known {
			kept = append(kept, e)
			continue
		}
		if set, changed := d.bag(before, e, at+"/"+escapePointer(name), depth+1); changed {
			kept = append(kept, withName(set, e.Get("name")))
		}
	}
	gone := false
	for _, e := range old.Elems() {
		if d.part {
			break
		}
		if name := e.Get("name").String(); byName[name].IsBag() {
			d.removed, gone = append(d.removed, at+"/"+escapePointer(name)), true
		}
	}
	return value.ArrayOf(kept), len(kept) > 0 || gone
}

func withName(set, name value.Value) value.Value {
	if set.Has("name") {
		return set
	}
	keys, elems := set.Members()
	return value.BagOf(append([]string{"name"}, keys...), append([]value.Value{name}, elems...))
}

func (d *differ) list(old, now value.Value) (value.Value, bool) {
	if d.part {
		return d.partList(old, now)
	}
	before := map[string]int{}
	for _, e := range old.Elems() {
		before[string(e.GroupKey(nil))]++
	}
	kept := []value.Value{}
	for _, e := range now.Elems() {
		key := string(e.GroupKey(nil))
		if before[key] > 0 {
			before[key]--
			continue
		}
		kept = append(kept, e)
	}
	return value.ArrayOf(kept), len(kept) > 0 || old.Len() != now.Len()
}

// maxPairs bounds the comparing of every element with every other.
const maxPairs = 100_000

// partList keeps the elements that no element of old covers.
func (d *differ) partList(old, now value.Value) (value.Value, bool) {
	before := old.Elems()
	if len(before)*now.Len() > maxPairs {
		return now, true
	}
	kept := []value.Value{}
	for _, e := range now.Elems() {
		if !slices.ContainsFunc(before, func(b value.Value) bool { return covers(b, e, 0) }) {
			kept = append(kept, e)
		}
	}
	return value.ArrayOf(kept), len(kept) > 0
}

// covers says whether all that part says holds of whole.
func covers(whole, part value.Value, depth int) bool {
	if depth > deepest || !whole.IsBag() || !part.IsBag() {
		return value.Equal(whole, part)
	}
	names, members := part.Members()
	for i, name := range names {
		if !whole.Has(name) || !covers(whole.Get(name), members[i], depth+1) {
			return false
		}
	}
	return true
}
