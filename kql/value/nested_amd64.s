#include "textflag.h"

// func nestedAVX2(p *byte, blocks int, st *nesting) (at int)
//
// 64 bytes at a time: which quotes are not escaped, what stands in strings, and
// the brackets outside of them. The masks are those of Langdale and Lemire,
// "Parsing gigabytes of JSON per second" (VLDB Journal 28, 2019).
TEXT ·nestedAVX2(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ st+16(FP), R10
	MOVQ (R10), DI        // open brackets
	MOVQ 8(R10), R8       // 1 if the first byte is escaped
	MOVQ 16(R10), R9      // all ones inside a string
	MOVQ SI, R15          // where the text starts
	MOVQ $0x22, AX
	VMOVQ AX, X10
	VPBROADCASTB X10, Y10 // "
	MOVQ $0x5c, AX
	VMOVQ AX, X11
	VPBROADCASTB X11, Y11 // backslash
	MOVQ $0x20, AX
	VMOVQ AX, X13
	VPBROADCASTB X13, Y13 // makes { of [ and } of ]
	MOVQ $0x7b, AX
	VMOVQ AX, X14
	VPBROADCASTB X14, Y14 // {
	MOVQ $0x7d, AX
	VMOVQ AX, X15
	VPBROADCASTB X15, Y15 // }
	VPCMPEQB Y9, Y9, Y9   // ones

loop:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1

	VPCMPEQB Y0, Y10, Y2
	VPCMPEQB Y1, Y10, Y3
	VPMOVMSKB Y2, AX
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, AX            // quotes

	VPCMPEQB Y0, Y11, Y2
	VPCMPEQB Y1, Y11, Y3
	VPMOVMSKB Y2, R11
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, R11           // backslashes

	VPOR Y0, Y13, Y4
	VPOR Y1, Y13, Y5
	VPCMPEQB Y4, Y14, Y2
	VPCMPEQB Y5, Y14, Y3
	VPMOVMSKB Y2, R13
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, R13           // opening brackets
	VPCMPEQB Y4, Y15, Y2
	VPCMPEQB Y5, Y15, Y3
	VPMOVMSKB Y2, DX
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, DX            // closing brackets

	MOVQ R8, R12
	ORQ R11, R12
	JNZ escapes

strings:
	VMOVQ AX, X2
	VPCLMULQDQ $0, X9, X2, X2
	VMOVQ X2, BX
	XORQ R9, BX           // inside strings, the opening quote included
	ANDNQ R11, BX, R11    // backslashes outside strings: this is no JSON
	JNZ odd
	MOVQ BX, R9
	SARQ $63, R9
	ANDNQ R13, BX, R13
	ANDNQ DX, BX, DX
	POPCNTQ DX, AX
	CMPQ AX, DI
	JGE near
	POPCNTQ R13, BX
	ADDQ BX, DI
	SUBQ AX, DI

next:
	ADDQ $64, SI
	DECQ CX
	JNZ loop
	MOVQ DI, (R10)
	MOVQ R8, 8(R10)
	MOVQ R9, 16(R10)
	NEGQ SI
	ADDQ R15, SI          // how far it came, negative
	MOVQ SI, at+24(FP)
	VZEROUPPER
	RET

near:
	// The end may be in this block: one closing bracket after another, with the
	// opening ones before it.
	TESTQ DX, DX
	JZ rest
	BLSMSKQ DX, AX        // up to the first closing bracket
	MOVQ R13, BX
	ANDQ AX, BX
	POPCNTQ BX, BX
	ADDQ BX, DI
	ANDNQ R13, AX, R13
	DECQ DI
	JZ found
	BLSRQ DX, DX
	JMP near

rest:
	POPCNTQ R13, R13
	ADDQ R13, DI
	JMP next

found:
	TZCNTQ DX, DX
	SUBQ R15, SI
	LEAQ 1(SI)(DX*1), SI
	MOVQ SI, at+24(FP)
	VZEROUPPER
	RET

odd:
	MOVQ DI, (R10)
	MOVQ 24(R10), R8      // as it was before this block
	MOVQ R8, 8(R10)
	MOVQ R9, 16(R10)
	NEGQ SI
	ADDQ R15, SI
	MOVQ SI, at+24(FP)
	VZEROUPPER
	RET

escapes:
	MOVQ R8, 24(R10)
	MOVQ R11, BX
	ANDNQ BX, R8, BX      // backslashes that are not escaped themselves
	MOVQ BX, R12
	SHLQ $1, R12
	ORQ R8, R12           // what follows one
	MOVQ $0x5555555555555555, R8
	MOVQ R8, R14
	ORQ R12, R14
	ANDNQ BX, R14, R14    // runs that start at an odd place
	ADDQ BX, R14
	SBBQ BX, BX
	ANDQ $1, BX           // the carry: the next block's first byte is escaped
	SHLQ $1, R14
	XORQ R8, R14
	ANDQ R12, R14         // escaped
	ANDNQ AX, R14, AX
	MOVQ BX, R8
	JMP strings
