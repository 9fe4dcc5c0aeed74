package exec

import (
	"strings"

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
		found := make([][]value.Value, len(n.Keys))
		for k, t := range n.Types {
			found[k] = constants(value.NullOf(t), b.N)
		}
		for _, i := range rows {
			set := func(key, text string) {
				if k, ok := index[key]; ok {
					found[k][i] = parsedValue(text, n.Types[k])
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
	if how.Regexp != nil {
		for _, m := range how.Regexp.FindAllStringSubmatch(text, -1) {
			set(m[1], m[2])
		}
		return
	}
	if how.Greedy {
		greedyPairs(how, text, set)
		return
	}
	for text != "" {
		key, rest, ok := strings.Cut(text, how.KV)
		if !ok {
			return
		}
		// a pair without a value: the key begins behind its delimiter
		if i := strings.LastIndex(key, how.Pair); i >= 0 {
			key = key[i+len(how.Pair):]
		}
		var val string
		val, text = kvValue(how, rest)
		set(strings.TrimSpace(key), val)
	}
}

// kvValue reads a value and returns what follows its pair.
func kvValue(how *plan.KVSyntax, rest string) (val, after string) {
	if how.Open != "" && strings.HasPrefix(rest, how.Open) {
		var b strings.Builder
		for rest = rest[len(how.Open):]; rest != ""; {
			switch {
			case how.Escape != "" && strings.HasPrefix(rest, how.Escape) && len(rest) > len(how.Escape):
				rest = rest[len(how.Escape):]
				b.WriteByte(rest[0])
				rest = rest[1:]
			case strings.HasPrefix(rest, how.Close):
				_, after, _ = strings.Cut(rest[len(how.Close):], how.Pair)
				return b.String(), after
			default:
				b.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		return b.String(), ""
	}
	val, after, _ = strings.Cut(rest, how.Pair)
	return val, after
}

// greedyPairs: a value reaches to the last delimiter before the next key.
func greedyPairs(how *plan.KVSyntax, text string, set func(key, text string)) {
	pair := how.Pair
	if pair == "" {
		pair = " "
	}
	key, rest, ok := strings.Cut(text, how.KV)
	for ok {
		val, more, next := strings.Cut(rest, how.KV)
		after := ""
		if next {
			at := strings.LastIndex(val, pair)
			if at < 0 {
				return
			}
			val, after = val[:at], val[at+len(pair):]
		}
		set(strings.TrimSpace(key), val)
		key, rest, ok = after, more, next
	}
}
