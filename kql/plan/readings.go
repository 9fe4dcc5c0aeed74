package plan

// Readings is how often a run reads tables, up to many: what is named by a let
// is read in each place that names it, unless it is materialized.
func Readings(p *Plan) int {
	r := readings{known: map[Node]int{}}
	return r.of(p.Root)
}

// manyReadings is enough to know.
const manyReadings = 1000

type readings struct{ known map[Node]int }

func (r *readings) of(n Node) int {
	if count, ok := r.known[n]; ok {
		return count
	}
	count := 0
	if _, scan := n.(*Scan); scan {
		count = 1
	}
	for _, in := range Readers(n) {
		count = min(count+r.of(in), manyReadings)
	}
	switch n := n.(type) { // once for each row, or group
	case *MvApply:
		count = min(count+r.of(n.Sub), manyReadings)
	case *Partition:
		count = min(count+r.of(n.Sub), manyReadings)
	case *GraphPartition:
		count = min(count+r.of(n.Sub), manyReadings)
	case *TopNested:
		for _, sub := range n.plans() {
			count = min(count+r.of(sub), manyReadings)
		}
	}
	r.known[n] = count
	if _, once := n.(*Shared); once {
		r.known[n] = 0
	}
	return count
}
