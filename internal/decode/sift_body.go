package decode

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// bodyWords are the keys that must stand in a body for columns that are made of
// bodies to say anything. Where none of a rule's does, the rule is judged as if
// there were no bodies.
type bodyWords struct {
	names []string
	// starts are the words, a bit each, that are so long and start with a byte
	// of such last bits.
	starts [maxWord + 1][32]uint64

	// needs are by rule the words of which one must be there.
	needs []wordSet
	rules dogwatch.RuleSet // those that have needs
}

// A wordSet is words that stand in what a request sets, and in either body.
type wordSet struct{ set, either uint64 }

const (
	maxWord  = 40
	maxWords = 62
	// wordDryRun is that of the column DryRun.
	wordDryRun = "dryRun"
	// wordContainers must stand in the bodies of kinds that are not built in
	// for them to hold a pod.
	wordContainers = "containers"
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

// wordsOf are the words of a column, or of a member of one. isNew says that
// they must stand in what was asked for.
func wordsOf(name string, path []string) (words []string, isNew bool) {
	if (name == "Change" || name == "Object") && len(path) > 0 {
		return path[len(path)-1:], false
	}
	if name == "DryRun" {
		return []string{wordDryRun}, false
	}
	for _, c := range podColumnList {
		switch name {
		case c.name:
			return c.words, false
		case "New" + c.name:
			return c.words, true
		}
	}
	return nil, false
}

var podColumnList = podColumns()

// newBodyWords finds the words of all that judges read.
func newBodyWords(columns []column, all []dogwatch.Judge) *bodyWords {
	n := len(all[0].Reads)
	w := &bodyWords{needs: make([]wordSet, n), rules: make(dogwatch.RuleSet, (n+63)/64)}
	w.bit(wordDryRun)
	w.bit(wordContainers)
	for _, j := range all {
		for rule, refs := range j.Reads {
			for _, ref := range refs {
				words, isNew := wordsOf(columns[ref.Column].name, ref.Path)
				w.read(rule, words, isNew)
			}
		}
	}
	return w
}

// read notes that a rule reads something that has words.
func (w *bodyWords) read(rule int, words []string, isNew bool) {
	for _, word := range words {
		if isNew {
			w.needs[rule].set |= w.bit(word)
		} else {
			w.needs[rule].either |= w.bit(word)
		}
	}
	if words != nil {
		w.rules[rule/64] |= 1 << (rule % 64)
	}
}

// bit is that of a word.
func (w *bodyWords) bit(word string) uint64 {
	i := slices.Index(w.names, word)
	if i < 0 {
		if word == "" || len(w.names) == maxWords || len(word) > maxWord || strings.IndexByte(word, '\\') >= 0 {
			return otherWords
		}
		i = len(w.names)
		w.names = append(w.names, word)
		w.starts[len(word)][word[0]%32] |= 1 << i
	}
	return 1 << i
}

// in are the words that stand in an event; k is its skeleton.
func (w *bodyWords) in(it *item, k *skeleton) wordSet {
	request, response := w.keys(it, fRequest, k), w.keys(it, fResponse, k)
	found := wordSet{set: request, either: request | response}
	if it.raw(fRequest) == "" {
		found.set = response
	}
	if uri := it.raw(fURI); strings.Contains(uri, "All") || strings.IndexByte(uri, '%') >= 0 {
		found.set |= w.bit(wordDryRun)
		found.either |= w.bit(wordDryRun)
	}
	return wordSet{found.set | otherWords, found.either | otherWords}
}

// keys are the words among the keys of a body; all of them, where it is a JSON
// patch or a key is written with escapes.
func (w *bodyWords) keys(it *item, field int, k *skeleton) (found uint64) {
	body := it.raw(field)
	if body == "" {
		return 0
	}
	if body[0] != '{' {
		return ^uint64(0)
	}
	s, end := it.text, int(it.spans[field].end)
	escapes := strings.IndexByte(body, '\\') >= 0
	for open := k.Quote(int(it.spans[field].start)); open >= 0 && open < end; {
		shut := k.Quote(open + 1)
		if shut < 0 {
			break
		}
		if next := shut + 1; s[next] == ':' || isSpace(s[next]) {
			word := s[open+1 : shut]
			if len(word) <= maxWord {
				for may := w.starts[len(word)][s[open+1]%32]; may != 0; may &= may - 1 {
					if i := bits.TrailingZeros64(may); w.names[i] == word {
						found |= 1 << i
					}
				}
			}
			if escapes && strings.IndexByte(word, '\\') >= 0 {
				return ^uint64(0)
			}
		}
		open = k.Quote(shut + 1)
	}
	return found
}

// left takes the rules out of a set whose words are not there, and which would
// not care for the event without bodies.
func (w *bodyWords) left(set, bare dogwatch.RuleSet, found wordSet) (any bool) {
	for i := range set {
		for rest := set[i] & w.rules[i] &^ bare[i]; rest != 0; rest &= rest - 1 {
			need := w.needs[i*64+bits.TrailingZeros64(rest)]
			if need.set&found.set == 0 && need.either&found.either == 0 {
				set[i] &^= rest & -rest
			}
		}
		any = any || set[i] != 0
	}
	return any
}

// asks says whether any rule of a set, but for those of bare, has a need that
// bodies may answer.
func (w *bodyWords) asks(set, bare dogwatch.RuleSet) bool {
	for i := range set {
		has := set[i] & w.rules[i]
		if bare != nil {
			has &^= bare[i]
		}
		if has != 0 {
			return true
		}
	}
	return false
}

// asking are those rules.
func (w *bodyWords) asking(set, bare dogwatch.RuleSet) dogwatch.RuleSet {
	out := make(dogwatch.RuleSet, len(set))
	for i := range set {
		out[i] = set[i] & w.rules[i] &^ bare[i]
	}
	return out
}

// bareBodies are the bodies of events whose columns of bodies say nothing: there
// are none, or they are empty.
var bareBodies = [...]string{
	"", `,"requestObject":{}`, `,"responseObject":{}`, `,"requestObject":{},"responseObject":{}`,
}
