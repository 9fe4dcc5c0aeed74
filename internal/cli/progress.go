package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A meter shows on a terminal how far reading has come: bytes, rate and the
// time that is left. It draws at most ten times a second, whoever calls it.
type meter struct {
	w     io.Writer
	now   func() time.Time
	width int

	mu      sync.Mutex
	started time.Time
	drawn   time.Time
	shown   int // cells of the line that stands on the screen
}

// newMeter returns nil, which draws nothing, where no person looks on.
func newMeter(env *Env, quiet bool) *meter {
	if quiet || !env.StderrTerminal || env.Getenv("CI") != "" || env.Getenv("TERM") == "dumb" {
		return nil
	}
	width := env.Width
	if width <= 0 {
		width = 80
	}
	return &meter{w: env.Stderr, now: env.Now, width: width, started: env.Now()}
}

// show draws how much was read of total bytes (0: not known), and of what.
func (m *meter) show(name string, read, total, records int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	// What takes less than half a second needs no bar.
	if now.Sub(m.started) < 500*time.Millisecond || now.Sub(m.drawn) < 100*time.Millisecond {
		return
	}
	m.drawn = now
	m.draw(meterLine(oneLine(name), read, total, records, now.Sub(m.started), m.width-1))
}

func (m *meter) draw(line string) {
	pad := max(m.shown-displayWidth(line), 0)
	fmt.Fprintf(m.w, "\r%s%s", line, strings.Repeat(" ", pad))
	m.shown = displayWidth(line)
}

// clear takes the line off the screen, before anything else is printed there.
func (m *meter) clear() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown > 0 {
		fmt.Fprintf(m.w, "\r%s\r", strings.Repeat(" ", m.shown))
		m.shown = 0
	}
}

const barCells = 20

// meterLine is "Reading x  ████░░  45%  1,200 records  412 MB  96 MB/s  3 s left",
// with what does not fit left out from the end.
func meterLine(name string, read, total, records int64, elapsed time.Duration, width int) string {
	rate := float64(read) / max(elapsed.Seconds(), 1e-3)
	var parts []string
	if total > 0 {
		done := min(float64(read)/float64(total), 1)
		full := int(done * barCells)
		parts = append(parts, strings.Repeat("█", full)+strings.Repeat("░", barCells-full)+fmt.Sprintf(" %3.0f%%", 100*done))
		if left := float64(total-read) / max(rate, 1); read > 0 && read <= total {
			parts = append(parts, duration(time.Duration(left*float64(time.Second)))+" left")
		}
	}
	parts = append(parts, size(read), size(int64(rate))+"/s")
	if records > 0 {
		parts = append(parts, plural(records, "record"))
	}
	line := "Reading"
	for _, part := range parts {
		if displayWidth(line)+2+displayWidth(part) > width {
			break
		}
		line += "  " + part
	}
	if room := width - displayWidth(line) - 1; room > 8 && name != "" {
		head, tail := cutWidth(name, room)
		if tail != "" {
			head, _ = cutWidth(name, room-1)
			head += "…"
		}
		line = "Reading " + head + strings.TrimPrefix(line, "Reading")
	}
	return line
}

// duration is a time for people: 0.38 s, 12 s, 3 min 5 s, 2 h 10 min.
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.2g s", max(d.Seconds(), 0.01))
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}
