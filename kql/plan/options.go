package plan

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// optionName is the name that an option gives, which may be written as a text
// too (withsource="Table"); "" without the option.
func (b *binder) optionName(options []syntax.Option, option string) string {
	switch x := syntax.FindOption(options, option).(type) {
	case nil:
		return ""
	case *syntax.Ident:
		return x.Name.Text
	case *syntax.Literal:
		if x.Value.Kind() == value.KString && x.Value.Str() != "" {
			return x.Value.Str()
		}
		b.fail(x, "a name is needed here")
	}
	return ""
}

// optionWord is the word that an option gives, which has to be one of some; ""
// without the option.
func (b *binder) optionWord(options []syntax.Option, option string, words ...string) string {
	word := b.optionName(options, option)
	if word == "" || slices.Contains(words, word) {
		return word
	}
	b.fail(syntax.FindOption(options, option), "unknown %s %q", option, word).Hint = strings.Join(words, " or ")
	return ""
}
