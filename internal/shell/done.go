package shell

import "strings"

// explain is the command that takes a query, which may have several lines.
const explain = ".explain "

// Done says whether Enter ends a text: a command is one line, and a query ends
// with a semicolon or an empty line. A semicolon inside of a text or behind a
// let does not end it, for then the query is still to come.
func Done(text string) bool {
	trimmed := strings.TrimSpace(text)
	if _, isCommand := strings.CutPrefix(trimmed, "."); trimmed == "" || isCommand && !strings.HasPrefix(trimmed, explain) {
		return true
	}
	p := placeOf(text)
	if p.quote >= 0 && strings.HasPrefix(text[p.quote:], "```") {
		return false
	}
	if strings.HasSuffix(strings.TrimRight(text, " \t"), "\n") {
		return true
	}
	l := p.inner()
	if p.comment || l.open >= 0 || strings.TrimSpace(text[l.start:]) != "" || l.start == 0 {
		return false
	}
	return !declares(lastStatement(text[:l.start-1]))
}

// lastStatement is what stands behind the last semicolon of a text.
func lastStatement(text string) string { return text[placeOf(text).levels[0].start:] }

// declares says whether a statement gives no answer by itself.
func declares(statement string) bool {
	switch firstWord(statement) {
	case "let", "set", "declare", "alias", "restrict":
		return true
	}
	return false
}

// firstWord is the first word of a text, with comments read over.
func firstWord(s string) string {
	for {
		s = strings.TrimSpace(s)
		if !strings.HasPrefix(s, "//") {
			break
		}
		_, rest, more := strings.Cut(s, "\n")
		if !more {
			return ""
		}
		s = rest
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !isNameRune(r) })
	if end < 0 {
		return s
	}
	return s[:end]
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80
}
