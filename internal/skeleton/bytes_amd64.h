// What bytes are compared with, 32 of each.
#define BYTES(name, x) \
	DATA name<>+0(SB)/8, $x; \
	DATA name<>+8(SB)/8, $x; \
	DATA name<>+16(SB)/8, $x; \
	DATA name<>+24(SB)/8, $x; \
	GLOBL name<>(SB), RODATA|NOPTR, $32
