package fn

import (
	"math"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// units are names of units and how many of the quantity's own unit one is.
type units map[string]float64

// with adds names made of a prefix and a unit. The prefixes are of a text such
// as "Kilo Milli".
func (u units) with(prefixes, unit string) units {
	for p := range strings.FieldsSeq(prefixes) {
		u[p+strings.ToLower(unit)] = prefix[p] * u[unit]
		u[p+unit] = prefix[p] * u[unit]
	}
	return u
}

var prefix = map[string]float64{
	"Nano": 1e-9, "Micro": 1e-6, "Milli": 1e-3, "Centi": 1e-2, "Deci": 1e-1,
	"Deca": 10, "Hecto": 100, "Kilo": 1e3, "Mega": 1e6, "Giga": 1e9, "Tera": 1e12,
}

var angles = units{
	"Degree": 1, "Radian": 180 / math.Pi, "Arcminute": 1.0 / 60, "Arcsecond": 1.0 / 3600,
	"Gradian": 0.9, "Revolution": 360, "NatoMil": 160.0 / 9000,
}.with("Micro Milli Nano", "Degree").with("Centi Deci Micro Milli Nano", "Radian")

var energies = units{
	"Joule": 1, "BritishThermalUnit": 1055.05585262, "Calorie": 4.184, "ElectronVolt": 1.602176565e-19,
	"Erg": 1e-7, "FootPound": 1.355817948, "HorsepowerHour": 2.6845195377e6, "WattHour": 3600, "WattDay": 86400,
	"ThermEc": 1.05505585262e8, "ThermUs": 1.054804e8, "ThermImperial": 1.05505585257348e8,
}.with("Deca", "ThermEc").with("Deca", "ThermUs").with("Deca", "ThermImperial").
	with("Kilo Mega Giga", "BritishThermalUnit").with("Kilo Mega", "Calorie").
	with("Kilo Mega Giga Tera", "ElectronVolt").with("Milli Kilo Mega Giga", "Joule").
	with("Kilo Mega Giga Tera", "WattHour").with("Kilo Mega Giga Tera", "WattDay")

var forces = units{
	"Newton": 1, "Dyn": 1e-5, "KilogramForce": 9.80665, "KiloPond": 9.80665, "TonneForce": 9806.65,
	"PoundForce": 4.4482216152605, "OunceForce": 0.27801385095378125, "Poundal": 0.138254954376,
	"ShortTonForce": 8896.443230521,
}.with("Micro Milli Deca Kilo Mega", "Newton").with("Kilo", "PoundForce")

var lengths = units{
	"Meter": 1, "Angstrom": 1e-10, "AstronomicalUnit": 1.495978707e11, "Chain": 20.1168, "DataMile": 1828.8,
	"DtpPica": 0.0254 / 6, "DtpPoint": 0.0254 / 72, "Fathom": 1.8288, "Foot": 0.3048, "Hand": 0.1016, "Inch": 0.0254,
	"LightYear": 9.4607304725808e15, "Parsec": 3.0856775814913673e16, "Mil": 2.54e-5, "Microinch": 2.54e-8, "Mile": 1609.344,
	"NauticalMile": 1852, "PrinterPica": 0.0254 / 72.27 * 12, "PrinterPoint": 0.0254 / 72.27, "Shackle": 27.432,
	"Twip": 0.0254 / 1440, "UsSurveyFoot": 1200.0 / 3937, "Yard": 0.9144,
}.with("Nano Micro Milli Centi Deci Deca Hecto Kilo", "Meter").with("Kilo Mega", "LightYear").with("Kilo Mega", "Parsec")

var masses = units{
	"Kilogram": 1, "Gram": 1e-3, "Tonne": 1e3, "Pound": 0.45359237, "Ounce": 0.028349523125, "Grain": 6.479891e-5,
	"LongHundredweight": 50.80234544, "LongTon": 1016.0469088, "ShortHundredweight": 45.359237, "ShortTon": 907.18474,
	"Slug": 14.593902937206, "Stone": 6.35029318,
}.with("Nano Micro Milli Centi Deci Deca Hecto", "Gram").with("Kilo Mega", "Pound").with("Kilo Mega", "Tonne")

var speeds = perTime(units{
	"NanometerPer": 1e-9, "MicrometerPer": 1e-6, "MillimeterPer": 1e-3, "CentimeterPer": 1e-2, "DecimeterPer": 1e-1,
	"MeterPer": 1, "KilometerPer": 1e3, "FootPer": 0.3048, "InchPer": 0.0254, "MilePer": 1609.344,
	"UsSurveyFootPer": 1200.0 / 3937, "YardPer": 0.9144,
}, units{"Knot": 1852.0 / 3600})

// perTime adds what is gone in an hour, a minute, a second.
func perTime(ways, u units) units {
	for way, meters := range ways {
		u[way+"Hour"], u[way+"Minute"], u[way+"Second"] = meters/3600, meters/60, meters
	}
	return u
}

var volumes = units{
	"CubicMeter": 1, "Liter": 1e-3, "AcreFoot": 1 / 0.000810714, "AuTablespoon": 2e-5, "BoardFoot": 0.0023597372158,
	"CubicFoot": 0.028316846592, "CubicInch": 1.6387064e-5, "CubicYard": 0.764554857984, "CubicMile": 4.168181825440580e9,
	"CubicCentimeter": 1e-6, "CubicDecimeter": 1e-3, "CubicHectometer": 1e6, "CubicKilometer": 1e9, "CubicMicrometer": 1e-18, "CubicMillimeter": 1e-9,
	"ImperialBeerBarrel": 0.16365924, "ImperialGallon": 0.00454609, "ImperialOunce": 2.84130625e-5, "ImperialPint": 5.6826125e-4,
	"MetricCup": 2.5e-4, "MetricTeaspoon": 5e-6, "OilBarrel": 0.158987294928, "UkTablespoon": 1.5e-5,
	"UsBeerBarrel": 0.117347765304, "UsCustomaryCup": 2.365882365e-4, "UsGallon": 0.003785411784, "UsLegalCup": 2.4e-4,
	"UsOunce": 2.95735295625e-5, "UsPint": 4.73176473e-4, "UsQuart": 9.46352946e-4, "UsTablespoon": 1.478676478125e-5, "UsTeaspoon": 4.92892159375e-6,
}.with("Micro Milli Centi Deci Deca Hecto Kilo Mega", "Liter").with("Deca Deci Hecto Kilo Mega", "UsGallon").
	with("Kilo Mega", "ImperialGallon").with("Hecto Kilo Mega", "CubicFoot").with("Hecto Kilo", "CubicMeter")

func unitFuncs() []Func {
	var out []Func
	for _, c := range []struct {
		quantity, example string
		units             units
	}{
		{"angle", `convert_angle(1.2, "Degree", "Arcminute") == 72`, angles},
		{"energy", `round(convert_energy(1.2, "Joule", "BritishThermalUnit"), 9) == 0.001137381`, energies},
		{"force", `convert_force(1.2, "Newton", "Decanewton") == 0.12`, forces},
		{"length", `round(convert_length(1.2, "Meter", "Foot"), 9) == 3.937007874`, lengths},
		{"mass", `round(convert_mass(1.2, "Kilogram", "Pound"), 9) == 2.645547146`, masses},
		{"speed", `convert_speed(1.2, "MeterPerSecond", "CentimeterPerHour") == 432000`, speeds},
		{"volume", `round(convert_volume(1.2, "CubicMeter", "AcreFoot"), 10) == 0.0009728568`, volumes},
	} {
		out = append(out, Func{
			Name: "convert_" + c.quantity, Category: mathCategory, Result: value.Real,
			Params: []Param{param("value", tReal, "the number"), param("from", tText, "the unit that it is of"), param("to", tText, "the unit wanted")},
			Doc:    "Turns one unit of " + c.quantity + " into another; null for units that are unknown.", Examples: []string{c.example},
			Eval: func(_ *Context, a []value.Value) value.Value {
				from, ok := c.units[text(a[1])]
				to, ok2 := c.units[text(a[2])]
				if !ok || !ok2 || a[0].IsNull() {
					return value.NullOf(value.Real)
				}
				return value.RealOf(a[0].Real() * (from / to))
			},
		})
	}
	return append(out, temperatureFunc())
}

// A scale of temperature has a size of its degree in kelvin, and the kelvins at
// its zero.
type scale struct{ degree, zero float64 }

var scales = map[string]scale{
	"Kelvin": {1, 0}, "DegreeCelsius": {1, 273.15}, "MillidegreeCelsius": {1e-3, 273.15}, "DegreeDelisle": {-2.0 / 3, 373.15},
	"DegreeFahrenheit": {5.0 / 9, 459.67 * 5 / 9}, "DegreeNewton": {100.0 / 33, 273.15}, "DegreeRankine": {5.0 / 9, 0},
	"DegreeReaumur": {1.25, 273.15}, "DegreeRoemer": {40.0 / 21, 273.15 - 7.5*40/21}, "SolarTemperature": {5778, 0},
}

func temperatureFunc() Func {
	return Func{
		Name: "convert_temperature", Category: mathCategory, Result: value.Real,
		Params:   []Param{param("value", tReal, "the temperature"), param("from", tText, "the scale that it is of"), param("to", tText, "the scale wanted")},
		Doc:      "Turns a temperature of one scale into that of another; null for scales that are unknown.",
		Examples: []string{`round(convert_temperature(14, "DegreeCelsius", "DegreeFahrenheit"), 3) == 57.2`, `round(convert_temperature(1.2, "Kelvin", "DegreeCelsius"), 9) == -271.95`},
		Eval: func(_ *Context, a []value.Value) value.Value {
			from, ok := scales[text(a[1])]
			to, ok2 := scales[text(a[2])]
			if !ok || !ok2 || a[0].IsNull() {
				return value.NullOf(value.Real)
			}
			return value.RealOf((a[0].Real()*from.degree + from.zero - to.zero) / to.degree)
		},
	}
}
