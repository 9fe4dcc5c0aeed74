package geo

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

// MaxGeohash is the number of digits that the longest geohash has.
const MaxGeohash = 18

// A box is what a geohash stands for, by its place among the columns and rows
// of its accuracy.
type box struct {
	x, y         uint64 // column from the west, row from the south
	xBits, yBits int
}

// geohashBits says how often a geohash of n digits halves the world, from west
// to east and from south to north.
func geohashBits(n int) (x, y int) { return (5*n + 1) / 2, 5 * n / 2 }

// cell is the number of the part, of 2^bits, that holds a share of the whole.
func cell(share float64, bits int) uint64 {
	n := uint64(share * float64(uint64(1)<<bits))
	return min(n, uint64(1)<<bits-1)
}

// Geohash is the hash of n digits of a point; "" when there is none.
func Geohash(lng, lat float64, n int64) string {
	if _, ok := Point(lng, lat); !ok || n < 1 || n > MaxGeohash {
		return ""
	}
	b := box{}
	b.xBits, b.yBits = geohashBits(int(n))
	b.x, b.y = cell((lng+180)/360, b.xBits), cell((lat+90)/180, b.yBits)
	return b.hash()
}

// hash writes the bits of column and row by turns, five a digit.
func (b box) hash() string {
	var out strings.Builder
	digit, x, y := 0, b.xBits, b.yBits
	for i := range b.xBits + b.yBits {
		bit := uint64(0)
		if i%2 == 0 {
			x--
			bit = b.x >> x & 1
		} else {
			y--
			bit = b.y >> y & 1
		}
		digit = digit<<1 | int(bit)
		if i%5 == 4 {
			out.WriteByte(geohashDigits[digit])
			digit = 0
		}
	}
	return out.String()
}

// parseGeohash reads a hash, in lower or upper case.
func parseGeohash(hash string) (b box, ok bool) {
	if hash == "" || len(hash) > MaxGeohash {
		return box{}, false
	}
	b.xBits, b.yBits = geohashBits(len(hash))
	for i := range 5 * len(hash) {
		digit := strings.IndexByte(geohashDigits, lower(hash[i/5]))
		if digit < 0 {
			return box{}, false
		}
		bit := uint64(digit >> (4 - i%5) & 1)
		if i%2 == 0 {
			b.x = b.x<<1 | bit
		} else {
			b.y = b.y<<1 | bit
		}
	}
	return b, true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// at is the point that lies dx and dy parts of the box from its south west.
func (b box) at(dx, dy float64) (lng, lat float64) {
	return (float64(b.x)+dx)/float64(uint64(1)<<b.xBits)*360 - 180, (float64(b.y)+dy)/float64(uint64(1)<<b.yBits)*180 - 90
}

// GeohashCenter is the middle of a geohash.
func GeohashCenter(hash string) value.Value {
	b, ok := parseGeohash(hash)
	if !ok {
		return Null()
	}
	return PointAt(b.at(0.5, 0.5))
}

// GeohashPolygon is the area of a geohash.
func GeohashPolygon(hash string) value.Value {
	b, ok := parseGeohash(hash)
	if !ok {
		return Null()
	}
	var corners [][2]float64
	for _, d := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		lng, lat := b.at(d[0], d[1])
		corners = append(corners, [2]float64{lng, lat})
	}
	return ring(corners)
}

// GeohashNeighbors lists the hashes around a geohash, beginning in the west
// and going by the south; beyond the poles there are none.
func GeohashNeighbors(hash string) value.Value {
	b, ok := parseGeohash(hash)
	if !ok {
		return Null()
	}
	var out []value.Value
	for _, d := range [][2]int64{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}, {1, 1}, {1, 0}, {0, 1}, {-1, 1}} {
		n := b
		n.x = (b.x + uint64(d[0])) & (uint64(1)<<b.xBits - 1)
		n.y = b.y + uint64(d[1])
		if n.y < uint64(1)<<b.yBits {
			out = append(out, value.StringOf(n.hash()))
		}
	}
	return value.ArrayOf(out)
}
