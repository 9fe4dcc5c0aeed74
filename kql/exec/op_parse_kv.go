package exec

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (r *run) parseKV(n *plan.ParseKV, out sink) sink {
	ev, err := r.compile(n.X)
	if err != nil {
		return failing(err)
	}
	index := map[string]int{}
	for i, k := range n.Keys {
		index[k] = i
	}
	return func(b *value.Batch) error {
		rows := b.Rows()
		texts := ev.eval(b, rows)
		seen := make([]bool, len(n.Keys))
		found := make([][]value.Value, len(n.Keys))
		for k, t := range n.Types {
			found[k] = constants(value.NullOf(t), b.N)
		}
		for _, i := range rows {
			clear(seen)
			set := func(key, text string) {
				if k, ok := index[key]; ok && !seen[k] { // the first one counts
					found[k][i], seen[k] = parsedValue(text, n.Types[k]), true
				}
			}
			eachPair(&n.How, texts[i].Str(), set)
		}
		cols := make([]value.Column, len(n.Out))
		for c, o := range n.Out {
			if o >= 0 {
				cols[c] = b.Share(o)
				continue
			}
			cols[c] = value.ColumnOf(found[-1-o])
		}
		nb := value.NewBatch(b.N, cols)
		nb.Sel, nb.Now, nb.Origin = b.Sel, b.Now, b.Origin
		return out(nb)
	}
}

// eachPair calls set for the keys and values of a text, in order.
func eachPair(how *plan.KVSyntax, text string, set func(key, text string)) {
	switch {
	case how.Regexp != nil:
		for _, m := range how.Regexp.FindAllStringSubmatch(text, -1) {
			set(strings.TrimSpace(m[1]), strings.TrimSpace(m[2]))
		}
	case how.Free:
		freePairs(how, text, set)
	default:
		for text != "" {
			text = onePair(how, text, set)
		}
	}
}

// onePair reads a pair and returns what follows it.
func onePair(how *plan.KVSyntax, text string, set func(key, text string)) string {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	key, rest, quoted := unquote(how, text)
	if quoted {
		if skip := strings.TrimLeftFunc(rest, unicode.IsSpace); strings.HasPrefix(skip, how.KV) {
			rest = skip[len(how.KV):]
		} else {
			return afterPair(how, rest)
		}
	} else {
		var ok bool
		if key, rest, ok = strings.Cut(text, how.KV); !ok {
			return ""
		}
		// a pair without a value: the key begins behind its delimiter
		if i := strings.LastIndex(key, how.Pair); i >= 0 {
			key = key[i+len(how.Pair):]
		}
	}
	val, after := kvValue(how, rest)
	set(strings.TrimSpace(key), strings.TrimSpace(val))
	return after
}

// afterPair is what stands behind the next delimiter of pairs.
func afterPair(how *plan.KVSyntax, text string) string {
	_, after, _ := strings.Cut(text, how.Pair)
	return after
}

// kvValue reads a value and returns what follows its pair.
func kvValue(how *plan.KVSyntax, rest string) (val, after string) {
	if val, after, ok := unquote(how, strings.TrimLeftFunc(rest, unicode.IsSpace)); ok {
		return val, afterPair(how, after)
	}
	if !how.Greedy {
		val, after, _ = strings.Cut(rest, how.Pair)
		return val, after
	}
	// up to the last delimiter before the next key
	next := strings.Index(rest, how.KV)
	if next < 0 {
		return rest, ""
	}
	at := strings.LastIndex(rest[:next], how.Pair)
	if at < 0 {
		return rest, ""
	}
	return rest[:at], rest[at+len(how.Pair):]
}

// unquote reads a text in quotes at the beginning of another.
func unquote(how *plan.KVSyntax, text string) (inside, rest string, ok bool) {
	for _, q := range how.Quotes {
		if inner, found := strings.CutPrefix(text, q.Open); found {
			return quotedText(how, inner, q.Close)
		}
	}
	return "", text, false
}

// quotedText reads up to the closing quote; without one there is no quotation.
func quotedText(how *plan.KVSyntax, text, end string) (inside, rest string, ok bool) {
	var b strings.Builder
	for text != "" {
		if strings.HasPrefix(text, end) {
			return b.String(), text[len(end):], true
		}
		for _, e := range how.Escapes {
			if after, found := strings.CutPrefix(text, e); found && after != "" {
				text = after
				break
			}
		}
		_, n := utf8.DecodeRuneInString(text)
		b.WriteString(text[:n])
		text = text[n:]
	}
	return "", "", false
}

// freePairs reads words: behind one that is a key comes its value.
func freePairs(how *plan.KVSyntax, text string, set func(key, text string)) {
	key, text, ok := nextWord(how, text)
	for ok {
		var word string
		if word, text, ok = nextWord(how, text); ok {
			set(key, word)
			key = word
		}
	}
}

// nextWord is the next run of letters and digits, or what stands in quotes.
func nextWord(how *plan.KVSyntax, text string) (word, rest string, ok bool) {
	for text != "" {
		if word, rest, ok := unquote(how, text); ok {
			return word, rest, true
		}
		if n := wordLen(text); n > 0 {
			return text[:n], text[n:], true
		}
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	return "", "", false
}

func wordLen(text string) int {
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(text)
}
