package geo

import (
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// MaxLevel is the level of the smallest S2 cells.
const MaxLevel = 30

// S2Cell is the token of the S2 cell of a level that holds a point; "" when
// there is none.
func S2Cell(lng, lat float64, level int64) string {
	p, ok := Point(lng, lat)
	if !ok || level < 0 || level > MaxLevel {
		return ""
	}
	return s2.CellFromPoint(p).ID().Parent(int(level)).ToToken()
}

func parseCell(token string) (s2.CellID, bool) {
	id := s2.CellIDFromToken(token)
	return id, id.IsValid()
}

// S2Center is the middle of an S2 cell.
func S2Center(token string) value.Value {
	id, ok := parseCell(token)
	if !ok {
		return Null()
	}
	return WritePoint(id.Point())
}

// S2Polygon is the area of an S2 cell.
func S2Polygon(token string) value.Value {
	id, ok := parseCell(token)
	if !ok {
		return Null()
	}
	c := s2.CellFromCellID(id)
	return WriteRings([]Rings{{{c.Vertex(0), c.Vertex(1), c.Vertex(2), c.Vertex(3)}}})
}

// S2Neighbors lists the tokens of the cells of the same level around a cell.
func S2Neighbors(token string) value.Value {
	id, ok := parseCell(token)
	if !ok {
		return Null()
	}
	return tokens(id.AllNeighbors(id.Level()))
}

func tokens(ids []s2.CellID) value.Value {
	return arrayOf(ids, func(id s2.CellID) value.Value { return value.StringOf(id.ToToken()) })
}
