// What bytes are compared with, 32 of each.
#define BYTES(name, x) \
	DATA name<>+0(SB)/8, $x; \
	DATA name<>+8(SB)/8, $x; \
	DATA name<>+16(SB)/8, $x; \
	DATA name<>+24(SB)/8, $x; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

BYTES(quote, 0x2222222222222222)
BYTES(backslash, 0x5c5c5c5c5c5c5c5c)
BYTES(lower, 0x2020202020202020) // makes { of [ and } of ]
BYTES(opening, 0x7b7b7b7b7b7b7b7b)
BYTES(closing, 0x7d7d7d7d7d7d7d7d)
