package fn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func parseFuncs() []Func {
	return []Func{
		{
			Name: "parse_csv", Category: parseCategory, Result: value.Dynamic,
			Params:   []Param{param("csv_text", tText, "one record")},
			Doc:      "Reads one record of comma-separated values as an array of texts.",
			Examples: []string{`tostring(parse_csv('aa,"b,b",c')) == '["aa","b,b","c"]'`},
			Eval:     eachText(value.Dynamic, func(s string) value.Value { return textArray(csvFields(s)) }),
		},
		{
			Name: "parse_xml", Category: parseCategory, Result: value.Dynamic,
			Params:   []Param{param("xml_text", tText, "the XML")},
			Doc:      "Reads XML as a dynamic value: attributes are members with @ before the name, text beside them is #text, elements of one name an array. Null for text that is no XML.",
			Examples: []string{`parse_xml('<a b="1"><c>x</c><c>y</c></a>').a.c[1] == "y"`, `parse_xml("<a b=\"1\">t</a>").a["@b"] == "1"`, `parse_xml("<a><v>118.0</v></a>").a.v == 118.0`},
			Eval:     eachText(value.Dynamic, parseXML),
		},
		{
			Name: "parse_path", Category: parseCategory, Result: value.Dynamic,
			Params:   []Param{param("path", tText, "the path")},
			Doc:      "Takes a path of a file apart: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension, AlternateDataStreamName.",
			Examples: []string{`parse_path("/usr/lib/temp/file.txt").Filename == "file.txt"`, `parse_path(@"C:\temp\file.txt").RootPath == @"C:\"`},
			Eval:     eachText(value.Dynamic, parsePathParts),
		},
		{
			Name: "parse_version", Category: parseCategory, Result: value.Decimal,
			Params:   []Param{param("version", tText, "up to four numbers with dots between them")},
			Doc:      "Turns a version into a number, so that versions can be compared; null for text that is none.",
			Examples: []string{`parse_version("1.2.3.40") > parse_version("1.2.3.4")`, `parse_version("0.0.0.5") == decimal(5)`},
			Eval:     eachText(value.Decimal, parseVersion),
		},
		{
			Name: "parse_command_line", Category: parseCategory, Result: value.Dynamic,
			Params: []Param{
				param("command", tWritten, "the command line"),
				optional("parser", tText, `"windows", the only one there is`),
			},
			Doc:      "Takes a command line apart into an array of its words, as Windows does.",
			Examples: []string{`tostring(parse_command_line('echo "hello world!"', "windows")) == '["echo","hello world!"]'`},
			Eval:     eachText(value.Dynamic, parseCommandLine),
		},
		{
			Name: "format_bytes", Category: textCategory, Result: value.String,
			Params: []Param{
				param("size", tNumber, "the number of bytes"), optional("precision", tNumber, "how many digits after the point"),
				optional("format", tText, "the unit: Bytes, KB, MB, GB, TB, PB or EB"),
			},
			Doc:      "Writes a number of bytes with a unit.",
			Examples: []string{`format_bytes(10332, 1) == "10.1 KB"`, `format_bytes(20010332, 0, "KB") == "19541 KB"`, `format_bytes(564) == "564 Bytes"`},
			Eval:     formatBytes,
		},
	}
}

// csvFields reads the first record.
func csvFields(s string) []string {
	fields := []string{}
	for {
		field, rest, more := csvField(s)
		fields = append(fields, field)
		if !more {
			return fields
		}
		s = rest
	}
}

func csvField(s string) (field, rest string, more bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ",\r\n")
		if end < 0 {
			return s, "", false
		}
		return s[:end], s[end+1:], s[end] == ','
	}
	var b strings.Builder
	for s = s[1:]; ; {
		text, after, closed := strings.Cut(s, `"`)
		b.WriteString(text)
		if !closed {
			return b.String(), "", false
		}
		if s = after; !strings.HasPrefix(s, `"`) {
			break
		}
		b.WriteByte('"')
		s = s[1:]
	}
	tail, rest, more := csvField(strings.TrimPrefix(s, `"`))
	return b.String() + tail, rest, more
}

// parsePathParts knows Windows' and Unix' paths, with or without a scheme.
func parsePathParts(s string) value.Value {
	scheme, path := "", s
	if before, after, found := strings.Cut(s, "://"); found {
		scheme, path = before, after
	}
	root := ""
	if len(path) >= 2 && path[1] == ':' && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z') {
		root = path[:min(3, len(path))]
	}
	stream := ""
	if at := strings.LastIndexByte(path, ':'); at >= max(len(root), 1) && strings.LastIndexAny(path, `/\`) < at {
		path, stream = path[:at], path[at+1:]
	}
	directory, file := "", path
	if at := strings.LastIndexAny(path, `/\`); at >= 0 {
		directory, file = path[:at], path[at+1:]
	}
	name := directory[strings.LastIndexAny(directory, `/\`)+1:]
	extension := ""
	if at := strings.LastIndexByte(file, '.'); at >= 0 {
		extension = file[at+1:]
	}
	texts := []string{scheme, root, directory, name, file, extension, stream}
	elems := make([]value.Value, len(texts))
	for i, t := range texts {
		elems[i] = value.StringOf(t)
	}
	return value.BagOf([]string{"Scheme", "RootPath", "DirectoryPath", "DirectoryName", "Filename", "Extension", "AlternateDataStreamName"}, elems)
}

// parseVersion gives each of the four numbers eight digits.
func parseVersion(s string) value.Value {
	parts := strings.Split(strings.TrimSpace(s), ".")
	if len(parts) > 4 || len(s) > 64 {
		return value.NullOf(value.Decimal)
	}
	digits := ""
	for i := range 4 {
		n := uint64(0)
		if i < len(parts) {
			var err error
			if n, err = strconv.ParseUint(parts[i], 10, 64); err != nil || n > 99_999_999 {
				return value.NullOf(value.Decimal)
			}
		}
		digits += fmt.Sprintf("%08d", n)
	}
	text, ok := value.ParseDecimal(digits)
	if !ok {
		return value.NullOf(value.Decimal)
	}
	return value.DecimalOf(text)
}

// parseCommandLine follows CommandLineToArgvW: a backslash escapes only a
// quote, two quotes inside a quoted part are one.
func parseCommandLine(s string) value.Value {
	var words []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			break
		}
		var word string
		word, s = commandWord(s)
		words = append(words, word)
	}
	if words == nil {
		return value.NullOf(value.Dynamic)
	}
	return textArray(words)
}

func commandWord(s string) (word, rest string) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			n := 1
			for i+n < len(s) && s[i+n] == '\\' {
				n++
			}
			if i+n < len(s) && s[i+n] == '"' {
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					b.WriteByte('"')
					n++
				}
			} else {
				b.WriteString(s[i : i+n])
			}
			i += n - 1
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return b.String(), s[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

var byteUnits = []string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}

func formatBytes(_ *Context, a []value.Value) value.Value {
	size := a[0].To(value.Real)
	precision, ok := longArg(a, 1, 0)
	if size.IsNull() || !ok {
		return value.StringOf("")
	}
	f, unit := size.Real(), 0
	wanted := textArg(a, 2, "")
	for unit+1 < len(byteUnits) {
		if wanted != "" && strings.EqualFold(byteUnits[unit], wanted) || wanted == "" && (f < 1024 && f > -1024) {
			break
		}
		f /= 1024
		unit++
	}
	text := strconv.FormatFloat(roundTo(f, int(min(max(precision, 0), 15))), 'f', -1, 64)
	return value.StringOf(text + " " + byteUnits[unit])
}
