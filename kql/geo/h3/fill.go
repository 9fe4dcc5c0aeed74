package h3

import "math"

// MaxFill is how many cells may stand for a polygon.
const MaxFill = 61680

// maxProbes is how many points of a polygon's surroundings are looked at.
const maxProbes = 1 << 22

// Fill lists the cells of a resolution whose middles lie in a polygon, given by
// its rings; edges are straight on a map of degrees. It is false when there are
// too many.
func Fill(rings [][]LatLng, res int) ([]Cell, bool) {
	rings = unwrapped(rings)
	south, west, north, east := bounds(rings)
	// Probes lie closer together than the middle and the edge of any cell.
	step := 10.0 / 2 / scale(res)
	var out []Cell
	seen := map[Cell]bool{}
	probes := 0
	for lat := south; lat < north+step; lat += step {
		across := step / max(math.Cos(math.Min(math.Abs(lat)+step, 90)*math.Pi/180), 1e-3)
		for lng := west; lng < east+across; lng += across {
			if probes++; probes > maxProbes || len(out) > MaxFill {
				return nil, false
			}
			c := At(min(lat, 90), lng, res)
			if seen[c] {
				continue
			}
			seen[c] = true
			if middleLat, middleLng := c.Center(); holds(rings, middleLat, near(middleLng, lng)) {
				out = append(out, c)
			}
		}
	}
	return out, len(out) <= MaxFill
}

// near is the longitude that is equal to lng and closest to another.
func near(lng, other float64) float64 { return other + math.Remainder(lng-other, 360) }

// unwrapped is rings without jumps where they cross the antimeridian.
func unwrapped(rings [][]LatLng) [][]LatLng {
	out := make([][]LatLng, len(rings))
	start := 0.0
	for i, ring := range rings {
		before := start
		for k, p := range ring {
			if i > 0 || k > 0 {
				p.Lng = near(p.Lng, before)
			} else {
				start = p.Lng
			}
			before = p.Lng
			out[i] = append(out[i], p)
		}
	}
	return out
}

func bounds(rings [][]LatLng) (south, west, north, east float64) {
	south, west = math.Inf(1), math.Inf(1)
	north, east = math.Inf(-1), math.Inf(-1)
	for _, ring := range rings {
		for _, p := range ring {
			south, north = min(south, p.Lat), max(north, p.Lat)
			west, east = min(west, p.Lng), max(east, p.Lng)
		}
	}
	return south, west, north, east
}

// holds counts the edges that lie east of a point.
func holds(rings [][]LatLng, lat, lng float64) bool {
	inside := false
	for _, ring := range rings {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			if (p.Lat > lat) != (q.Lat > lat) && lng < p.Lng+(lat-p.Lat)/(q.Lat-p.Lat)*(q.Lng-p.Lng) {
				inside = !inside
			}
		}
	}
	return inside
}
