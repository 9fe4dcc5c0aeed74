package value

import (
	"math/big"
	"testing"
)

func TestDecimals(t *testing.T) {
	for in, want := range map[string]string{
		"1.50": "1.5", "-0.0": "0", "1e3": "1000", "1.5E-3": "0.0015", ".5": "0.5", "100": "100", "+7": "7",
		"12345678901234567890123456789012345678": "12345678901234567890123456789012350000",
		"":                                       "", "x": "", "1.2.3": "", "1e": "", "1e99999999": "", "-": "", "1-2": "", "0x10": "",
	} {
		if got, ok := ParseDecimal(in); got != want || ok != (want != "") {
			t.Errorf("ParseDecimal(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestDecimalOps(t *testing.T) {
	for _, c := range []struct {
		x    string
		op   byte
		y    string
		want string
	}{
		{"0.1", '+', "0.2", "0.3"}, {"1", '-', "1.1", "-0.1"}, {"1.5", '*', "-2", "-3"},
		{"1", '/', "3", "0.3333333333333333333333333333333333"}, {"2", '/', "3", "0.6666666666666666666666666666666667"},
		{"-14", '%', "12", "10"}, {"14", '%', "-12", "2"}, {"5.5", '%', "2", "1.5"}, {"1", '/', "0", ""}, {"1E6000", '*', "1E6000", ""},
	} {
		if got := DecimalOp(c.op, DecimalOf(c.x), DecimalOf(c.y)).String(); got != c.want {
			t.Errorf("%s %c %s = %q, want %q", c.x, c.op, c.y, got, c.want)
		}
	}
	if CompareDecimals("1.10", "1.1") != 0 || CompareDecimals("-2", "1") != -1 {
		t.Error("decimals are out of order")
	}
}

func FuzzDecimal(f *testing.F) {
	f.Add("1.5", "-0.25")
	f.Add("1e30", "9999999999999999999999999999999999")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, ok1 := ParseDecimal(a)
		y, ok2 := ParseDecimal(b)
		if !ok1 || !ok2 {
			return
		}
		if again, ok := ParseDecimal(x); !ok || again != x {
			t.Fatalf("%q is not in canonical form: %q", x, again)
		}
		for _, op := range []byte("+-*/%") {
			DecimalOp(op, DecimalOf(x), DecimalOf(y))
		}
		if len(x) > 60 || len(y) > 60 {
			return
		}
		p, _ := new(big.Rat).SetString(x)
		q, _ := new(big.Rat).SetString(y)
		if got, want := CompareDecimals(x, y), p.Cmp(q); got != want {
			t.Fatalf("%s against %s is %d, want %d", x, y, got, want)
		}
	})
}
