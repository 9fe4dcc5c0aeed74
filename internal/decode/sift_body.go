package decode

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	lines "github.com/dogwatch-dev/dogwatch/internal/skeleton"
)

// names are where keys end in a body.
type names = lines.Names

// A bodyMemory is used to look at bodies, one at a time.
type bodyMemory struct {
	names names
	text  []byte // what was unescaped
}

// bodyWords are the keys that must stand in a body for columns that are made of
// bodies to say anything. Where none of a rule's does, the rule is judged as if
// there were no bodies.
type bodyWords struct {
	names []string
	// last are the words, a bit each, whose last byte has such last bits, and before
	// those by the byte before that, which is a quote where a word is of one letter.
	last, before [32]uint64

	// needs are by rule the words of which one must be there.
	needs []wordSet
	rules dogwatch.RuleSet // those that have needs

	applied uint64 // the words of which an applied configuration has all
}

// A wordSet is words by where they must stand for a column to say something.
type wordSet struct {
	either uint64 // in any body
	change uint64 // in what Change is made of
	pod    uint64 // in any body of a deed that tells of pods
	newPod uint64 // in what such a deed sets
}

var allWords = wordSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func (s wordSet) and(o wordSet) wordSet {
	return wordSet{s.either & o.either, s.change & o.change, s.pod & o.pod, s.newPod & o.newPod}
}

func (s wordSet) or(o wordSet) wordSet {
	return wordSet{s.either | o.either, s.change | o.change, s.pod | o.pod, s.newPod | o.newPod}
}

func (s wordSet) isEmpty() bool { return s.either|s.change|s.pod|s.newPod == 0 }

const (
	maxWord  = 40
	maxWords = 62
	// wordDryRun is that of the column DryRun.
	wordDryRun = "dryRun"
)

// otherWords is the bit of words for which there is no room: they are taken to
// be there.
const otherWords = 1 << 63

// bodyKnown says which columns have words; path is of Change and Object.
func bodyKnown(columns []column) func(int, []string) bool {
	return func(column int, path []string) bool {
		words, _ := wordsOf(columns[column].name, path)
		return words != nil
	}
}

// wordsOf are the words of a column, or of a member of one, and where they count.
func wordsOf(name string, path []string) (words []string, where func(*wordSet) *uint64) {
	switch {
	case name == "Change" && len(path) > 0:
		return path[len(path)-1:], func(s *wordSet) *uint64 { return &s.change }
	case name == "Object" && len(path) > 0:
		return path[len(path)-1:], func(s *wordSet) *uint64 { return &s.either }
	case name == "DryRun":
		return []string{wordDryRun}, func(s *wordSet) *uint64 { return &s.either }
	}
	for _, c := range podColumnList {
		switch name {
		case c.name:
			return c.words, func(s *wordSet) *uint64 { return &s.pod }
		case "New" + c.name:
			return c.words, func(s *wordSet) *uint64 { return &s.newPod }
		}
	}
	return nil, nil
}

var podColumnList = podColumns()

// newBodyWords finds the words of all that judges read.
func newBodyWords(columns []column, all []dogwatch.Judge) *bodyWords {
	n := len(all[0].Reads)
	w := &bodyWords{needs: make([]wordSet, n), rules: make(dogwatch.RuleSet, (n+63)/64)}
	w.bit(wordDryRun)
	w.applied = w.bit("kind") | w.bit("apiVersion")
	for _, j := range all {
		for rule, refs := range j.Reads {
			for _, ref := range refs {
				w.read(rule, columns[ref.Column].name, ref.Path)
			}
		}
	}
	return w
}

// read notes that a rule reads something, if that has words.
func (w *bodyWords) read(rule int, column string, path []string) {
	words, where := wordsOf(column, path)
	for _, word := range words {
		*where(&w.needs[rule]) |= w.bit(word)
		w.rules[rule/64] |= 1 << (rule % 64)
	}
}

// bit is that of a word.
func (w *bodyWords) bit(word string) uint64 {
	i := slices.Index(w.names, word)
	if i < 0 {
		if word == "" || len(w.names) == maxWords || len(word) > maxWord || strings.ContainsFunc(word, isEscaped) {
			return otherWords
		}
		i = len(w.names)
		w.names = append(w.names, word)
		quoted := `"` + word
		w.last[quoted[len(quoted)-1]%32] |= 1 << i
		w.before[quoted[len(quoted)-2]%32] |= 1 << i
	}
	return 1 << i
}

// isEscaped says whether JSON must write a letter with an escape.
func isEscaped(c rune) bool { return c < ' ' || c == '"' || c == '\\' }

// in are the words of need that stand in an event, and maybe others.
func (w *bodyWords) in(it *item, m *bodyMemory, need wordSet) wordSet {
	words := need.either | need.change | need.pod | need.newPod | w.applied
	request := w.keys(it.body(fRequest, &m.text), words, &m.names)
	set, change, either := request, request, request
	whole := it.raw(fRequest) == "" || need.change != 0 && !w.isFragment(it, request)
	if whole || need.either|need.pod != 0 {
		either |= w.keys(it.body(fResponse, &m.text), words, &m.names)
	}
	if whole {
		change = either
	}
	if it.raw(fRequest) == "" {
		set = either
	}
	found := wordSet{either: either | otherWords, change: change | otherWords, pod: either | otherWords, newPod: set | otherWords}
	if mayAskDryRun(it.raw(fURI)) {
		found.either |= w.bit(wordDryRun)
	}
	return found
}

// isFragment says whether Change is made of the request alone: it is a patch,
// and no applied configuration, which is compared with what there was.
func (w *bodyWords) isFragment(it *item, request uint64) bool {
	return it.raw(fVerb) == `"patch"` && request&w.applied != w.applied
}

// keys are those of some words that are among the keys of a body; all of them, where
// it is a JSON patch or the letters of a key are written with escapes.
func (w *bodyWords) keys(body string, words uint64, n *names) (found uint64) {
	if body == "" {
		return 0
	}
	if body[0] != '{' || n.Read(body) && hidesWord(body) {
		return ^uint64(0)
	}
	for end := n.Next(2); end >= 0; end = n.Next(end + 1) {
		may := w.last[body[end-1]%32] & w.before[body[end-2]%32] & words
		for ; may != 0; may &= may - 1 {
			i := bits.TrailingZeros64(may)
			if start := end - len(w.names[i]); start > 0 && body[start-1] == '"' && body[start:end] == w.names[i] {
				found |= 1 << i
				words &^= 1 << i
			}
		}
	}
	return found
}

// hidesWord says whether a key in a body may be a word that is written in another
// way. The other escapes are of letters that no word has; the server writes them
// into the keys of managedFields.
func hidesWord(body string) bool {
	for _, escape := range [...]string{`\u`, `\/`} {
		for from := 0; ; {
			at := strings.Index(body[from:], escape)
			if at < 0 {
				break
			}
			end := lines.Quote(body, from+at)
			if end < 0 || end+1 < len(body) && (body[end+1] == ':' || isSpace(body[end+1])) {
				return true
			}
			from = end
		}
	}
	return false
}

// left takes the rules out of a set whose words are not there, and which would
// not care for the event without bodies.
func (w *bodyWords) left(set, bare dogwatch.RuleSet, found wordSet) (any bool) {
	for i := range set {
		for rest := set[i] & w.rules[i] &^ bare[i]; rest != 0; rest &= rest - 1 {
			if w.needs[i*64+bits.TrailingZeros64(rest)].and(found).isEmpty() {
				set[i] &^= rest & -rest
			}
		}
		any = any || set[i] != 0
	}
	return any
}

// needed are the words that those of a set, but for the rules of bare, need.
func (w *bodyWords) needed(set, bare dogwatch.RuleSet) (need wordSet) {
	for i := range set {
		for rest := set[i] & w.rules[i] &^ bare[i]; rest != 0; rest &= rest - 1 {
			need = need.or(w.needs[i*64+bits.TrailingZeros64(rest)])
		}
	}
	return need
}

// bareBodies are the bodies of events whose columns of bodies say nothing: there
// are none, or they are empty.
var bareBodies = [...]string{
	"", `,"requestObject":{}`, `,"responseObject":{}`, `,"requestObject":{},"responseObject":{}`,
}

// bareNumbers are theirs.
var bareNumbers = [len(bareBodies)]int{0, 1, 2, 3}
