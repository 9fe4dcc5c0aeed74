package value

// ParseGUID reads 32 hexadecimal digits, with dashes anywhere between them and
// braces or parentheses around, and returns them in lower case in the usual
// five groups.
func ParseGUID(s string) (guid string, ok bool) {
	if n := len(s); n >= 2 && (s[0] == '{' && s[n-1] == '}' || s[0] == '(' && s[n-1] == ')') {
		s = s[1 : n-1]
	}
	if len(s) < 32 || len(s) > 68 {
		return "", false
	}
	var buf [36]byte
	n, count := 0, 0
	for i := range len(s) {
		c := s[i]
		if c == '-' && count > 0 && count < 32 {
			continue
		}
		c, ok := lowerHex(c)
		if !ok || count == 32 {
			return "", false
		}
		if count == 8 || count == 12 || count == 16 || count == 20 {
			buf[n] = '-'
			n++
		}
		buf[n] = c
		n++
		count++
	}
	if count != 32 {
		return "", false
	}
	return string(buf[:]), true
}

func lowerHex(c byte) (byte, bool) {
	switch {
	case isDigit(c), 'a' <= c && c <= 'f':
		return c, true
	case 'A' <= c && c <= 'F':
		return c | 0x20, true
	}
	return 0, false
}
