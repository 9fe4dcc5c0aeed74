package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// index takes in a condition that a column of text is, or is not, one of some
// texts, or that a flag is or is not set; false if it is of another form.
func (p *Panel) index(id int, e plan.Expr) bool {
	if f := flagFilterOf(e); f != nil {
		p.flagsOf(f.col).add(id, f.want == 1)
		return true
	}
	col, texts, not, ok := textsOf(e)
	if !ok {
		return false
	}
	if not {
		p.textsOf(col).refuse(id, texts)
		return true
	}
	return p.textsOf(col).want(id, texts)
}

// A textIndex is what sieves compare a column of text with.
type textIndex struct {
	col     int
	users   Set
	wanting Set // sieves that want it to be one of some texts
	texts   map[string]*namedText
}

// A namedText is a text that sieves name, and who wants it, or does not.
type namedText struct {
	wanted, refused Set
	gone            Set // those that turn it away, once the panel is ready
}

func (p *Panel) textsOf(col int) *textIndex {
	for _, x := range p.texts {
		if x.col == col {
			return x
		}
	}
	x := &textIndex{col, NewSet(p.width), NewSet(p.width), map[string]*namedText{}}
	p.texts = append(p.texts, x)
	return x
}

func (x *textIndex) want(id int, texts []string) bool {
	if x.wanting.Has(id) { // a second one is a condition of its own
		return false
	}
	x.users.Add(id)
	x.wanting.Add(id)
	for _, text := range texts {
		x.named(text).wanted.Add(id)
	}
	return true
}

func (x *textIndex) refuse(id int, texts []string) {
	x.users.Add(id)
	for _, text := range texts {
		x.named(text).refused.Add(id)
	}
}

func (x *textIndex) named(text string) *namedText {
	t := x.texts[text]
	if t == nil {
		n := len(x.users)
		t = &namedText{make(Set, n), make(Set, n), make(Set, n)}
		x.texts[text] = t
	}
	return t
}

func (x *textIndex) prepare() {
	for _, t := range x.texts {
		for w := range t.gone {
			t.gone[w] = x.wanting[w]&^t.wanted[w] | t.refused[w]
		}
	}
}

func (x *textIndex) judge(b *value.Batch, rows []int32, sets []Set) {
	if len(rows) == 0 {
		return
	}
	vals := b.Col(x.col, rows)
	for _, row := range rows {
		gone := x.wanting
		if t := x.texts[vals[row].Str()]; t != nil {
			gone = t.gone
		}
		set := sets[row]
		for w := range set {
			set[w] &^= gone[w]
		}
	}
}

// A flagIndex is which sieves want a bool column to be true, and which false.
type flagIndex struct {
	col            int
	users, yes, no Set
}

func (p *Panel) flagsOf(col int) *flagIndex {
	for _, x := range p.flags {
		if x.col == col {
			return x
		}
	}
	x := &flagIndex{col, NewSet(p.width), NewSet(p.width), NewSet(p.width)}
	p.flags = append(p.flags, x)
	return x
}

func (x *flagIndex) add(id int, want bool) {
	x.users.Add(id)
	if want {
		x.yes.Add(id)
	} else {
		x.no.Add(id)
	}
}

func (x *flagIndex) judge(b *value.Batch, rows []int32, sets []Set) {
	if len(rows) == 0 {
		return
	}
	vals := b.Col(x.col, rows)
	for _, row := range rows {
		v, set := &vals[row], sets[row]
		switch {
		case v.IsNull():
			for w := range set {
				set[w] &^= x.users[w]
			}
		case v.Int() == 0:
			for w := range set {
				set[w] &^= x.yes[w]
			}
		default:
			for w := range set {
				set[w] &^= x.no[w]
			}
		}
	}
}
