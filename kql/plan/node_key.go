package plan

import "reflect"

// NodeKeys tell whether steps of different queries over the same rows are the same:
// those that have one key give the same rows, as far as anything above reads them.
type NodeKeys struct{ ids map[string]int }

// NewNodeKeys returns an empty NodeKeys.
func NewNodeKeys() *NodeKeys { return &NodeKeys{map[string]int{}} }

// A NodeKey is the key of a step, from 0 on; some have none. What a timed one gives
// depends on the clock too.
type NodeKey struct {
	ID    int
	Timed bool
}

var noKey = NodeKey{ID: -1}

// A NodeReader knows how a query, or a test of it, reads its steps.
type NodeReader struct {
	Keys *NodeKeys
	// Needed are the columns that are read of each step; those of others all are.
	Needed map[Node][]bool
	// Holds says of a condition that it is true of all rows that come to it.
	Holds func(*Where) bool
	// Rows tells apart by a number what comes of a scan.
	Rows func(*Scan) int

	known map[Node]NodeKey
	// buf is what is written of the steps that are looked at, one inside another.
	buf keyText
}

// Of is the key of a step.
func (r *NodeReader) Of(n Node) (key NodeKey, ok bool) {
	key, seen := r.known[n]
	if !seen {
		key = r.key(func(k *nodeKeyer) { k.step(n) })
		if r.known == nil {
			r.known = map[Node]NodeKey{}
		}
		r.known[n] = key
	}
	return key, key.ID >= 0
}

// OfResult is the key of all columns of a step: that of a step says nothing of those
// that nobody asks for.
func (r *NodeReader) OfResult(n Node) (key NodeKey, ok bool) {
	key = r.key(func(k *nodeKeyer) {
		k.byte(ofResult)
		k.rows(n)
		k.int(len(n.Schema()))
	})
	return key, key.ID >= 0
}

// OfCrowd is the key of a crowd.
func (r *NodeReader) OfCrowd(c Crowd) (key NodeKey, ok bool) {
	key = r.key(func(k *nodeKeyer) {
		k.byte(ofCrowd)
		k.rows(c.In)
		k.list(c.By...)
		k.optional(c.Near)
		k.int(int(c.Apart))
	})
	return key, key.ID >= 0
}

func (r *NodeReader) key(write func(*nodeKeyer)) NodeKey {
	from := len(r.buf)
	k := &nodeKeyer{keyText: &r.buf, of: r}
	write(k)
	key := noKey
	if text := r.buf[from:]; !k.unknown {
		id, ok := r.Keys.ids[string(text)]
		if !ok {
			id = len(r.Keys.ids)
			r.Keys.ids[string(text)] = id
		}
		key = NodeKey{id, k.timed}
	}
	r.buf = r.buf[:from]
	return key
}

// A nodeKeyer writes what tells a step from others, whose inputs have keys.
type nodeKeyer struct {
	*keyText
	of      *NodeReader
	unknown bool
	timed   bool
}

// rows writes the key of an input.
func (k *nodeKeyer) rows(n Node) {
	key, ok := k.of.Of(n)
	k.unknown = k.unknown || !ok
	k.timed = k.timed || key.Timed
	k.int(key.ID)
}

func (k *nodeKeyer) step(n Node) {
	switch n := n.(type) {
	case *Scan:
		k.byte(ofScan)
		k.text(n.Table)
		k.ints(n.Columns)
		k.int(k.of.Rows(n))
	case *Values:
		k.values(n)
	case *Where:
		k.byte(ofWhere)
		k.rows(n.In)
		if k.of.Holds(n) {
			k.int(0)
		} else {
			k.list(n.P)
		}
	case *Project:
		k.project(n)
	case *Summarize:
		k.summarize(n)
	case *Sort:
		k.byte(ofSort)
		k.rows(n.In)
		k.int(len(n.Keys))
		for _, key := range n.Keys {
			k.list(key.X)
			k.bool(key.Asc)
			k.bool(key.NullsFirst)
		}
		k.optional(n.Limit)
	case *Take:
		k.byte(ofTake)
		k.rows(n.In)
		k.list(n.N)
	case *Join:
		k.byte(ofJoin)
		k.int(int(n.Kind))
		k.rows(n.Left)
		k.rows(n.Right)
		k.list(n.LeftKeys...)
		k.list(n.RightKeys...)
		k.int(len(n.Left.Schema())) // Out counts on from there
		k.ints(n.Out)
	case *Union:
		k.union(n)
	case *MvExpand:
		k.mvExpand(n)
	case *Shared:
		k.byte(ofShared)
		k.rows(n.In)
		for _, yes := range k.of.Needed[n] { // they are kept, and others are not
			k.bool(yes)
		}
	case *Render:
		k.byte(ofShared)
		k.rows(n.In)
	default:
		k.unknown = true
	}
}

// project writes the columns that are made: of others nothing is seen, and those that
// stand where they stood are told by who reads them.
func (k *nodeKeyer) project(n *Project) {
	k.unknown = k.unknown || n.Ordered
	k.byte(ofProject)
	k.rows(n.In)
	needed := k.of.Needed[n]
	for c, e := range n.Exprs {
		if col, ok := e.(*Col); ok && col.Index == c || needed != nil && !needed[c] {
			continue
		}
		k.int(c)
		k.expr(e)
	}
}

func (k *nodeKeyer) summarize(n *Summarize) {
	k.byte(ofSummarize)
	k.rows(n.In)
	k.list(n.By...)
	for _, a := range n.Aggs {
		k.int(a.Extreme)
		k.int(int(reflect.ValueOf(a.Func).Pointer()))
		k.list(a.Args...)
		for _, t := range a.Types {
			k.byte(byte(t))
		}
	}
}

func (k *nodeKeyer) union(n *Union) {
	k.byte(ofUnion)
	k.int(len(n.Ins))
	for i, in := range n.Ins {
		k.rows(in)
		k.ints(n.Maps[i])
	}
	for _, s := range n.Source {
		k.text(s)
	}
	for _, f := range n.Schema() {
		k.byte(byte(f.Type))
	}
}

func (k *nodeKeyer) mvExpand(n *MvExpand) {
	k.byte(ofMvExpand)
	k.rows(n.In)
	k.list(n.Exprs...)
	for _, t := range n.Types {
		k.byte(byte(t))
	}
	k.bool(n.ArrayBag)
	k.ints(n.Out)
	k.int(n.Index)
	k.optional(n.Limit)
}

func (k *nodeKeyer) ints(list []int) {
	k.int(len(list))
	for _, n := range list {
		k.int(n)
	}
}

func (k *nodeKeyer) optional(e Expr) {
	if k.bool(e != nil); e != nil {
		k.expr(e)
	}
}

func (k *nodeKeyer) list(all ...Expr) { k.exprs(all, k) }

// expr writes all of an expression.
func (k *nodeKeyer) expr(e Expr) {
	if c, ok := e.(*Call); ok {
		k.timed = k.timed || c.Bound.Timed
	}
	k.unknown = !k.write(e, k) || k.unknown
}

func (k *nodeKeyer) scalarOf(e *Scalar) {
	k.byte(byte(e.Typ))
	k.rows(e.Sub)
}
