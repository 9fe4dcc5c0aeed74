package h3

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCellsOfKnownPoints(t *testing.T) {
	// From the examples of h3geo.org and Kusto's documentation.
	for _, c := range []struct {
		lat, lng float64
		res      int
		want     string
	}{
		{37.775938728915946, -122.41795063018799, 9, "8928308280fffff"},
		{40.689250859314974, -74.04450446039874, 6, "862a1072fffffff"},
		{84.12426881556607, -104.53182220458984, 3, "83030afffffffff"},
		{90, 0, 0, "8001fffffffffff"},
		{-90, 0, 0, "80f3fffffffffff"},
	} {
		if got := At(c.lat, c.lng, c.res).String(); got != c.want {
			t.Errorf("cell of %v, %v at %d is %s, want %s", c.lat, c.lng, c.res, got, c.want)
		}
	}
}

// everywhere gives cells of all resolutions: at random points, and around all
// pentagons, where the grid is odd.
func everywhere(do func(Cell)) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		do(At(math.Asin(2*r.Float64()-1)*180/math.Pi, r.Float64()*360-180, r.IntN(MaxResolution+1)))
	}
	for b := range homes {
		if !isPentagon(b) {
			continue
		}
		for res := range MaxResolution + 1 {
			pentagon, _ := newCell(MaxResolution, b).turn(func(int) int { return 0 }).Parent(res)
			do(pentagon)
			for _, ring := range pentagon.Rings(1) {
				for _, c := range ring {
					do(c)
				}
			}
		}
	}
}

func TestMiddlesLieInTheirCells(t *testing.T) {
	everywhere(func(c Cell) {
		if lat, lng := c.Center(); At(lat, lng, c.Resolution()) != c {
			t.Fatalf("the middle of %s lies in %s", c, At(lat, lng, c.Resolution()))
		}
		if again, ok := Parse(c.String()); !ok || again != c {
			t.Fatalf("%s is not read as it was written", c)
		}
	})
}

func TestNeighboursAreMutual(t *testing.T) {
	everywhere(func(c Cell) {
		all := c.Neighbours()
		if want := 6; len(all) != want && !(c.IsPentagon() && len(all) == 5) {
			t.Fatalf("%s has %d neighbours", c, len(all))
		}
		for _, n := range all {
			mutual := false
			for _, back := range n.Neighbours() {
				mutual = mutual || back == c
			}
			if !mutual {
				t.Fatalf("%s is next to %s, but not the other way round", n, c)
			}
		}
	})
}

func TestChildrenHaveTheirParent(t *testing.T) {
	everywhere(func(c Cell) {
		if c.Resolution() > MaxResolution-2 {
			return
		}
		seen := map[Cell]bool{}
		for _, child := range c.Children(c.Resolution() + 2) {
			parent, ok := child.Parent(c.Resolution())
			if !ok || parent != c || !child.valid() || seen[child] {
				t.Fatalf("%s is a child of %s, and its parent %s", child, c, parent)
			}
			seen[child] = true
		}
		if want := 49; len(seen) != want && !(c.IsPentagon() && len(seen) == 41) {
			t.Fatalf("%s has %d grandchildren", c, len(seen))
		}
	})
}

func TestNeighboursShareCorners(t *testing.T) {
	everywhere(func(c Cell) {
		if c.Resolution() > 10 {
			return // corners are as exact as that
		}
		for _, n := range c.Neighbours() {
			shared := 0
			for _, p := range c.Boundary() {
				for _, q := range n.Boundary() {
					if vectorOf(p.Lat, p.Lng).dot(vectorOf(q.Lat, q.Lng)) > 1-1e-15 {
						shared++
					}
				}
			}
			if shared < 2 {
				t.Fatalf("%s and %s share %d corners", c, n, shared)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"862a1072fffffff", "8001fffffffffff", "", "abc", "8f28308280f18f2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := Parse(text)
		if !ok {
			return
		}
		c.Boundary()
		c.Neighbours()
		if lat, lng := c.Center(); math.IsNaN(lat+lng) || At(lat, lng, c.Resolution()) != c {
			t.Fatalf("the middle of %s is %v, %v", c, lat, lng)
		}
	})
}
