package exec

import "github.com/dogwatch-dev/dogwatch/kql/value"

// rowsNear gives the rows around those for which the condition, the first
// column, holds: so many before and behind.
func (p *plugin) rowsNear() error {
	before, behind := p.params[0].Int(), p.params[0].Int()
	if len(p.params) > 1 {
		behind = p.params[1].Int()
	}
	given := int64(0) // rows that were looked at
	for i, cond := range p.cols[0] {
		if !cond.Bool() {
			continue
		}
		last := min(int64(i)+behind, int64(p.rows)-1)
		for given = max(given, int64(i)-before, 0); given <= last; given++ {
			row := make([]value.Value, len(p.cols)-1)
			for c := range row {
				row[c] = p.cols[c+1][given]
			}
			if err := p.emit([]int32{int32(given)}, row...); err != nil {
				return err
			}
		}
	}
	return nil
}

// narrow gives a row for each value: the row's number, the column, the text.
func (p *plugin) narrow() error {
	for i := range p.rows {
		for c, f := range p.n.In.Schema() {
			if err := p.emit([]int32{int32(i)}, long(i), value.StringOf(f.Name), p.cols[c][i].To(value.String)); err != nil {
				return err
			}
		}
	}
	return nil
}
