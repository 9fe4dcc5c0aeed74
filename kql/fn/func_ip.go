package fn

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const ipCategory = "IP addresses"

func ipFuncs() []Func {
	ip := param("ip", tText, "an address, with or without a prefix length")
	ip1, ip2 := param("ip1", tText, "an address"), param("ip2", tText, "another address")
	prefix := optional("prefix", tLong, "how many leading bits count; the shorter prefix of the addresses counts too")
	inRange := []Param{param("ip", tText, "an address"), param("ip_range", tText, "a network, such as 10.0.0.0/8")}
	inAny := []Param{param("ip", tText, "an address"), repeated("ranges", tJSON, "networks, or an array of them")}
	source := param("source", tText, "the text")
	return []Func{
		{
			Name: "parse_ipv4", Category: ipCategory, Result: value.Long, Params: []Param{ip},
			Doc:      "Turns an IPv4 address into a number, of a network its first address; null for text that is none.",
			Examples: []string{`parse_ipv4("127.0.0.1") == 2130706433`, `parse_ipv4("192.1.168.2/24") == 3221334016`},
			Eval: eachText(value.Long, func(s string) value.Value {
				n, ok := ipv4Net(s)
				if !ok {
					return value.NullOf(value.Long)
				}
				return value.LongOf(int64(n.masked(32).high))
			}),
		},
		{
			Name: "parse_ipv4_mask", Category: ipCategory, Result: value.Long, Params: []Param{ip, param("prefix", tLong, "0 to 32")},
			Doc:      "Turns an IPv4 address into a number of which only the leading bits are kept.",
			Examples: []string{`parse_ipv4_mask("127.0.0.1", 24) == 2130706432`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				n, ok := ipv4Net(text(a[0]))
				if !ok || a[1].IsNull() || a[1].Int() < 0 || a[1].Int() > 32 {
					return value.NullOf(value.Long)
				}
				return value.LongOf(int64(n.masked(int(a[1].Int())).high))
			},
		},
		{
			Name: "parse_ipv6", Category: ipCategory, Result: value.String, Params: []Param{ip},
			Doc:      "Writes an IPv6 or IPv4 address in the long form of IPv6.",
			Examples: []string{`parse_ipv6("127.0.0.1") == "0000:0000:0000:0000:0000:ffff:7f00:0001"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(longIPv6(s, 128)) }),
		},
		{
			Name: "parse_ipv6_mask", Category: ipCategory, Result: value.String, Params: []Param{ip, param("prefix", tLong, "0 to 128")},
			Doc:      "Writes an address in the long form of IPv6, of which only the leading bits are kept.",
			Examples: []string{`parse_ipv6_mask("127.0.0.1", 120) == "0000:0000:0000:0000:0000:ffff:7f00:0000"`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if a[1].IsNull() || a[1].Int() < 0 || a[1].Int() > 128 {
					return value.StringOf("")
				}
				return value.StringOf(longIPv6(text(a[0]), int(a[1].Int())))
			},
		},
		compareIP("ipv4_compare", "Compares two IPv4 addresses: -1, 0 or 1.", `ipv4_compare("192.168.1.1/24", "192.168.1.255") == 0`, ipv4Net, 32, ip1, ip2, prefix),
		compareIP("ipv6_compare", "Compares two IPv6 or IPv4 addresses: -1, 0 or 1.", `ipv6_compare("::ffff:7f00:1", "127.0.0.1") == 0`, ipv6Net, 128, ip1, ip2, prefix),
		matchIP("ipv4_is_match", "Says whether two IPv4 addresses are the same as far as their prefixes go.", `ipv4_is_match("192.168.1.1", "192.168.1.255", 24)`, ipv4Net, 32, ip1, ip2, prefix),
		matchIP("ipv6_is_match", "Says whether two IPv6 or IPv4 addresses are the same as far as their prefixes go.", `ipv6_is_match("fe80::85d:e82c:9446:7994/127", "fe80::85d:e82c:9446:7995")`, ipv6Net, 128, ip1, ip2, prefix),
		rangeIP("ipv4_is_in_range", "Says whether an IPv4 address is in a network; null when either is none.", `ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")`, ipv4Net, inRange),
		rangeIP("ipv6_is_in_range", "Says whether an IPv6 or IPv4 address is in a network; null when either is none.", `ipv6_is_in_range("fe80::1", "fe80::/10")`, ipv6Net, inRange),
		rangeIP("ipv4_is_in_any_range", "Says whether an IPv4 address is in one of several networks.", `ipv4_is_in_any_range("192.168.1.6", "192.168.1.1/24", "10.0.0.1/8")`, ipv4Net, inAny),
		rangeIP("ipv6_is_in_any_range", "Says whether an IPv6 or IPv4 address is in one of several networks.", `ipv6_is_in_any_range("fe80::1", dynamic(["10.0.0.0/8", "fe80::/10"]))`, ipv6Net, inAny),
		{
			Name: "ipv4_is_private", Category: ipCategory, Result: value.Bool, Params: []Param{ip},
			Doc:      "Says whether an IPv4 address is of a private network (10/8, 172.16/12, 192.168/16); null for text that is none.",
			Examples: []string{`ipv4_is_private("10.1.2.3")`, `not(ipv4_is_private("127.0.0.1"))`},
			Eval:     eachText(value.Bool, isPrivate),
		},
		{
			Name: "ipv4_netmask_suffix", Category: ipCategory, Result: value.Long, Params: []Param{ip},
			Doc:      "Gives the prefix length of an IPv4 network; 32 for an address.",
			Examples: []string{`ipv4_netmask_suffix("192.168.1.1/24") == 24`},
			Eval: eachText(value.Long, func(s string) value.Value {
				n, ok := ipv4Net(s)
				if !ok {
					return value.NullOf(value.Long)
				}
				return value.LongOf(int64(n.prefix))
			}),
		},
		formatIP("format_ipv4", "Writes an IPv4 address of which only the leading bits are kept.", `format_ipv4("192.168.1.255", 24) == "192.168.1.0"`, false),
		formatIP("format_ipv4_mask", "Writes an IPv4 network with its prefix length.", `format_ipv4_mask("192.168.1.255", 24) == "192.168.1.0/24"`, true),
		{
			Name: "ipv4_range_to_cidr_list", Category: ipCategory, Result: value.Dynamic,
			Params:   []Param{param("start_ip", tText, "the first address"), param("end_ip", tText, "the last address")},
			Doc:      "Writes a range of IPv4 addresses as an array of networks.",
			Examples: []string{`tostring(ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255")) == '["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]'`},
			Eval:     rangeToNetworks,
		},
		findIP("has_ipv4", "Says whether a text has an IPv4 address, standing by itself.", `has_ipv4("05:04:54 127.0.0.1 GET /", "127.0.0.1")`, false, source, param("ip", tText, "the address")),
		findIP("has_any_ipv4", "Says whether a text has one of several IPv4 addresses, standing by itself.", `has_any_ipv4("05:04:54 127.0.0.1 GET /", "127.0.0.1", "127.0.0.2")`, false, source, repeated("ips", tJSON, "addresses, or an array of them")),
		findIP("has_ipv4_prefix", "Says whether a text has an IPv4 address that begins so: a prefix is an address, or ends with a dot.", `has_ipv4_prefix("05:04:54 127.0.0.1 GET /", "127.0.")`, true, source, param("ip_prefix", tText, "the prefix")),
		findIP("has_any_ipv4_prefix", "Says whether a text has an IPv4 address that begins with one of several prefixes.", `has_any_ipv4_prefix("05:04:54 127.0.0.1 GET /", dynamic(["127.0.", "192."]))`, true, source, repeated("ip_prefixes", tJSON, "prefixes, or an array of them")),
	}
}

// A network is an address as two halves of 64 bits, the number of bits that
// the address has (in high alone when it is IPv4), and how many count.
type network struct {
	high, low    uint64
	size, prefix int
}

// masked keeps the leading bits, and no more than the network's own prefix.
func (n network) masked(prefix int) network {
	prefix = min(prefix, n.prefix)
	switch {
	case n.size == 32:
		n.high &= ^uint64(0) << (32 - prefix)
	case prefix <= 64:
		n.high &= ^uint64(0) << (64 - prefix) // a shift by 64 gives 0
		n.low = 0
	default:
		n.low &= ^uint64(0) << (128 - prefix)
	}
	n.prefix = prefix
	return n
}

// netParser reads an address with or without prefix length.
type netParser func(s string) (network, bool)

func splitPrefix(s string) (address string, prefix int, ok bool) {
	s = strings.TrimSpace(s)
	address, length, found := strings.Cut(s, "/")
	if !found {
		return address, -1, true
	}
	n, err := strconv.Atoi(length)
	return address, n, err == nil && n >= 0
}

// ipv4Net reads an IPv4 address; numbers may have leading zeros, as in logs.
func ipv4Net(s string) (network, bool) {
	address, prefix, ok := splitPrefix(s)
	n := network{size: 32, prefix: 32}
	if prefix >= 0 {
		n.prefix = prefix
	}
	if !ok || prefix > 32 {
		return n, false
	}
	for part := range 4 {
		digits, rest, more := strings.Cut(address, ".")
		b, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || b > 255 || len(digits) > 3 || more != (part < 3) {
			return n, false
		}
		n.high = n.high<<8 | b
		address = rest
	}
	return n, true
}

// ipv6Net reads an address of either kind as IPv6.
func ipv6Net(s string) (network, bool) {
	address, prefix, ok := splitPrefix(s)
	a, err := netip.ParseAddr(address)
	if err != nil || !ok {
		return network{}, false
	}
	n := network{size: 128, prefix: 128}
	if prefix >= 0 {
		if a.Is4() {
			prefix += 96
		}
		n.prefix = prefix
	}
	if n.prefix > 128 {
		return n, false
	}
	for i, b := range a.As16() {
		if i < 8 {
			n.high = n.high<<8 | uint64(b)
		} else {
			n.low = n.low<<8 | uint64(b)
		}
	}
	return n, true
}

func longIPv6(s string, prefix int) string {
	n, ok := ipv6Net(s)
	if !ok {
		return ""
	}
	n = n.masked(prefix)
	var b strings.Builder
	for i, half := range []uint64{n.high, n.low} {
		for k := range 4 {
			if i+k > 0 {
				b.WriteByte(':')
			}
			fmt.Fprintf(&b, "%04x", half>>(48-16*k)&0xffff)
		}
	}
	return b.String()
}

// compareNets compares as far as both prefixes and the one given go.
func compareNets(x, y network, prefix int) int {
	prefix = min(prefix, x.prefix, y.prefix)
	x, y = x.masked(prefix), y.masked(prefix)
	switch {
	case x.high != y.high:
		if x.high < y.high {
			return -1
		}
		return 1
	case x.low < y.low:
		return -1
	case x.low > y.low:
		return 1
	}
	return 0
}

// compareArgs compares two addresses given as arguments with a prefix; not ok
// when one is none.
func compareArgs(parse netParser, size int, a []value.Value) (c int, ok bool) {
	x, ok1 := parse(text(a[0]))
	y, ok2 := parse(text(a[1]))
	prefix, ok3 := longArg(a, 2, int64(size))
	if !ok1 || !ok2 || !ok3 || prefix < 0 || prefix > int64(size) {
		return 0, false
	}
	return compareNets(x, y, int(prefix)), true
}

func compareIP(name, doc, example string, parse netParser, size int, params ...Param) Func {
	return Func{
		Name: name, Category: ipCategory, Result: value.Long, Params: params, Doc: doc, Examples: []string{example},
		Eval: func(_ *Context, a []value.Value) value.Value {
			c, ok := compareArgs(parse, size, a)
			if !ok {
				return value.NullOf(value.Long)
			}
			return value.LongOf(int64(c))
		},
	}
}

func matchIP(name, doc, example string, parse netParser, size int, params ...Param) Func {
	return Func{
		Name: name, Category: ipCategory, Result: value.Bool, Params: params, Doc: doc, Examples: []string{example},
		Eval: func(_ *Context, a []value.Value) value.Value {
			c, ok := compareArgs(parse, size, a)
			if !ok {
				return value.NullOf(value.Bool)
			}
			return value.BoolOf(c == 0)
		},
	}
}

// rangeIP asks whether an address is in any of the networks that follow;
// constant networks are read once.
func rangeIP(name, doc, example string, parse netParser, params []Param) Func {
	return Func{
		Name: name, Category: ipCategory, Result: value.Bool, Params: params, Doc: doc, Examples: []string{example},
		Prepare: func(args []Arg) (Eval, error) {
			all, fixed := constants(args[1:])
			nets := readNets(parse, all)
			return func(_ *Context, a []value.Value) value.Value {
				nets := nets
				if !fixed {
					var all []value.Value
					for _, v := range a[1:] {
						all = appendElements(all, v)
					}
					nets = readNets(parse, all)
				}
				x, ok := parse(text(a[0]))
				if !ok || len(nets) == 0 {
					return value.NullOf(value.Bool)
				}
				return value.BoolOf(inAnyNet(x, nets))
			}, nil
		},
	}
}

func readNets(parse netParser, all []value.Value) []network {
	var nets []network
	for _, v := range all {
		if n, ok := parse(text(v)); ok {
			nets = append(nets, n)
		}
	}
	return nets
}

func inAnyNet(x network, nets []network) bool {
	for _, n := range nets {
		if x.prefix >= n.prefix && compareNets(x, n, n.prefix) == 0 {
			return true
		}
	}
	return false
}

var privateNets = readNets(ipv4Net, []value.Value{
	value.StringOf("10.0.0.0/8"), value.StringOf("172.16.0.0/12"), value.StringOf("192.168.0.0/16"),
})

func isPrivate(s string) value.Value {
	n, ok := ipv4Net(s)
	if !ok {
		return value.NullOf(value.Bool)
	}
	return value.BoolOf(inAnyNet(n, privateNets))
}

func formatIP(name, doc, example string, withPrefix bool) Func {
	return Func{
		Name: name, Category: ipCategory, Result: value.String, Doc: doc, Examples: []string{example},
		Params: []Param{
			param("ip", tWritten, "an address, as text or as a number"),
			optional("prefix", tLong, "how many leading bits are kept; 32 when left out"),
		},
		Eval: func(_ *Context, a []value.Value) value.Value {
			prefix, ok := longArg(a, 1, 32)
			n, valid := network{size: 32, prefix: 32}, false
			if v := a[0].Inner(); v.Kind() == value.KLong || v.Kind() == value.KInt {
				n.high, valid = uint64(v.Int()), v.Int() >= 0 && v.Int() <= 1<<32-1
			} else {
				n, valid = ipv4Net(text(v))
			}
			if !ok || !valid || prefix < 0 || prefix > 32 {
				return value.StringOf("")
			}
			return value.StringOf(writeIPv4(n.masked(int(prefix)), withPrefix))
		},
	}
}

func writeIPv4(n network, withPrefix bool) string {
	s := fmt.Sprintf("%d.%d.%d.%d", n.high>>24&255, n.high>>16&255, n.high>>8&255, n.high&255)
	if withPrefix {
		s += "/" + strconv.Itoa(n.prefix)
	}
	return s
}

func rangeToNetworks(_ *Context, a []value.Value) value.Value {
	first, ok1 := ipv4Net(text(a[0]))
	last, ok2 := ipv4Net(text(a[1]))
	if !ok1 || !ok2 || first.high > last.high {
		return value.NullOf(value.Dynamic)
	}
	var out []string
	for at := first.high; at <= last.high; {
		size := min(bits.TrailingZeros64(at|1<<32), bits.Len64(last.high-at+1)-1)
		out = append(out, writeIPv4(network{high: at, size: 32, prefix: 32 - size}, true))
		at += 1 << size
	}
	return textArray(out)
}

// findIP looks for addresses in a text that stand by themselves: with no
// letter or digit before, nor behind.
func findIP(name, doc, example string, asPrefix bool, params ...Param) Func {
	return Func{
		Name: name, Category: ipCategory, Result: value.Bool, Params: params, Doc: doc, Examples: []string{example},
		Eval: func(_ *Context, a []value.Value) value.Value {
			var wanted []value.Value
			for _, v := range a[1:] {
				wanted = appendElements(wanted, v)
			}
			s := text(a[0])
			for _, w := range wanted {
				if hasIPv4(s, text(w), asPrefix) {
					return value.BoolOf(true)
				}
			}
			return value.BoolOf(false)
		},
	}
}

func hasIPv4(s, wanted string, asPrefix bool) bool {
	whole := strings.Count(wanted, ".") == 3 && !strings.HasSuffix(wanted, ".")
	if whole {
		if _, ok := ipv4Net(wanted); !ok || strings.Contains(wanted, "/") {
			return false
		}
	} else if !asPrefix || !strings.HasSuffix(wanted, ".") || len(wanted) < 2 {
		return false
	}
	for from := 0; ; {
		i := strings.Index(s[from:], wanted)
		if i < 0 {
			return false
		}
		at := from + i
		address := ipv4At(s[at:])
		_, ok := ipv4Net(address)
		if ok && (!whole || address == wanted) && standsAlone(s, at, at+len(address)) {
			return true
		}
		from = at + 1
	}
}

// ipv4At is the run of digits and dots that s begins with, sixteen at most.
func ipv4At(s string) string {
	i := 0
	for i < len(s) && i < 16 && (s[i] == '.' || '0' <= s[i] && s[i] <= '9') {
		i++
	}
	return strings.TrimRight(s[:i], ".")
}

func standsAlone(s string, from, to int) bool {
	joins := func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }
	return (from == 0 || !joins(s[from-1]) && s[from-1] != '.') && (to == len(s) || !joins(s[to]))
}
