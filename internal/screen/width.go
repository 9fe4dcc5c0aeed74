package screen

import (
	"sort"
	"strings"
	"unicode"
)

// Width is the number of terminal cells that a text takes.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += RuneWidth(r)
	}
	return n
}

// RuneWidth is the number of terminal cells that a character takes.
func RuneWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case isWide(r):
		return 2
	}
	return 1
}

// wide are the ranges of characters that take two cells: East Asian scripts,
// and the signs that terminals draw as emoji.
var wide = [][2]rune{
	{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0}, {0x23f3, 0x23f3},
	{0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f}, {0x2693, 0x2693}, {0x26a1, 0x26a1},
	{0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5}, {0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea},
	{0x26f2, 0x26f3}, {0x26f5, 0x26f5}, {0x26fa, 0x26fa}, {0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b},
	{0x2728, 0x2728}, {0x274c, 0x274c}, {0x274e, 0x274e}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
	{0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55},
	{0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe10, 0xfe19},
	{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x16fe0, 0x18aff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004},
	{0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c},
	{0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
	{0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a},
	{0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2},
	{0x1f6d5, 0x1f6d7}, {0x1f6dc, 0x1f6df}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f7f0, 0x1f7f0},
	{0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
}

func isWide(r rune) bool {
	i := sort.Search(len(wide), func(i int) bool { return r <= wide[i][1] })
	return i < len(wide) && r >= wide[i][0]
}

// Wrap breaks a text into lines of at most width cells, between words where it
// can.
func Wrap(s string, width int) []string {
	if width < 1 || Width(s) <= width {
		return []string{s}
	}
	var out []string
	line, used := "", 0
	for _, word := range strings.SplitAfter(s, " ") {
		w := Width(strings.TrimRight(word, " "))
		if used > 0 && used+w > width {
			out = append(out, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		for w > width {
			head, tail := Cut(word, width)
			// JSON, paths and lists have better places than the edge.
			if at := strings.LastIndexAny(head, ",;/&|"); at+1 > len(head)*2/3 {
				head, tail = word[:at+1], word[at+1:]
			}
			out = append(out, head)
			word, w = tail, Width(strings.TrimRight(tail, " "))
		}
		line += word
		used += Width(word)
	}
	if line = strings.TrimRight(line, " "); line != "" {
		out = append(out, line)
	}
	return out
}

// Cut splits a text after as many whole characters as fit in width cells, at
// least one.
func Cut(s string, width int) (head, tail string) {
	used := 0
	for i, r := range s {
		if used += RuneWidth(r); used > width && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// Clip is a text on one line, with its end replaced by … where it takes more
// than width cells.
func Clip(s string, width int) string {
	s = OneLine(s)
	if Width(s) <= width {
		return s
	}
	if width < 2 {
		return "…"
	}
	head, _ := Cut(s, width-1)
	if Width(head) > width-1 {
		return "…"
	}
	return head + "…"
}

// Pad is a text with blanks after it up to width cells.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-Width(s), 0))
}
