package exec

import "github.com/dogwatch-dev/dogwatch/kql/plan"

// pivot lays the values of each combination of keys out in one row, in the
// order in which the combinations first came.
func (r *run) pivot(n *plan.Pivot, out sink) error {
	in, err := r.collect(n.In)
	if err != nil {
		return err
	}
	keys := len(in.cols) - 2
	result := newRowStore(r, n)
	result.keep = nil
	column := map[string]int{}
	for i, name := range n.Names {
		column[name] = keys + i
	}
	rows := map[string]int{}
	for i := range int32(in.n) {
		at, ok := rows[pathKey(in, i, keys)]
		if !ok {
			at = result.n
			rows[pathKey(in, i, keys)] = at
			if err := result.blank(n, in, i, keys); err != nil {
				return err
			}
		}
		if c, ok := column[in.cols[keys][i].Str()]; ok {
			result.cols[c][at] = in.cols[keys+1][i]
		}
		if in.origin != nil {
			result.origin[at] = append(result.origin[at], in.origin[i]...)
		}
	}
	return result.emit(out)
}

// blank appends a row with the keys of another and nothing counted yet.
func (s *rowStore) blank(n *plan.Pivot, from *rowStore, row int32, keys int) error {
	for c := range s.cols {
		v := n.Missing
		if c < keys {
			v = from.cols[c][row]
		}
		s.cols[c] = append(s.cols[c], v)
	}
	if from.origin != nil {
		s.origin = append(s.origin, nil)
	}
	s.n++
	return s.run.grow(int64(len(s.cols)*valueSize), "pivot")
}

// pathKey is the first keys of a row as one text.
func pathKey(s *rowStore, row int32, keys int) string {
	var key []byte
	for c := range keys {
		key = s.cols[c][row].GroupKey(key)
	}
	return string(key)
}
