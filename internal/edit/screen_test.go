package edit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// A tube is a terminal of some columns and rows that does what the editor asks
// of one. What it does not know is a mistake.
type tube struct {
	t             testing.TB
	width, height int
	cells         [][]rune // 0 is the second half of a wide character
	row, column   int
}

func newTube(t testing.TB, width, height int) *tube {
	v := &tube{t: t, width: width, height: height}
	v.clear()
	return v
}

func (v *tube) clear() {
	v.cells = nil
	for range v.height {
		v.cells = append(v.cells, nil)
	}
}

func (v *tube) Write(p []byte) (int, error) {
	for s := string(p); s != ""; {
		s = s[v.one(s):]
	}
	return len(p), nil
}

// one does what the first character or sequence of s says.
func (v *tube) one(s string) int {
	r := []rune(s)[0]
	switch r {
	case '\r':
		v.column = 0
		return 1
	case '\n':
		v.down()
		return 1
	case 0x1b:
		return v.sequence(s)
	}
	if r < ' ' {
		v.t.Errorf("control character %q is written", r)
	}
	v.put(r)
	return len(string(r))
}

func (v *tube) down() {
	if v.row++; v.row == v.height {
		v.cells = append(v.cells[1:], nil)
		v.row--
	}
}

func (v *tube) put(r rune) {
	w := screen.RuneWidth(r)
	if v.column+w > v.width {
		v.t.Errorf("%q is written beyond the last column", r)
		return
	}
	line := v.cells[v.row]
	for len(line) < v.column+w {
		line = append(line, ' ')
	}
	for i := range w {
		line[v.column+i] = 0
	}
	if w > 0 {
		line[v.column] = r
	}
	v.cells[v.row] = line
	v.column += w
}

func (v *tube) sequence(s string) int {
	end := 2 + strings.IndexFunc(s[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
	n := 0
	_, _ = fmt.Sscanf(s[2:end], "%d", &n) // 0 where there is no number
	switch seq := s[:end+1]; {
	case s[end] == 'A':
		if v.row -= n; v.row < 0 {
			v.t.Errorf("the cursor goes above the screen")
			v.row = 0
		}
	case s[end] == 'C':
		if v.column += n; v.column >= v.width {
			v.t.Errorf("the cursor goes beyond the last column")
		}
	case seq == "\x1b[J":
		v.cells[v.row] = v.cells[v.row][:min(v.column, len(v.cells[v.row]))]
		for i := v.row + 1; i < v.height; i++ {
			v.cells[i] = nil
		}
	case seq == "\x1b[H":
		v.row, v.column = 0, 0
	case seq == "\x1b[2J":
		v.clear()
	case seq == "\x1b[?2004h", seq == "\x1b[?2004l":
	default:
		v.t.Errorf("unknown sequence %q", seq)
	}
	return end + 1
}

// String is what stands on the screen.
func (v *tube) String() string {
	var rows []string
	for _, line := range v.cells {
		rows = append(rows, strings.TrimRight(strings.ReplaceAll(string(line), "\x00", ""), " "))
	}
	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}
