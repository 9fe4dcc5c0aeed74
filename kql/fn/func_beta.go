package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func betaFuncs() []Func {
	alpha, beta := param("alpha", tReal, "the first shape"), param("beta", tReal, "the second shape")
	three := func(name, first, doc, example string, f func(x, a, b float64) value.Value) Func {
		return Func{
			Name: name, Category: mathCategory, Result: value.Real, Params: []Param{param(first, tReal, doc), alpha, beta},
			Doc: "Gives the beta distribution's " + doc + ".", Examples: []string{example},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if a[0].IsNull() || a[1].IsNull() || a[2].IsNull() {
					return value.NullOf(value.Real)
				}
				return f(a[0].Real(), a[1].Real(), a[2].Real())
			},
		}
	}
	return []Func{
		three("beta_cdf", "x", "cumulative share up to a value", `round(beta_cdf(0.5, 1.0, 1.0), 9) == 0.5`, func(x, a, b float64) value.Value {
			return value.RealOf(betaShare(x, a, b))
		}),
		three("beta_pdf", "x", "density at a value", `round(beta_pdf(0.5, 2.0, 2.0), 9) == 1.5`, func(x, a, b float64) value.Value {
			return value.RealOf(betaDensity(x, a, b))
		}),
		three("beta_inv", "probability", "value below which a share lies", `round(beta_inv(0.5, 2.0, 2.0), 9) == 0.5`, betaValue),
		{
			Name: "welch_test", Category: mathCategory, Result: value.Real,
			Params: []Param{
				param("mean1", tReal, "the mean of the first sample"), param("variance1", tReal, "its variance"), param("count1", tReal, "its size"),
				param("mean2", tReal, "the mean of the second sample"), param("variance2", tReal, "its variance"), param("count2", tReal, "its size"),
			},
			Doc:      "Gives the probability that two samples with different variances have the same mean.",
			Examples: []string{`round(welch_test(20.82, 7.8674285714, 15, 22.98666667, 3.8126666667, 15), 4) == 0.0214`},
			Eval:     welch,
		},
	}
}

// betaShare is the regularised incomplete beta function.
func betaShare(x, a, b float64) float64 {
	switch {
	case !(x >= 0 && x <= 1):
		return math.NaN()
	case x == 0 || x == 1:
		return x
	}
	weight := math.Exp(lnGamma(a+b) - lnGamma(a) - lnGamma(b) + a*math.Log(x) + b*math.Log1p(-x))
	if x < (a+1)/(a+b+2) {
		return weight * betaFraction(x, a, b) / a
	}
	return 1 - weight*betaFraction(1-x, b, a)/b
}

func lnGamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// betaFraction is the continued fraction of the incomplete beta function, by
// Lentz's method.
func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	bounded := func(f float64) float64 {
		if math.Abs(f) < tiny {
			return tiny
		}
		return f
	}
	c, d := 1.0, 1/bounded(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 1000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/bounded(1+even*d), bounded(1+even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/bounded(1+odd*d), bounded(1+odd/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return h
}

func betaDensity(x, a, b float64) float64 {
	if !(x >= 0 && x <= 1) || !(a > 0) || !(b > 0) {
		return math.NaN()
	}
	return math.Exp(lnGamma(a+b)-lnGamma(a)-lnGamma(b)) * math.Pow(x, a-1) * math.Pow(1-x, b-1)
}

// betaValue looks for the value by halving.
func betaValue(p, a, b float64) value.Value {
	switch {
	case !(p >= 0 && p <= 1):
		return value.NullOf(value.Real)
	case !(a > 0) || !(b > 0):
		return value.RealOf(math.NaN())
	case p == 0 || p == 1:
		return value.RealOf(p)
	}
	low, high := 0.0, 1.0
	for range 1100 {
		middle := low + (high-low)/2
		if middle == low || middle == high {
			break
		}
		if betaShare(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return value.RealOf(high)
}

func welch(_ *Context, a []value.Value) value.Value {
	var f [6]float64
	for i := range f {
		if a[i].IsNull() {
			return value.NullOf(value.Real)
		}
		f[i] = a[i].Real()
	}
	s1, s2 := f[1]/f[2], f[4]/f[5]
	t := (f[0] - f[3]) / math.Sqrt(s1+s2)
	freedom := (s1 + s2) * (s1 + s2) / (s1*s1/(f[2]-1) + s2*s2/(f[5]-1))
	return value.RealOf(betaShare(freedom/(freedom+t*t), freedom/2, 0.5))
}
