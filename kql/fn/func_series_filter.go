package fn

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// seriesFilters run over whole series: filters, transforms and components.
func seriesFilters() []Func {
	series := seriesParam("series")
	imaginary := optional("series_imaginary", tDynamic, "the imaginary parts")
	return []Func{
		{
			Name: "series_fir", Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{series, param("filter", tDynamic, "factors"),
				optional("normalize", tBool, "whether factors are divided by their sum; when left out, unless one is negative"),
				optional("center", tBool, "whether the filter looks as far ahead as back")},
			Doc:      "Runs a filter of factors over a series: a moving average and the like.",
			Examples: []string{`tostring(series_fir(dynamic([2, 4, 6]), dynamic([1, 1]))) == "[1.0,3.0,5.0]"`},
			Eval:     impulseFilter,
		},
		{
			Name: "series_fft", Category: seriesCategory, Result: value.Dynamic, Params: []Param{series, imaginary},
			Doc:      "Gives the Fourier transform of a series in two columns: real and imaginary parts.",
			Examples: []string{`toscalar(print x = dynamic([1, 1]) | project series_fft(x) | project tostring(series_fft_x_real)) == "[2.0,0.0]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return transformed(a, -1) },
		},
		{
			Name: "series_ifft", Category: seriesCategory, Result: value.Dynamic, Params: []Param{series, imaginary},
			Doc:      "Gives the series of a Fourier transform in two columns: real and imaginary parts.",
			Examples: []string{`toscalar(print x = dynamic([2, 0]) | project series_ifft(x) | project tostring(series_ifft_x_real)) == "[1.0,1.0]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return transformed(a, 1) },
		},
		{
			Name: "series_seasonal", Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{
				series, optional("period", tLong, "how many elements a season has; finding it is not supported"),
				optional("test_points", tLong, "elements at the end that the season is not learned from: not supported"),
			},
			Doc:      "Gives the season of a series: for each element the median of those at the same place of every period.",
			Examples: []string{`tostring(series_seasonal(dynamic([1, 3, 5, 2, 4, 6]), 3)) == "[1.5,3.5,5.5,1.5,3.5,5.5]"`},
			Prepare: func(args []Arg) (Eval, error) {
				switch {
				case len(args) == 1:
					return nil, errNoPeriod
				case len(args) == 3:
					return nil, Unsupported("test_points of series_seasonal()")
				}
				return func(_ *Context, a []value.Value) value.Value {
					x, ok := numbers(a[0])
					if !ok || a[1].IsNull() {
						return value.NullOf(value.Dynamic)
					}
					return reals(seasonOf(x, len(x), a[1].Int()))
				}, nil
			},
		},
	}
}

func reals(x []float64) value.Value {
	out := make([]value.Value, len(x))
	for i, f := range x {
		out[i] = value.RealOf(f)
	}
	return value.ArrayOf(out)
}

func impulseFilter(_ *Context, a []value.Value) value.Value {
	x, ok := numbers(a[0])
	factors, ok2 := numbers(a[1])
	if !ok || !ok2 || len(factors) == 0 || len(factors) > maxFilter {
		return value.NullOf(value.Dynamic)
	}
	negative := slices.Min(factors) < 0
	normalize := !negative
	if len(a) > 2 && !a[2].IsNull() {
		normalize = a[2].Bool()
	}
	if normalize && negative {
		return value.NullOf(value.Dynamic)
	}
	if normalize {
		total := 0.0
		for _, f := range factors {
			total += f
		}
		factors = slices.Clone(factors)
		for i := range factors {
			factors[i] /= total
		}
	}
	ahead := 0
	if len(a) > 3 && a[3].Bool() {
		ahead = len(factors) / 2
	}
	out := make([]float64, len(x))
	for i := range x {
		for k, f := range factors {
			if at := i + ahead - k; at >= 0 && at < len(x) {
				out[i] += f * x[at]
			}
		}
	}
	return reals(out)
}

// maxTransform bounds series whose length is no power of two: each element of
// their transform costs a pass.
const maxTransform = 1 << 13

// transformed is the Fourier transform, with the exponent's sign.
func transformed(a []value.Value, sign float64) value.Value {
	re, ok := numbers(a[0])
	if !ok {
		return value.ArrayOf([]value.Value{value.NullOf(value.Dynamic), value.NullOf(value.Dynamic)})
	}
	im := make([]float64, len(re))
	if len(a) > 1 {
		if im, ok = numbers(a[1]); !ok || len(im) != len(re) {
			return value.ArrayOf([]value.Value{value.NullOf(value.Dynamic), value.NullOf(value.Dynamic)})
		}
	}
	z := make([]complex128, len(re))
	for i := range z {
		z[i] = complex(re[i], im[i])
	}
	odd := len(z) >> min(bitsTrailing(len(z)), 63)
	if odd > maxTransform {
		return value.ArrayOf([]value.Value{value.NullOf(value.Dynamic), value.NullOf(value.Dynamic)})
	}
	z = fourier(z, sign)
	outRe, outIm := make([]float64, len(z)), make([]float64, len(z))
	for i, c := range z {
		if sign > 0 {
			c /= complex(float64(len(z)), 0)
		}
		outRe[i], outIm[i] = real(c), imag(c)
	}
	return value.ArrayOf([]value.Value{reals(outRe), reals(outIm)})
}

func bitsTrailing(n int) int {
	t := 0
	for ; n > 0 && n%2 == 0; n /= 2 {
		t++
	}
	return t
}

// fourier halves a series while it can.
func fourier(z []complex128, sign float64) []complex128 {
	n := len(z)
	root := func(k int) complex128 { return rootOfUnity(k%n, n, sign) }
	out := make([]complex128, n)
	if n%2 == 1 {
		for k := range out {
			for t, x := range z {
				out[k] += x * root(k*t)
			}
		}
		return out
	}
	if n == 0 {
		return out
	}
	var even, odd []complex128
	for i := 0; i < n; i += 2 {
		even, odd = append(even, z[i]), append(odd, z[i+1])
	}
	even, odd = fourier(even, sign), fourier(odd, sign)
	for k := range even {
		t := root(k) * odd[k]
		out[k], out[k+n/2] = even[k]+t, even[k]-t
	}
	return out
}

// rootOfUnity is the k-th of n points on the circle, exactly where it lies on
// an axis.
func rootOfUnity(k, n int, sign float64) complex128 {
	if 4*k%n == 0 {
		return []complex128{1, complex(0, sign), -1, complex(0, -sign)}[4*k/n]
	}
	return cmplx.Rect(1, sign*2*math.Pi*float64(k)/float64(n))
}

// seasonOf is for each element the median of the first n that lie at the same
// place of a period; 0 for no period.
func seasonOf(x []float64, n int, period int64) []float64 {
	out := make([]float64, len(x))
	if period <= 0 || period > int64(n) {
		return out
	}
	for phase := range int(period) {
		var same []float64
		for i := phase; i < n; i += int(period) {
			same = append(same, x[i])
		}
		m := median(same)
		for i := phase; i < len(x); i += int(period) {
			out[i] = m
		}
	}
	return out
}

func median(x []float64) float64 {
	slices.Sort(x)
	if n := len(x); n%2 == 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}
