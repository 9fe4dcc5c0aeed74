package geo

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/geo/h3"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxDescent is how many resolutions below a cell its children may be.
const maxDescent = 5

// H3Cell is the H3 cell of a resolution that holds a point; "" when there is
// none.
func H3Cell(lng, lat float64, res int64) string {
	if _, ok := Point(lng, lat); !ok || res < 0 || res > h3.MaxResolution {
		return ""
	}
	return h3.At(lat, lng, int(res)).String()
}

// ofHexagon makes functions of an H3 cell; null for what is none.
func ofHexagon(cell string, f func(h3.Cell) value.Value) value.Value {
	c, ok := h3.Parse(cell)
	if !ok {
		return Null()
	}
	return f(c)
}

// H3Center is the middle of an H3 cell.
func H3Center(cell string) value.Value {
	return ofHexagon(cell, func(c h3.Cell) value.Value {
		lat, lng := c.Center()
		return PointAt(lng, lat)
	})
}

// H3Polygon is the area of an H3 cell.
func H3Polygon(cell string) value.Value {
	return ofHexagon(cell, func(c h3.Cell) value.Value {
		var corners [][2]float64
		for _, p := range c.Boundary() {
			corners = append(corners, [2]float64{p.Lng, p.Lat})
		}
		return ring(corners)
	})
}

// H3Neighbors lists the cells around an H3 cell.
func H3Neighbors(cell string) value.Value {
	return ofHexagon(cell, func(c h3.Cell) value.Value { return hexagons(c.Neighbours()) })
}

// H3Rings lists the cells at each distance from an H3 cell, up to one.
func H3Rings(cell string, distance int64) value.Value {
	if distance < 0 || distance > h3.MaxRings {
		return Null()
	}
	return ofHexagon(cell, func(c h3.Cell) value.Value { return arrayOf(c.Rings(int(distance)), hexagons) })
}

// H3Children lists the cells of a resolution that an H3 cell is made of; when
// res is nil, of the next one.
func H3Children(cell string, res *int64) value.Value {
	return ofHexagon(cell, func(c h3.Cell) value.Value {
		to := c.Resolution() + 1
		if res != nil {
			to = int(*res)
		}
		if to <= c.Resolution() || to > min(h3.MaxResolution, c.Resolution()+maxDescent) {
			return Null()
		}
		return hexagons(c.Children(to))
	})
}

// H3Parent is the cell of a resolution that an H3 cell is part of; when res is
// nil, of the one before. It is "" when there is none.
func H3Parent(cell string, res *int64) string {
	c, ok := h3.Parse(cell)
	if !ok {
		return ""
	}
	to := int64(c.Resolution() - 1)
	if res != nil {
		to = *res
	}
	if to < 0 || to >= int64(c.Resolution()) {
		return ""
	}
	parent, _ := c.Parent(int(to))
	return parent.String()
}

// H3Level is the resolution of an H3 cell.
func H3Level(cell string) value.Value {
	c, ok := h3.Parse(cell)
	if !ok {
		return value.NullOf(value.Int)
	}
	return value.IntOf(int32(c.Resolution()))
}

func hexagons(cells []h3.Cell) value.Value {
	return arrayOf(cells, func(c h3.Cell) value.Value { return value.StringOf(c.String()) })
}

// H3Fill lists the H3 cells of a resolution whose middles lie in polygons, by
// their numbers; null when they are too many.
func H3Fill(polygon value.Value, res int64) value.Value {
	polygons, ok := ParsePolygons(polygon)
	if !ok || res < 0 || res > h3.MaxResolution {
		return Null()
	}
	var all []h3.Cell
	for _, p := range polygons {
		var rings [][]h3.LatLng
		for _, loop := range p.Loops() {
			var ring []h3.LatLng
			for _, v := range loop.Vertices() {
				at := planar(v)
				ring = append(ring, h3.LatLng{Lat: at.Y, Lng: at.X})
			}
			rings = append(rings, ring)
		}
		cells, ok := h3.Fill(rings, int(res))
		if !ok {
			return Null()
		}
		all = append(all, cells...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > h3.MaxFill {
		return Null()
	}
	return hexagons(all)
}
