package exec

import (
	"net/netip"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An ipTable finds the rows of ranges that an address, or a range, lies in: it
// tries every length of prefix that occurs.
type ipTable struct {
	v6      bool
	ranges  map[ipKey][]int32
	lengths [129]bool
}

// An ipKey is a range, and the other columns that have to be equal.
type ipKey struct {
	prefix netip.Prefix
	also   string
}

// prefix reads an address or a range. Those of version 4 stand among those of
// version 6 as the addresses ::ffff:0:0/96.
func (t *ipTable) prefix(text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return p, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if !t.v6 {
		return p.Masked(), p.Addr().Is4()
	}
	if p.Addr().Is4() {
		p = netip.PrefixFrom(netip.AddrFrom16(p.Addr().As16()), p.Bits()+96)
	}
	return p.Masked(), true
}

func alsoKey(keys [][]value.Value, i int32) string {
	var key []byte
	for _, k := range keys {
		key = k[i].GroupKey(key)
	}
	return string(key)
}

// add notes the range of row number row.
func (t *ipTable) add(vals [][]value.Value, i, row int32) {
	p, ok := t.prefix(vals[0][i].Str())
	if !ok {
		return
	}
	t.lengths[p.Bits()] = true
	key := ipKey{p, alsoKey(vals[1:], i)}
	t.ranges[key] = append(t.ranges[key], row)
}

// find gives the rows whose range holds the address, the narrowest first.
func (t *ipTable) find(vals [][]value.Value, i int32) []int32 {
	p, ok := t.prefix(vals[0][i].Str())
	if !ok {
		return nil
	}
	also := alsoKey(vals[1:], i)
	var found []int32
	for bits := p.Bits(); bits >= 0; bits-- {
		if !t.lengths[bits] {
			continue
		}
		if wider, err := p.Addr().Prefix(bits); err == nil {
			found = append(found, t.ranges[ipKey{wider, also}]...)
		}
	}
	return found
}

// ipLookup keeps the table of ranges, and the other rows stream by.
func (r *run) ipLookup(n *plan.IPLookup, out sink) error {
	right := newRowStore(r, n.Right)
	right.keep = nil
	table := &ipTable{v6: n.V6, ranges: map[ipKey][]int32{}}
	evs, err := r.compileAll(append([]plan.Expr{n.Range}, n.RightKeys...))
	if err != nil {
		return err
	}
	err = r.stream(n.Right, func(b *value.Batch) error {
		rows := b.Rows()
		vals := evalAll(evs, b, rows)
		for k, i := range rows {
			table.add(vals, i, int32(right.n+k))
		}
		if err := r.grow(int64(96*len(rows)), "ipv4_lookup"); err != nil {
			return err
		}
		return right.add(b)
	})
	if err != nil {
		return err
	}
	left, err := r.compileAll(append([]plan.Expr{n.Address}, n.LeftKeys...))
	if err != nil {
		return err
	}
	j := &joiner{run: r, n: &plan.Join{Out: n.Out}, right: right, width: len(n.Left.Schema()), out: out}
	j.n.SetSchema(n.Schema())
	return r.stream(n.Left, func(b *value.Batch) error {
		rows := b.Rows()
		vals := evalAll(left, b, rows)
		p := &pairs{}
		for _, i := range rows {
			matches := table.find(vals, i)
			for _, m := range matches {
				p.add(i, m)
			}
			if len(matches) == 0 && n.Unmatched {
				p.add(i, -1)
			}
			if len(p.left) >= batchRows {
				if err := j.push(b, p); err != nil {
					return err
				}
				p = &pairs{}
			}
		}
		return j.push(b, p)
	})
}

func evalAll(evs []evaluator, b *value.Batch, rows []int32) [][]value.Value {
	out := make([][]value.Value, len(evs))
	for i, ev := range evs {
		out[i] = ev.eval(b, rows)
	}
	return out
}
