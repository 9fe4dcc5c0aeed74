package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/internal/edit"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/help"
)

// Complete says how a text may go on at a place.
func (l *Language) Complete(text string, pos int) edit.Completion {
	head := text[:pos]
	if query, ok := strings.CutPrefix(head, explain); ok {
		c := l.Complete(query, len(query))
		c.From += len(explain)
		return c
	}
	if strings.HasPrefix(strings.TrimSpace(head), ".") {
		return l.completeCommand(head)
	}
	p := placeOf(head)
	if p.comment {
		return edit.Completion{}
	}
	if p.quote >= 0 {
		return l.completeText(head, p.quote)
	}
	from := wordStart(head)
	in := p.inner()
	switch before := lastMark(head[:from], in.start); before {
	case '|':
		from = dashedStart(head)
		return matching(head, from, entries(help.Operators(), isPiped))
	case 0:
		return matching(head, from, l.sources(head, p))
	default:
		return matching(head, from, l.within(head, p, head[from:]))
	}
}

// wordStart is where the word at the end of a text begins.
func wordStart(s string) int {
	at := len(s)
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:at])
		if !isNameRune(r) && r != '$' {
			break
		}
		at -= n
	}
	return at
}

// dashedStart is wordStart for names of operators, which may have dashes.
func dashedStart(s string) int {
	at := wordStart(s)
	for at > 0 && s[at-1] == '-' {
		at = wordStart(s[:at-1])
	}
	return at
}

// lastMark is what stands before a word: 0 nothing but blanks since the start
// of the statement, '|' a pipe (and no more than the parts of a dashed word),
// else 'x'.
func lastMark(s string, start int) byte {
	s = s[start:]
	for strings.HasSuffix(s, "-") { // mv-exp
		s = s[:wordStart(s[:len(s)-1])]
	}
	switch s = strings.TrimSpace(s); {
	case s == "":
		return 0
	case strings.HasSuffix(s, "|"):
		return '|'
	}
	return 'x'
}

// isPiped says whether an operator may stand after a pipe: its form shows it.
func isPiped(e *help.Entry) bool { return strings.HasPrefix(e.Form, "T |") || e.Name == "search" }

// isFirst says whether an operator may start a query.
func isFirst(e *help.Entry) bool { return strings.HasPrefix(e.Form, e.Name) || e.Name == "union" }

func isAny(*help.Entry) bool { return true }

func entries(list []help.Entry, keep func(*help.Entry) bool) []edit.Candidate {
	var out []edit.Candidate
	for i := range list {
		if keep(&list[i]) {
			for _, name := range append([]string{list[i].Name}, list[i].Aliases...) {
				out = append(out, edit.Candidate{Text: name, After: " ", Doc: list[i].Doc})
			}
		}
	}
	return out
}

// sources are what a query, or a query in brackets, may begin with.
func (l *Language) sources(head string, p *place) []edit.Candidate {
	var out []edit.Candidate
	for _, t := range l.Tables {
		out = append(out, edit.Candidate{Text: t.Name, After: " ", Doc: t.Doc})
	}
	for _, name := range letNames(head) {
		out = append(out, edit.Candidate{Text: name, Doc: "of this query"})
	}
	for _, f := range l.Functions {
		out = append(out, edit.Candidate{Text: f.Name, Doc: f.Doc})
	}
	if in := p.inner(); in.open < 0 || head[in.open] == '{' {
		out = append(out, entries(help.Statements(), isAny)...)
	} else {
		out = append(out, l.scalars(head, p)...)
	}
	return append(out, entries(help.Operators(), isFirst)...)
}

// letNames are the names that a text gives by let.
func letNames(head string) []string {
	var out []string
	for _, st := range strings.FieldsFunc(head, func(r rune) bool { return r == ';' || r == '{' || r == '\n' }) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(st), "let "); ok && strings.Contains(rest, "=") {
			if name := firstWord(rest); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// within are what an operator may go on with: its own words, columns,
// functions. Functions are many: they are offered once a letter is typed.
func (l *Language) within(head string, p *place, typed string) []edit.Candidate {
	var out []edit.Candidate
	op, _ := help.Find(operatorOf(head, p.inner()))
	switch op.Name {
	case "evaluate":
		return entries(help.Plugins(), isAny)
	case "union", "find", "search", "lookup", "join":
		for _, t := range l.Tables {
			out = append(out, edit.Candidate{Text: t.Name, After: " ", Doc: t.Doc})
		}
	}
	for _, w := range op.Words {
		out = append(out, edit.Candidate{Text: w, Doc: "of " + op.Name})
	}
	out = append(out, l.columns(head, p)...)
	if typed == "" {
		return out
	}
	out = append(out, entries(help.Infixes(), isAny)...)
	for _, name := range letNames(head) {
		out = append(out, edit.Candidate{Text: name, Doc: "of this query"})
	}
	if aggregates(op.Name) {
		for _, a := range fn.Aggs() {
			out = append(out, edit.Candidate{Text: a.Name, After: "(", Doc: a.Doc})
		}
	}
	return append(out, functions()...)
}

func aggregates(op string) bool {
	return op == "summarize" || op == "make-series" || op == "top-nested"
}

// scalars are columns and functions.
func (l *Language) scalars(head string, p *place) []edit.Candidate {
	return append(l.columns(head, p), functions()...)
}

func functions() []edit.Candidate {
	var out []edit.Candidate
	for _, f := range fn.Funcs() {
		out = append(out, edit.Candidate{Text: f.Name, After: "(", Doc: f.Doc})
	}
	return out
}

// operatorOf is the name of the operator that a level is in.
func operatorOf(head string, in *level) string {
	part := head[max(in.pipe+1, in.start):]
	part = strings.TrimSpace(part)
	end := strings.IndexFunc(part, func(r rune) bool { return !isNameRune(r) && r != '-' })
	if end < 0 {
		return part
	}
	return part[:end]
}

// completeText completes texts that name lists.
func (l *Language) completeText(head string, quote int) edit.Completion {
	before := strings.ToLower(strings.TrimRight(head[:quote], " @"))
	if !strings.HasSuffix(before, "_getwatchlist(") {
		return edit.Completion{}
	}
	from := quote + strings.IndexAny(head[quote:], `"'`) + 1
	var out []edit.Candidate
	for _, name := range l.Lists {
		out = append(out, edit.Candidate{Text: name, After: head[from-1:from] + ")", Doc: "a list"})
	}
	return matching(head, from, out)
}

// completeCommand completes the shell's own commands.
func (l *Language) completeCommand(head string) edit.Completion {
	dot := strings.IndexByte(head, '.')
	name, arg, argued := strings.Cut(head[dot:], " ")
	if !argued {
		var out []edit.Candidate
		for _, c := range l.Commands {
			out = append(out, edit.Candidate{Text: c.Name, After: " ", Doc: c.Doc})
		}
		return matching(head, dot, out)
	}
	from := len(head) - len(strings.TrimLeft(arg, " "))
	i := slices.IndexFunc(l.Commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return edit.Completion{}
	}
	var out []edit.Candidate
	switch l.Commands[i].Takes {
	case "table":
		for _, t := range l.Tables {
			out = append(out, edit.Candidate{Text: t.Name, Doc: t.Doc})
		}
	case "setting":
		for _, s := range l.Settings {
			out = append(out, edit.Candidate{Text: s, After: " "})
		}
	case "file":
		out = files(head[from:])
	case "help":
		out = l.topics()
	}
	return matching(head, from, out)
}

// topics are all that there is help for.
func (l *Language) topics() []edit.Candidate {
	var out []edit.Candidate
	for _, list := range [][]help.Entry{help.Operators(), help.Plugins(), help.Statements(), help.Infixes()} {
		for _, e := range list {
			out = append(out, edit.Candidate{Text: e.Name, Doc: e.Doc})
		}
	}
	for _, f := range fn.Funcs() {
		out = append(out, edit.Candidate{Text: f.Name, Doc: f.Doc})
	}
	for _, a := range fn.Aggs() {
		out = append(out, edit.Candidate{Text: a.Name, Doc: a.Doc})
	}
	for _, f := range l.Functions {
		out = append(out, edit.Candidate{Text: f.Name, Doc: f.Doc})
	}
	return out
}

// files are those whose path begins as typed.
func files(typed string) []edit.Candidate {
	dir, base := filepath.Split(typed)
	list, err := os.ReadDir(filepath.Clean("./" + dir))
	if filepath.IsAbs(dir) {
		list, err = os.ReadDir(dir)
	}
	if err != nil {
		return nil
	}
	var out []edit.Candidate
	for _, e := range list {
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		c := edit.Candidate{Text: dir + e.Name()}
		if e.IsDir() {
			c.After = string(filepath.Separator)
		}
		out = append(out, c)
	}
	return out
}

// matching leaves the candidates that go on from what is typed, each once, in
// the order of their names.
func matching(head string, from int, list []edit.Candidate) edit.Completion {
	typed := head[from:]
	c := edit.Completion{From: from}
	seen := map[string]bool{}
	for _, cand := range list {
		if len(cand.Text) < len(typed) || !strings.EqualFold(cand.Text[:len(typed)], typed) || seen[cand.Text] {
			continue
		}
		seen[cand.Text] = true
		c.Candidates = append(c.Candidates, cand)
	}
	slices.SortStableFunc(c.Candidates, func(a, b edit.Candidate) int {
		return strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text))
	})
	return c
}
