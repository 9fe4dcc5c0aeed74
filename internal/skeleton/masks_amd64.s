#include "textflag.h"
#include "bytes_amd64.h"

// func lineMasksAVX2(p *byte, blocks int, out *block, st *maskState) (end int)
//
// For each 64 bytes: the unescaped quotes, and the brackets outside strings.
// The escape and string masks are those of Langdale and Lemire, "Parsing
// gigabytes of JSON per second" (VLDB Journal 28, 2019).
TEXT ·lineMasksAVX2(SB), NOSPLIT, $0-40
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ out+16(FP), DI
	MOVQ st+24(FP), R10
	MOVQ (R10), R8       // 1 if the first byte is escaped
	MOVQ 8(R10), R9      // all ones inside a string
	MOVQ SI, R15         // where the text starts
	MOVQ $0x22, AX
	VMOVQ AX, X10
	VPBROADCASTB X10, Y10 // "
	MOVQ $0x5c, AX
	VMOVQ AX, X11
	VPBROADCASTB X11, Y11 // backslash
	MOVQ $0x0a, AX
	VMOVQ AX, X12
	VPBROADCASTB X12, Y12 // line break
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
	// A processor fetches ahead what is read in order, but not from one page
	// into the next.
	PREFETCHT0 2048(SI)
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1

	MASK(Y0, Y1, Y10, AX)   // quotes
	MASK(Y0, Y1, Y11, R11)  // backslashes
	MASK(Y0, Y1, Y12, R12)  // line breaks

	VPOR Y0, Y13, Y4
	VPOR Y1, Y13, Y5
	MASK(Y4, Y5, Y14, R13)  // opening brackets
	MASK(Y4, Y5, Y15, DX)   // closing brackets

	TESTQ R11, R11
	JNZ escapes
	ANDNQ AX, R8, AX      // AX &^= R8
	XORL R8, R8

strings:
	VMOVQ AX, X2
	VPCLMULQDQ $0, X9, X2, X2
	VMOVQ X2, BX
	XORQ R9, BX           // inside strings, the opening quote included
	MOVQ BX, R9
	SARQ $63, R9
	ANDNQ R13, BX, R13
	ANDNQ DX, BX, DX
	ANDNQ R11, BX, R11    // backslashes outside strings
	TESTQ R12, R12
	JNZ found
	ORQ R11, 16(R10)
	MOVQ AX, (DI)
	MOVQ R13, 8(DI)
	MOVQ DX, 16(DI)
	ADDQ $24, DI
	ADDQ $64, SI
	DECQ CX
	JNZ loop
	MOVQ $-1, end+32(FP)
	JMP done

found:
	TZCNTQ R12, R12
	SHRXQ R12, BX, R9     // whether the line break is inside a string
	ANDL $1, R9
	NEGQ R9
	BZHIQ R12, AX, AX
	BZHIQ R12, R13, R13
	BZHIQ R12, DX, DX
	BZHIQ R12, R11, R11
	ORQ R11, 16(R10)
	MOVQ AX, (DI)
	MOVQ R13, 8(DI)
	MOVQ DX, 16(DI)
	SUBQ R15, SI
	ADDQ R12, SI
	MOVQ SI, end+32(FP)

done:
	MOVQ R8, (R10)
	MOVQ R9, 8(R10)
	VZEROUPPER
	RET

escapes:
	MOVQ R11, BX
	ANDNQ BX, R8, BX      // backslashes that are not escaped themselves
	MOVQ BX, R12
	SHLQ $1, R12
	ORQ R8, R12           // what follows one
	MOVQ $0x5555555555555555, R8
	PUSHQ DX
	MOVQ R8, DX
	ORQ R12, DX
	ANDNQ BX, DX, DX      // runs that start at an odd place
	ADDQ BX, DX
	SBBQ BX, BX
	ANDQ $1, BX           // the carry: the next block's first byte is escaped
	SHLQ $1, DX
	XORQ R8, DX
	ANDQ R12, DX          // escaped
	ANDNQ AX, DX, AX
	POPQ DX
	MOVQ BX, R8
	// the line breaks once more: their register was taken
	MASK(Y0, Y1, Y12, R12)  // line breaks
	JMP strings
