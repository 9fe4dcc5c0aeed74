package decode

import "unsafe"

// viewOf returns bytes as a string without copying. The bytes must never
// change again: windows and arenas only ever write behind what they gave out.
func viewOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
