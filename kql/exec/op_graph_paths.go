package exec

import (
	"slices"
)

// shortest finds, from each node that may begin a path, the shortest paths to
// each that may end it: level by level, keeping for every node the edges over
// which a shortest path reaches it.
func (m *graphMatch) shortest() error {
	elem := &m.n.Elems[1]
	s := &paths{m: m, left: elem.Left, right: elem.Right, move: move{1, elem.Left, elem.Right, true}}
	for v := range int32(len(m.g.keys)) {
		if !allowed(m.fits[s.left], v) {
			continue
		}
		m.at[s.left] = v
		if err := s.from(v); err != nil {
			return err
		}
	}
	return nil
}

// paths are the shortest paths from one node.
type paths struct {
	m           *graphMatch
	left, right int // elements
	move        move
	start       int32
	far         map[int32]int64 // steps to a node
	reach       map[int32][]hop // the last steps of its shortest paths
}

// A hop is an edge and the node that it leads from, on a path.
type hop struct{ edge, from int32 }

func (s *paths) from(start int32) error {
	s.start, s.far, s.reach = start, map[int32]int64{start: 0}, map[int32][]hop{}
	order := []int32{start}
	elem := &s.m.n.Elems[1]
	for k := 0; k < len(order); k++ {
		v := order[k]
		if s.m.tried++; s.m.tried%1024 == 0 {
			if err := s.m.run.ctx.Err(); err != nil {
				return err
			}
		}
		switch {
		case s.far[v] == elem.High || v != start && !allowed(s.m.within[1], v):
			continue
		case s.far[v] == maxSteps:
			return tooLong
		}
		s.m.g.around(v, elem.ToRight, elem.ToLeft, func(e, w int32) bool {
			if !allowed(s.m.fits[1], e) {
				return true
			}
			steps, seen := s.far[w]
			if !seen {
				steps = s.far[v] + 1
				s.far[w] = steps
				order = append(order, w)
			}
			if steps == s.far[v]+1 && w != start {
				s.reach[w] = append(s.reach[w], hop{e, v})
			}
			return true
		})
	}
	for _, v := range order {
		if s.far[v] < elem.Low || !allowed(s.m.fits[s.right], v) {
			continue
		}
		s.m.at[s.right] = v
		if err := s.to(v); err != nil {
			return err
		}
	}
	return nil
}

// to gives the paths to a node, where the conditions on both ends hold.
func (s *paths) to(v int32) error {
	for k := range s.m.conds {
		if !s.m.holds(k) {
			return nil
		}
	}
	_, err := s.back(v)
	return err
}

// back goes from a node back to the start; done says that one path is enough.
func (s *paths) back(v int32) (done bool, err error) {
	if v == s.start {
		return !s.m.n.All, s.give()
	}
	for _, h := range s.reach[v] {
		s.m.steps[1] = append(s.m.steps[1], h.edge)
		if h.from != s.start {
			s.m.between[1] = append(s.m.between[1], h.from)
		}
		done, err = s.back(h.from)
		s.m.steps[1] = s.m.steps[1][:len(s.m.steps[1])-1]
		if h.from != s.start {
			s.m.between[1] = s.m.between[1][:len(s.m.between[1])-1]
		}
		if done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// give lets out the path, which was found from its end.
func (s *paths) give() error {
	steps, between := s.m.steps[1], s.m.between[1]
	s.m.steps[1], s.m.between[1] = reversed(steps), reversed(between)
	err := s.m.give()
	s.m.steps[1], s.m.between[1] = slices.Clip(steps), slices.Clip(between)
	return err
}
