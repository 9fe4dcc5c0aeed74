// Package dogwatch has the nouns that the steps exchange: evidence, rules,
// alerts. It has no clients and no clocks.
package dogwatch
