package geo

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxCover is how many cells may cover a shape.
const maxCover = 65536

// A Region is a shape that cells can be compared with.
type Region interface {
	s2.Shape
	s2.Region
}

// Cover lists the tokens of the S2 cells of a level that cover all that lies
// within a radius in meters of shapes; null when they are too many.
func Cover[R Region](shapes []R, level int64, radius float64) value.Value {
	if level < 0 || level > MaxLevel || !(radius >= 0) || radius > EarthRadius {
		return Null()
	}
	c := &coverer{level: int(level), touches: near(shapes, radius)}
	bound := s2.EmptyCap()
	for _, s := range shapes {
		bound = bound.AddCap(s.CapBound())
	}
	start := s2.CellUnion(bound.Expanded(angle(radius)).CellUnionBound())
	start.Normalize()
	for _, id := range start {
		if id.Level() > c.level {
			id = id.Parent(c.level)
		}
		c.add(id)
	}
	if len(c.found) > maxCover {
		return Null()
	}
	return tokens(c.found)
}

// near says whether a cell comes within a radius of any shape.
func near[R Region](shapes []R, radius float64) func(s2.Cell) bool {
	if radius == 0 {
		return func(c s2.Cell) bool {
			for _, s := range shapes {
				if s.IntersectsCell(c) {
					return true
				}
			}
			return false
		}
	}
	index := s2.NewShapeIndex()
	for _, s := range shapes {
		index.Add(s)
	}
	query := s2.NewClosestEdgeQuery(index, s2.NewClosestEdgeQueryOptions().IncludeInteriors(true))
	limit := s1.ChordAngleFromAngle(angle(radius)).Successor()
	return func(c s2.Cell) bool { return query.IsDistanceLess(s2.NewMinDistanceToCellTarget(c), limit) }
}

// coverer looks for the cells of a level, in the order of their numbers.
type coverer struct {
	level   int
	touches func(s2.Cell) bool
	found   []s2.CellID
}

func (c *coverer) add(id s2.CellID) {
	known := len(c.found) > 0 && c.found[len(c.found)-1] >= id && id.Level() == c.level
	if known || len(c.found) > maxCover || !c.touches(s2.CellFromCellID(id)) {
		return
	}
	if id.Level() == c.level {
		c.found = append(c.found, id)
		return
	}
	for _, child := range id.Children() {
		c.add(child)
	}
}
