// Command flame draws a flame graph: it reads the stacks of a profile, as
// `go tool pprof -traces` writes them, from standard input, and writes an SVG.
//
// A box is a function, as wide as its part of the time; below it stands what
// called it. Boxes that stand side by side are in alphabetical order.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"log"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	title := flag.String("title", "", "what stands above")
	root := flag.String("root", "", "stacks are those of functions that `match` this, from there on")
	without := flag.String("without", "^$", "stacks with functions that `match` this are left out")
	flag.Parse()
	stacks, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	tree := grow(stacks, regexp.MustCompile(*root), regexp.MustCompile(*without))
	if tree.time == 0 {
		log.Fatal("no stack is left to draw")
	}
	if err := draw(os.Stdout, tree, *title); err != nil {
		log.Fatal(err)
	}
}

// A stack is where a program was, the innermost function first, for a time.
type stack struct {
	time  time.Duration
	calls []string
}

// read reads what pprof -traces writes: stacks between lines of dashes.
func read(in io.Reader) (out []stack, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var s stack
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----") {
			if len(s.calls) > 0 {
				out = append(out, s)
			}
			s = stack{}
			continue
		}
		words := strings.Fields(strings.TrimSuffix(line, " (inline)"))
		if len(words) == 2 && len(s.calls) == 0 {
			if s.time, err = time.ParseDuration(words[0]); err == nil {
				s.calls = append(s.calls, short(words[1]))
			}
			continue
		}
		if len(words) == 1 && len(s.calls) > 0 {
			s.calls = append(s.calls, short(words[0]))
		}
	}
	if len(s.calls) > 0 {
		out = append(out, s)
	}
	return out, lines.Err()
}

// short is a function's name without where its package comes from.
func short(name string) string {
	name = strings.TrimPrefix(name, "github.com/dogwatch-dev/dogwatch/")
	return strings.TrimPrefix(name, "internal/")
}

// A node is a function called by the one below it.
type node struct {
	name  string
	time  time.Duration
	above map[string]*node
}

func (n *node) call(name string) *node {
	if n.above[name] == nil {
		n.above[name] = &node{name: name, above: map[string]*node{}}
	}
	return n.above[name]
}

func grow(stacks []stack, root, without *regexp.Regexp) *node {
	tree := &node{name: "all", above: map[string]*node{}}
	for _, s := range stacks {
		from := -1
		for i, call := range s.calls {
			if without.MatchString(call) {
				from = -1
				break
			}
			if root.MatchString(call) {
				from = i
			}
		}
		if from < 0 {
			continue
		}
		at := tree
		at.time += s.time
		for _, call := range slices.Backward(s.calls[:from+1]) {
			at = at.call(call)
			at.time += s.time
		}
	}
	return tree
}

const (
	width  = 1200
	margin = 10
	row    = 17
	letter = 6.3 // how wide a letter is, about
	least  = 2.4 // a box that is narrower is left out
)

// depth is how many rows of boxes stand above a node.
func depth(n *node, scale float64) int {
	most := 0
	for _, c := range n.above {
		if float64(c.time)*scale >= least {
			most = max(most, 1+depth(c, scale))
		}
	}
	return most
}

func draw(w io.Writer, tree *node, title string) error {
	scale := float64(width-2*margin) / float64(tree.time)
	rows := depth(tree, scale)
	height := 40 + rows*row + margin
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="10.5">`+"\n", width, height)
	fmt.Fprintf(out, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(out, `<text x="%d" y="22" font-size="14" fill="#222">%s</text>`+"\n", margin, html.EscapeString(title))
	p := painter{out, scale, tree.time}
	p.calls(tree, margin, height-margin-row)
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

type painter struct {
	out   io.Writer
	scale float64
	total time.Duration
}

// calls draws what a node calls, from x on, in the row at y.
func (p *painter) calls(n *node, x float64, y int) {
	names := make([]string, 0, len(n.above))
	for name := range n.above {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c := n.above[name]
		w := float64(c.time) * p.scale
		if w >= least {
			p.box(c, x, w, y)
			p.calls(c, x, y-row)
		}
		x += w
	}
}

func (p *painter) box(n *node, x, w float64, y int) {
	part := 100 * float64(n.time) / float64(p.total)
	fmt.Fprintf(p.out, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%d" width="%.1f" height="%d" rx="1" fill="%s"/>`, html.EscapeString(n.name), part, x, y, w-0.4, row-1, color(n.name))
	if room := int((w - 6) / letter); room >= 3 {
		fmt.Fprintf(p.out, `<text x="%.1f" y="%d" fill="#222">%s</text>`, x+3, y+12, html.EscapeString(cut(n.name, room)))
	}
	fmt.Fprintln(p.out, "</g>")
}

func cut(s string, room int) string {
	if len(s) <= room {
		return s
	}
	return s[:room-2] + ".."
}

// color is warm for ours and grey for the language's own.
func color(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	n := h.Sum32()
	if strings.HasPrefix(name, "runtime.") {
		g := 205 + n%25
		return fmt.Sprintf("rgb(%d,%d,%d)", g, g, g+6)
	}
	return fmt.Sprintf("rgb(%d,%d,%d)", 232+n%20, 150+n/32%70, 80+n/4096%50)
}
