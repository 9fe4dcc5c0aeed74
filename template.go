package dogwatch

import "strings"

// Placeholders are the names between {{ and }} in a text.
func Placeholders(format string) []string {
	var out []string
	expand(format, func(name string, _ bool) (string, bool) {
		out = append(out, name)
		return "", false
	})
	return out
}

// Expand puts values in the place of {{Name}}. What has no value shows as "?",
// but before a slash it is left out with the slash: {{Namespace}}/{{Name}} of
// an object without a namespace is its name. Values are cut at 300 characters,
// and their control characters, which could fool a terminal, become blanks.
func Expand(format string, get func(name string) string) string {
	return expand(format, func(name string, slash bool) (text string, drop bool) {
		switch text = plain(get(name)); {
		case text != "":
			return text, false
		case slash:
			return "", true
		}
		return "?", false
	})
}

// expand asks for the text of each name; slash says that one follows, which is
// dropped when get wishes so.
func expand(format string, get func(name string, slash bool) (text string, drop bool)) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(format, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !ok || !closed {
			b.WriteString(format)
			return b.String()
		}
		b.WriteString(before)
		text, drop := get(strings.TrimSpace(name), strings.HasPrefix(after, "/"))
		b.WriteString(text)
		if drop {
			after = after[1:]
		}
		format = after
	}
}

// plain is a text that is safe to show in one line.
func plain(s string) string {
	const most = 300
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			b.WriteString("...")
			break
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
