// What the functions have in common, whatever the vector instructions. They hold in SI
// the bytes at hand, in R15 where the text starts, in CX how many blocks are left, in
// R10 the state, in R8 whether the first byte is escaped (1), in R9 all ones inside a
// string, in DI the depth; X9 is all ones. A block's quotes are in AX, in R13 the
// brackets that open, in DX those that close.

// BYTES is what bytes are compared with, eight of them.
#define BYTES(name, x) \
	DATA name<>+0(SB)/8, $x; \
	GLOBL name<>(SB), RODATA|NOPTR, $8

BYTES(quote, 0x2222222222222222)
BYTES(backslash, 0x5c5c5c5c5c5c5c5c)
BYTES(lower, 0x2020202020202020) // makes { of [ and } of ]
BYTES(opening, 0x7b7b7b7b7b7b7b7b)
BYTES(closing, 0x7d7d7d7d7d7d7d7d)

// ENTER takes over the state.
#define ENTER \
	MOVQ p+0(FP), SI; \
	MOVQ blocks+8(FP), CX; \
	MOVQ st+16(FP), R10; \
	MOVQ 0(R10), R8; \
	MOVQ 8(R10), R9; \
	MOVQ 16(R10), DI; \
	MOVQ SI, R15; \
	VPCMPEQB X9, X9, X9

// END hands the state back.
#define END \
	MOVQ R8, 0(R10); \
	MOVQ R9, 8(R10); \
	MOVQ DI, 16(R10); \
	VZEROUPPER; \
	RET

// OUTSIDE leaves of the brackets those outside of strings, which the quotes in AX
// begin and end. BX is what stands inside, the opening quote included.
#define OUTSIDE \
	VMOVQ AX, X2; \
	VPCLMULQDQ $0, X9, X2, X2; \
	VMOVQ X2, BX; \
	XORQ R9, BX; \
	MOVQ BX, R9; \
	SARQ $63, R9; \
	ANDNQ R13, BX, R13; \
	ANDNQ DX, BX, DX

// STOP makes the block the last one, and brackets from bit at on count for nothing.
#define STOP(at) \
	BZHIQ at, R13, R13; \
	BZHIQ at, DX, DX; \
	MOVL $1, CX; \
	MOVQ $1, 24(R10)

// DEPTH counts the brackets that are left. Where as many close as the value is deep,
// the last of them may be its end.
#define DEPTH(ends) \
	POPCNTQ DX, R11; \
	POPCNTQ R13, R12; \
	CMPQ R11, DI; \
	JCC ends; \
	ADDQ R12, DI; \
	SUBQ R11, DI

// LAST says in R11 the place of that bracket, at which the value ends unless others
// open before it. If so, it goes on to count what stands behind.
#define LAST(found, count) \
	LEAQ -1(DI), R11; \
	MOVL $1, BX; \
	SHLXQ R11, BX, BX; \
	PDEPQ DX, BX, BX; \
	TZCNTQ BX, R11; \
	BZHIQ R11, R13, R12; \
	POPCNTQ R12, DI; \
	TESTQ DI, DI; \
	JZ found; \
	XORQ R12, R13; \
	INCQ R11; \
	BZHIQ R11, DX, BX; \
	XORQ BX, DX; \
	JMP count

// ESCAPED says in R14 which bytes the backslashes in R11 escape: those behind runs of
// them that are odd. R8 says it of the next block's first byte. It takes BX and R12.
#define ESCAPED \
	ANDNQ R11, R8, BX; \
	LEAQ (R8)(BX*2), R12; \
	MOVQ $0x5555555555555555, R8; \
	MOVQ R8, R14; \
	ORQ R12, R14; \
	ANDNQ BX, R14, R14; \
	ADDQ BX, R14; \
	SBBQ BX, BX; \
	ANDQ $1, BX; \
	SHLQ $1, R14; \
	XORQ R8, R14; \
	ANDQ R12, R14; \
	MOVQ BX, R8
