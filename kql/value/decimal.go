package value

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
)

// A decimal has up to 34 digits, as IEEE 754's decimal128: coef times ten to
// the power of exp. Every result is rounded to that, so that no chain of
// operations can grow.
type decimal struct {
	coef big.Int
	exp  int
}

const (
	decimalDigits = 34
	decimalMaxExp = 6144
)

// ParseDecimal reads a decimal number, with or without an exponent, and
// returns it in canonical form: no exponent, no zeros at either end that say
// nothing. It is not ok for other text or numbers beyond 34 digits' reach.
func ParseDecimal(s string) (text string, ok bool) {
	d, ok := parseDecimal(s)
	if !ok {
		return "", false
	}
	return d.text(), true
}

func parseDecimal(s string) (*decimal, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 512 {
		return nil, false
	}
	mantissa, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > 2*decimalMaxExp || n < -2*decimalMaxExp {
			return nil, false
		}
		mantissa, exp = s[:i], n
	}
	if i := strings.IndexByte(mantissa, '.'); i >= 0 {
		exp -= len(mantissa) - i - 1
		mantissa = mantissa[:i] + mantissa[i+1:]
	}
	sign := mantissa != "" && (mantissa[0] == '-' || mantissa[0] == '+')
	for i := range len(mantissa) {
		if !isDigit(mantissa[i]) && (i > 0 || !sign) {
			return nil, false
		}
	}
	d := &decimal{exp: exp}
	if _, ok := d.coef.SetString(mantissa, 10); !ok {
		return nil, false
	}
	return d, d.round()
}

var ten = big.NewInt(10)

func pow10(n int) *big.Int { return new(big.Int).Exp(ten, big.NewInt(int64(n)), nil) }

// round cuts to 34 digits, half to even, and takes off trailing zeros. It
// reports whether the number is in range.
func (d *decimal) round() bool {
	if extra := d.width() - decimalDigits; extra > 0 {
		q, r := new(big.Int).QuoRem(&d.coef, pow10(extra), new(big.Int))
		half := new(big.Int).Rsh(pow10(extra), 1)
		if c := r.CmpAbs(half); c > 0 || c == 0 && q.Bit(0) == 1 {
			q.Add(q, big.NewInt(int64(d.coef.Sign())))
		}
		d.coef.Set(q)
		d.exp += extra
	}
	d.trim()
	return d.exp <= decimalMaxExp && d.exp >= -decimalMaxExp
}

func (d *decimal) trim() {
	if d.coef.Sign() == 0 {
		d.exp = 0
		return
	}
	q, r := new(big.Int), new(big.Int)
	for {
		q.QuoRem(&d.coef, ten, r)
		if r.Sign() != 0 {
			return
		}
		d.coef.Set(q)
		d.exp++
	}
}

// width is the number of digits of the coefficient.
func (d *decimal) width() int { return len(new(big.Int).Abs(&d.coef).String()) }

func (d *decimal) text() string {
	s := new(big.Int).Abs(&d.coef).String()
	switch {
	case d.exp > decimalDigits || d.exp < -2*decimalDigits: // no rows of zeros
		s += "E" + strconv.Itoa(d.exp)
	case d.exp > 0:
		s += strings.Repeat("0", d.exp)
	case d.exp < 0 && len(s) > -d.exp:
		s = s[:len(s)+d.exp] + "." + s[len(s)+d.exp:]
	case d.exp < 0:
		s = "0." + strings.Repeat("0", -d.exp-len(s)) + s
	}
	if d.coef.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// align returns both coefficients at the smaller exponent.
func align(a, b *decimal) (x, y *big.Int, exp int) {
	x, y = &a.coef, &b.coef
	exp = min(a.exp, b.exp)
	if a.exp > exp {
		x = new(big.Int).Mul(x, pow10(a.exp-exp))
	}
	if b.exp > exp {
		y = new(big.Int).Mul(y, pow10(b.exp-exp))
	}
	return x, y, exp
}

// DecimalOp computes x op y (+ - * / %) of two decimals; null when either is
// null, for division by zero and out of range.
func DecimalOp(op byte, x, y Value) Value {
	a, ok1 := parseDecimal(x.s)
	b, ok2 := parseDecimal(y.s)
	if x.IsNull() || y.IsNull() || !ok1 || !ok2 {
		return NullOf(Decimal)
	}
	d := new(decimal)
	switch op {
	case '+', '-':
		a, b = a.near(b), b.near(a)
		p, q, exp := align(a, b)
		d.exp = exp
		if op == '+' {
			d.coef.Add(p, q)
		} else {
			d.coef.Sub(p, q)
		}
	case '*':
		d.coef.Mul(&a.coef, &b.coef)
		d.exp = a.exp + b.exp
	case '/':
		if b.coef.Sign() == 0 {
			return NullOf(Decimal)
		}
		shift := max(0, decimalDigits+2+b.width()-a.width())
		d.coef.Quo(new(big.Int).Mul(&a.coef, pow10(shift)), &b.coef)
		d.exp = a.exp - b.exp - shift
	case '%':
		if b.coef.Sign() == 0 {
			return NullOf(Decimal)
		}
		p, q, exp := align(a, b)
		d.coef.Mod(p, q)
		d.exp = exp
	}
	if !d.round() {
		return NullOf(Decimal)
	}
	return DecimalOf(d.text())
}

// CompareDecimals orders two decimal texts.
func CompareDecimals(x, y string) int {
	a, ok1 := parseDecimal(x)
	b, ok2 := parseDecimal(y)
	if !ok1 || !ok2 {
		return strings.Compare(x, y)
	}
	if s, t := a.coef.Sign(), b.coef.Sign(); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	if m, n := a.magnitude(), b.magnitude(); m != n { // no need to write out the zeros
		return a.coef.Sign() * cmp.Compare(m, n)
	}
	p, q, _ := align(a, b)
	return p.Cmp(q)
}

// magnitude is the power of ten above the number's absolute value.
func (d *decimal) magnitude() int { return d.exp + d.width() }

// near returns d, or zero when d is too small to change a sum with other.
func (d *decimal) near(other *decimal) *decimal {
	if other.coef.Sign() != 0 && other.magnitude()-d.magnitude() > 2*decimalDigits {
		return new(decimal)
	}
	return d
}

// decimalReal is the nearest real.
func decimalReal(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// decimalLong cuts off the fraction.
func decimalLong(s string) (int64, bool) {
	d, ok := parseDecimal(s)
	if !ok || d.exp > 20 {
		return 0, false
	}
	n := &d.coef
	if d.exp > 0 {
		n = new(big.Int).Mul(n, pow10(d.exp))
	} else if d.exp < 0 {
		n = new(big.Int).Quo(n, pow10(-d.exp))
	}
	return n.Int64(), n.IsInt64()
}
