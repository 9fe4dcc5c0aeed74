package exec

import (
	"net/netip"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ipLookup keeps the ranges by their prefix and tries every length that occurs,
// the longest first.
func (r *run) ipLookup(n *plan.IPLookup, out sink) error {
	right := newRowStore(r, n.Right)
	right.keep = nil
	ranges := map[string][]int32{}
	lengths := [33]bool{}
	evs, err := r.compileAll(append([]plan.Expr{n.Range}, n.RightKeys...))
	if err != nil {
		return err
	}
	err = r.stream(n.Right, func(b *value.Batch) error {
		rows := b.Rows()
		vals := evalAll(evs, b, rows)
		for k, i := range rows {
			p, ok := prefixOf(vals[0][i].Str())
			if !ok {
				continue
			}
			lengths[p.Bits()] = true
			key := lookupKey(p, vals[1:], i)
			ranges[key] = append(ranges[key], int32(right.n+k))
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
	j := &joiner{run: r, n: &plan.Join{}, right: right, width: len(n.Left.Schema()), out: out}
	j.n.SetSchema(n.Schema())
	for c := range n.Schema() {
		j.n.Out = append(j.n.Out, c)
	}
	return r.stream(n.Left, func(b *value.Batch) error {
		rows := b.Rows()
		vals := evalAll(left, b, rows)
		p := &pairs{}
		for _, i := range rows {
			matches := lookup(ranges, &lengths, vals, i)
			for _, m := range matches {
				p.add(i, m)
			}
			if len(matches) == 0 && n.Unmatched {
				p.add(i, -1)
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

// lookup finds the rows whose range holds the address: those of the longest
// prefix.
func lookup(ranges map[string][]int32, lengths *[33]bool, vals [][]value.Value, i int32) []int32 {
	addr, err := netip.ParseAddr(vals[0][i].Str())
	if err != nil || !addr.Is4() {
		return nil
	}
	for bits := 32; bits >= 0; bits-- {
		if !lengths[bits] {
			continue
		}
		p, err := addr.Prefix(bits)
		if err != nil {
			continue
		}
		if found := ranges[lookupKey(p, vals[1:], i)]; found != nil {
			return found
		}
	}
	return nil
}

func lookupKey(p netip.Prefix, keys [][]value.Value, i int32) string {
	key := []byte(p.String())
	for _, k := range keys {
		key = k[i].GroupKey(key)
	}
	return string(key)
}

// prefixOf reads an address or a range in IPv4 notation.
func prefixOf(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil && p.Addr().Is4() {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Is4() {
		return netip.PrefixFrom(a, 32), true
	}
	return netip.Prefix{}, false
}
