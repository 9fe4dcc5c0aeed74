package fn

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Longer text, and deeper elements, are not read.
const (
	maxXML      = 1 << 20
	maxXMLDepth = 200
)

// An element is what was read of an XML element so far.
type element struct {
	name  string
	keys  []string
	elems [][]value.Value // several for elements of one name
	at    map[string]int  // where a key is
	text  strings.Builder
}

func (e *element) put(key string, v value.Value) {
	if i, ok := e.at[key]; ok {
		e.elems[i] = append(e.elems[i], v)
		return
	}
	if e.at == nil {
		e.at = map[string]int{}
	}
	e.at[key] = len(e.keys)
	e.keys, e.elems = append(e.keys, key), append(e.elems, []value.Value{v})
}

// value is the text alone when the element has nothing else, null when it has
// nothing at all.
func (e *element) value() value.Value {
	text := strings.TrimSpace(e.text.String())
	switch {
	case len(e.keys) == 0 && text == "":
		return value.NullOf(value.Dynamic)
	case len(e.keys) == 0:
		return xmlText(text)
	case text != "":
		e.put("#text", xmlText(text))
	}
	elems := make([]value.Value, len(e.keys))
	for i, all := range e.elems {
		elems[i] = all[0]
		if len(all) > 1 {
			elems[i] = value.ArrayOf(all)
		}
	}
	return value.BagOf(e.keys, elems)
}

// parseXML reads a document. Entities are not expanded beyond the five that
// XML has.
func parseXML(s string) value.Value {
	null := value.NullOf(value.Dynamic)
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if len(s) > maxXML {
		return null
	}
	open := []*element{{}}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return null
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) > maxXMLDepth || len(t.Attr) > 1000 {
				return null
			}
			e := &element{name: xmlName(t.Name)}
			for _, a := range t.Attr {
				e.put("@"+xmlName(a.Name), value.StringOf(a.Value))
			}
			open = append(open, e)
		case xml.EndElement:
			last := open[len(open)-1]
			if len(open) == 1 || last.name != xmlName(t.Name) {
				return null
			}
			open = open[:len(open)-1]
			open[len(open)-1].put(last.name, last.value())
		case xml.CharData:
			open[len(open)-1].text.Write(t)
		}
	}
	if len(open) != 1 || len(open[0].keys) == 0 || strings.TrimSpace(open[0].text.String()) != "" {
		return null
	}
	return open[0].value()
}

// xmlText is a number when the text is one as JSON writes them.
func xmlText(s string) value.Value {
	if s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') {
		if v, ok := value.ParseJSON(s); ok {
			return v
		}
	}
	return value.StringOf(s)
}

func xmlName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
