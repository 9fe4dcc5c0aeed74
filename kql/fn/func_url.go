package fn

import (
	"net/url"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const parseCategory = "Parsing"

func urlFuncs() []Func {
	urlParam := []Param{param("url", tText, "the text")}
	return []Func{
		{
			Name: "url_encode", Category: encodingCategory, Result: value.String, Params: urlParam,
			Doc:      "Writes a text so that it can stand in a URL's query; a space becomes a plus sign.",
			Examples: []string{`url_encode("https://x/a b") == "https%3a%2f%2fx%2fa+b"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(urlEncode(s, "+")) }),
		},
		{
			Name: "url_encode_component", Category: encodingCategory, Result: value.String, Params: urlParam,
			Doc:      "Writes a text so that it can stand in any part of a URL; a space becomes %20.",
			Examples: []string{`url_encode_component("a b/") == "a%20b%2f"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(urlEncode(s, "%20")) }),
		},
		{
			Name: "url_decode", Category: encodingCategory, Result: value.String,
			Params:   []Param{param("encoded_url", tText, "the text")},
			Doc:      "Reads what url_encode wrote.",
			Examples: []string{`url_decode("https%3a%2f%2fx%2fa%20b") == "https://x/a b"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(urlDecode(s)) }),
		},
		{
			Name: "parse_url", Aliases: []string{"parseurl"}, Category: parseCategory, Result: value.Dynamic,
			Params:   urlParam,
			Doc:      "Takes a URL apart: Scheme, Host, Port, Path, Username, Password, Query Parameters, Fragment.",
			Examples: []string{`parse_url("scheme://u:p@host:1234/this/path?k1=v1&k2=v2#f").Host == "host"`, `parse_url("https://h/p?a=b")["Query Parameters"].a == "b"`},
			Eval:     eachText(value.Dynamic, parseURL),
		},
		{
			Name: "parse_urlquery", Aliases: []string{"parseurlquery"}, Category: parseCategory, Result: value.Dynamic,
			Params:   []Param{param("query", tText, "the part of a URL behind the question mark")},
			Doc:      "Takes the query of a URL apart.",
			Examples: []string{`parse_urlquery("k1=v1&k2=v2")["Query Parameters"].k2 == "v2"`},
			Eval: eachText(value.Dynamic, func(s string) value.Value {
				return value.BagOf([]string{"Query Parameters"}, []value.Value{queryBag(strings.TrimPrefix(s, "?"))})
			}),
		},
	}
}

func urlEncode(s, space string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteString(space)
		case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z', strings.IndexByte("-_.!*()", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// urlDecode leaves what is no escape as it stands.
func urlDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b = append(b, ' ')
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// parseURL gives empty parts for text that is no URL, as Kusto does.
func parseURL(s string) value.Value {
	rest := s
	part := func(sep string) (before string, found bool) {
		before, after, found := strings.Cut(rest, sep)
		if found {
			rest = after
		}
		return before, found
	}
	before, fragment, _ := strings.Cut(rest, "#")
	before, query, _ := strings.Cut(before, "?")
	rest = before
	scheme, found := part("://")
	if !found {
		if scheme, found = part(":"); !found {
			scheme = ""
		}
		return urlBag(scheme, "", "", rest, "", "", query, fragment)
	}
	authority, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	user, password := "", ""
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ = strings.Cut(authority[:at], ":")
		authority = authority[at+1:]
	}
	host, port := authority, ""
	if at := strings.LastIndexByte(authority, ':'); at >= 0 && strings.IndexByte(authority[at:], ']') < 0 {
		host, port = authority[:at], authority[at+1:]
	}
	return urlBag(scheme, host, port, path, user, password, query, fragment)
}

func urlBag(scheme, host, port, path, user, password, query, fragment string) value.Value {
	texts := []string{scheme, host, port, path, user, password}
	elems := make([]value.Value, 0, 8)
	for _, t := range texts {
		elems = append(elems, value.StringOf(t))
	}
	elems = append(elems, queryBag(query), value.StringOf(fragment))
	return value.BagOf([]string{"Scheme", "Host", "Port", "Path", "Username", "Password", "Query Parameters", "Fragment"}, elems)
}

// queryBag keeps the first value of a name.
func queryBag(query string) value.Value {
	b := newBagger(maxArray)
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		if u, err := url.QueryUnescape(k); err == nil {
			k = u
		}
		b.put(k, value.StringOf(urlDecode(v)))
	}
	return b.Result()
}
