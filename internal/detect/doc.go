// Package detect runs rules over rows and makes alerts. It stands behind
// decode, whose batches it takes, and owns grouping, windows and triggers.
//
// What comes out does not depend on how the input was cut into batches, nor on
// the order of several files: rows are folded by what they say and when, and
// rules that count look at rows in the order of event time.
package detect
