package fn

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func punycodeFuncs() []Func {
	f := func(name, doc, example string, f func(string) (string, bool)) Func {
		return Func{
			Name: name, Category: encodingCategory, Result: value.String, Params: []Param{param("string", tText, "the text")},
			Doc: doc, Examples: []string{example},
			Eval: eachText(value.String, func(s string) value.Value {
				out, ok := f(s)
				if !ok {
					out = ""
				}
				return value.StringOf(out)
			}),
		}
	}
	return []Func{
		f("punycode_from_string", "Writes a text in Punycode; empty when it has no such form.", `punycode_from_string("académie-française") == "acadmie-franaise-npb1a"`, toPunycode),
		f("punycode_to_string", "Reads a text from Punycode; empty when it is none.", `punycode_to_string("acadmie-franaise-npb1a") == "académie-française"`, fromPunycode),
		f("punycode_domain_to_string", "Writes the labels of a domain in Punycode.", `punycode_domain_to_string("艺术.com") == "xn--cqv902d.com"`, domainToPunycode),
		f("punycode_domain_from_string", "Reads the labels of a domain from Punycode.", `punycode_domain_from_string("xn--cqv902d.com") == "艺术.com"`, domainFromPunycode),
	}
}

const acePrefix = "xn--"

// domainToPunycode encodes the labels that need it. Full stops of other scripts
// part labels too (RFC 3490).
func domainToPunycode(s string) (string, bool) {
	labels := strings.Split(strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(s), ".")
	for i, l := range labels {
		if isASCII(l) {
			continue
		}
		code, ok := toPunycode(l)
		if !ok {
			return "", false
		}
		labels[i] = acePrefix + code
	}
	return strings.Join(labels, "."), true
}

func domainFromPunycode(s string) (string, bool) {
	labels := strings.Split(s, ".")
	for i, l := range labels {
		if len(l) < len(acePrefix) || !strings.EqualFold(l[:len(acePrefix)], acePrefix) {
			continue
		}
		text, ok := fromPunycode(l[len(acePrefix):])
		if !ok {
			return "", false
		}
		labels[i] = text
	}
	return strings.Join(labels, "."), true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The parameters of Punycode (RFC 3492, section 5).
const (
	punyBase, punyMin, punyMax   = 36, 1, 26
	punySkew, punyDamp, punyBias = 38, 700, 72
	maxPunycode                  = 1 << 14 // letters: each costs a pass over the text
)

// adapt is the bias after a letter was placed.
func adapt(delta, n int, first bool) int {
	delta /= 2
	if first {
		delta /= punyDamp / 2
	}
	delta += delta / n
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

func threshold(k, bias int) int { return min(max(k-bias, punyMin), punyMax) }

func punyDigit(d int) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}

func toPunycode(s string) (string, bool) {
	if !utf8.ValidString(s) || len(s) > maxPunycode {
		return "", false
	}
	runes := []rune(s)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	done, basic := len(out), len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(utf8.RuneSelf), 0, punyBias
	for done < len(runes) {
		next := rune(math.MaxInt32)
		for _, r := range runes {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r == n {
				out = punyNumber(out, delta, bias)
				bias = adapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return string(out), true
}

// punyNumber writes a number in digits whose weights depend on the bias.
func punyNumber(out []byte, q, bias int) []byte {
	for k := punyBase; ; k += punyBase {
		t := threshold(k, bias)
		if q < t {
			return append(out, punyDigit(q))
		}
		out = append(out, punyDigit(t+(q-t)%(punyBase-t)))
		q = (q - t) / (punyBase - t)
	}
}

func fromPunycode(s string) (string, bool) {
	if !isASCII(s) || len(s) > maxPunycode {
		return "", false
	}
	basic := max(strings.LastIndexByte(s, '-'), 0)
	runes := []rune(s[:basic])
	if basic > 0 {
		basic++
	}
	n, at, bias := utf8.RuneSelf, 0, punyBias
	for in := basic; in < len(s); {
		delta, used, ok := punyRead(s[in:], bias)
		if !ok {
			return "", false
		}
		in += used
		bias = adapt(delta, len(runes)+1, in == basic+used)
		at += delta
		n += at / (len(runes) + 1)
		at %= len(runes) + 1
		if !utf8.ValidRune(rune(n)) || n > utf8.MaxRune {
			return "", false
		}
		runes = append(runes[:at], append([]rune{rune(n)}, runes[at:]...)...)
		at++
	}
	return string(runes), true
}

// punyRead reads a number and says how many digits it had.
func punyRead(s string, bias int) (n, used int, ok bool) {
	weight := 1
	for k := punyBase; used < len(s); k += punyBase {
		d := strings.IndexByte("abcdefghijklmnopqrstuvwxyz0123456789", lowerByte(s[used]))
		used++
		if d < 0 || d > (math.MaxInt32-n)/weight {
			return 0, 0, false
		}
		n += d * weight
		t := threshold(k, bias)
		if d < t {
			return n, used, true
		}
		if weight > math.MaxInt32/(punyBase-t) {
			return 0, 0, false
		}
		weight *= punyBase - t
	}
	return 0, 0, false
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
