package exec

import (
	"cmp"
	"errors"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A merging column is one that came with one or several schemas.
type merging struct {
	name, typ string
	at        int64 // the furthest place where it came
	moved     bool  // it came at other places too
	rows      []int32
}

// What schema_merge says of a column that came at different places.
const (
	outOfOrder     = "ERROR(columns are out of order)"
	outOfOrderType = "ERROR(unknown CSL type:" + outOfOrder + ")"
)

// schemaMerge makes one schema of several, given as rows of name, place and
// type; with the parameter true, or none, columns have to keep their places.
func (p *plugin) schemaMerge() error {
	keep := len(p.params) == 0 || p.params[0].Bool()
	byName := map[string]*merging{}
	var all []*merging
	for i := range int32(p.rows) {
		name, at, typ := p.cols[0][i].Str(), p.cols[1][i].Int(), p.cols[2][i].Str()
		m := byName[name]
		if m == nil {
			m = &merging{name: name, typ: typ, at: at}
			byName[name] = m
			all = append(all, m)
		}
		if m.typ != typ {
			return errors.New("not supported yet: schema_merge of columns with one name and different types")
		}
		m.moved = m.moved || m.at != at
		m.at = max(m.at, at)
		m.rows = append(m.rows, i)
	}
	slices.SortStableFunc(all, func(x, y *merging) int { return cmp.Compare(x.at, y.at) })
	for i, m := range all {
		if i > 0 && m.at == all[i-1].at {
			return errors.New("not supported yet: schema_merge of different columns at one place")
		}
		place, net, typ := m.at, plan.NetName(m.typ), m.typ
		if m.moved && keep {
			place, net, typ = -1, outOfOrderType, outOfOrder
		}
		if err := p.emit(m.rows, value.StringOf(m.name), long(place), value.StringOf(net), value.StringOf(typ)); err != nil {
			return err
		}
	}
	return nil
}
