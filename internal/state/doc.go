// Package state is how what dogwatch remembers is written down between two
// runs: numbers and texts, in frames that each have a length and a checksum,
// behind the number of the format. What is damaged, cut off or of another
// format is refused, and never read as something else.
//
// The packages that remember say what they write. state owns the form alone.
package state
