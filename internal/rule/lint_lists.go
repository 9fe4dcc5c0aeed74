package rule

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// checkLine says what a line of a list can hardly mean; "" for what is well.
// row has the columns by name, and the key.
func checkLine(list string, row map[string]string) (text, hint string) {
	key := row[searchKey]
	switch {
	case strings.Contains(key, " #"):
		return "the line has a # in it, which begins no comment there", "put comments on lines of their own"
	case strings.HasSuffix(list, "-addresses"), list == "tor-exit-nodes", list == "trusted-proxies":
		if !isNetwork(key) {
			return "it is no address or network", "for example 192.0.2.7 or 10.0.0.0/8"
		}
	case list == "system-identities":
		for _, word := range strings.Fields(row["address"]) {
			if !slices.Contains([]string{"*", "private", "loopback"}, word) && !strings.Contains(word, "*") && !isNetwork(word) {
				return "the address " + word + " fits nothing", "it is private, loopback, *, or addresses and networks parted by blanks"
			}
		}
	}
	for column, known := range listWords {
		if text := row[column]; text != "" && !slices.Contains(known, text) {
			return column + " is none of " + strings.Join(known, ", "), ""
		}
	}
	return "", ""
}

// listWords are the columns of lists that have few values.
var listWords = map[string][]string{
	"severity": dogwatch.SeverityNames(),
	"scope":    {"exact", "below", "socket", "harmless"},
	"weight":   {"weak"},
}

func isNetwork(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// ListAdvice says which lines of lists can hardly be meant, and which lists,
// of folders that were given, no rule reads. known are lists that are read
// otherwise.
func (s *Set) ListAdvice(known []string) diag.List {
	out := slices.Clone(s.Lists.advice)
	read := slices.Clone(known)
	for _, r := range s.Rules {
		read = append(read, ListsOf(r, nil)...)
	}
	for _, l := range s.Lists.All() {
		isRead := func(name string) bool { return strings.EqualFold(name, l.Name) }
		if l.given == nil || slices.ContainsFunc(read, isRead) {
			continue
		}
		e := &diag.Error{File: l.given, Message: "no rule reads a list " + l.Name}
		e.Hint = nearest(l.Name, read)
		out = append(out, e)
	}
	return out
}
