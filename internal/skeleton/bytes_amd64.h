// What bytes are compared with, 32 of each.
#define BYTES(name, x) \
	DATA name<>+0(SB)/8, $x; \
	DATA name<>+8(SB)/8, $x; \
	DATA name<>+16(SB)/8, $x; \
	DATA name<>+24(SB)/8, $x; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

// MASK says in 64 bits of a register which of the bytes of two others are equal to
// those of a third. It takes Y2, Y3 and BX.
#define MASK(first, second, bytes, mask) \
	VPCMPEQB first, bytes, Y2; \
	VPCMPEQB second, bytes, Y3; \
	VPMOVMSKB Y2, mask; \
	VPMOVMSKB Y3, BX; \
	SHLQ $32, BX; \
	ORQ BX, mask
