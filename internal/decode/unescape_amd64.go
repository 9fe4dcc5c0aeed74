package decode

import "golang.org/x/sys/cpu"

var hasBlocks = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT

// unescapeBlocks unescapes blocks of src until fewer than 32 bytes are left or one
// has an escape other than \", \\ and \/, or a quote that is none. It writes up to
// eight bytes more than it reads.
func unescapeBlocks(dst, src *byte, size int) (read, wrote int) {
	return unescapePressing(dst, src, size, &pressed)
}

//go:noescape
func unescapePressing(dst, src *byte, size int, masks *[256]uint64) (read, wrote int)

// pressed are masks of the bytes that bits stand for.
var pressed = func() (t [256]uint64) {
	for bits := range t {
		for i := range 8 {
			if bits>>i&1 != 0 {
				t[bits] |= 0xff << (8 * i)
			}
		}
	}
	return t
}()
