#include "textflag.h"
#include "bytes_amd64.h"

// func nestedAVX2(p *byte, blocks int, st *State) (end int)
//
// 64 bytes at a time: which quotes are not escaped, what stands in texts, and the
// brackets outside of them. The masks are those of Langdale and Lemire, "Parsing
// gigabytes of JSON per second" (VLDB Journal 28, 2019).
TEXT ·nestedAVX2(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ st+16(FP), R10
	MOVQ 0(R10), R8  // 1 if the first byte is escaped
	MOVQ 8(R10), R9  // all ones inside a string
	MOVQ 16(R10), DI // depth
	MOVQ SI, R15     // where the text starts
	VMOVDQU quote<>(SB), Y10
	VMOVDQU backslash<>(SB), Y11
	VPBROADCASTQ 32(R10), Y12 // stop
	VMOVDQU lower<>(SB), Y13
	VMOVDQU opening<>(SB), Y14
	VMOVDQU closing<>(SB), Y15
	VPCMPEQB Y9, Y9, Y9 // ones

loop:
	PREFETCHT0 2048(SI)
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPCMPEQB Y0, Y10, Y2
	VPCMPEQB Y1, Y10, Y3
	VPMOVMSKB Y2, AX
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, AX            // quotes
	VPCMPEQB Y0, Y11, Y4
	VPCMPEQB Y1, Y11, Y5
	VPCMPEQB Y0, Y12, Y6
	VPCMPEQB Y1, Y12, Y7
	VPOR Y4, Y5, Y2
	VPOR Y6, Y7, Y3
	VPOR Y2, Y3, Y2
	VPMOVMSKB Y2, R11     // is there a backslash or a stop?
	VPOR Y0, Y13, Y0
	VPOR Y1, Y13, Y1
	VPCMPEQB Y0, Y14, Y2
	VPCMPEQB Y1, Y14, Y3
	VPMOVMSKB Y2, R13
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, R13           // opening brackets
	VPCMPEQB Y0, Y15, Y2
	VPCMPEQB Y1, Y15, Y3
	VPMOVMSKB Y2, DX
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, DX            // closing brackets
	TESTL R11, R11
	JNZ special
	ANDNQ AX, R8, AX      // AX &^= R8
	XORL R8, R8
	VMOVQ AX, X2
	VPCLMULQDQ $0, X9, X2, X2
	VMOVQ X2, BX
	XORQ R9, BX           // inside strings, the opening quote included
	MOVQ BX, R9
	SARQ $63, R9
	ANDNQ R13, BX, R13
	ANDNQ DX, BX, DX

count:
	POPCNTQ DX, R11
	POPCNTQ R13, R12
	CMPQ R11, DI
	JCC ends
	ADDQ R12, DI
	SUBQ R11, DI

next:
	ADDQ $64, SI
	DECQ CX
	JNZ loop
	MOVQ $-1, end+24(FP)

done:
	MOVQ R8, 0(R10)
	MOVQ R9, 8(R10)
	MOVQ DI, 16(R10)
	VZEROUPPER
	RET

ends:
	// As many closing brackets as the value is deep: it ends with the last of
	// them, unless others open before it.
	LEAQ -1(DI), R11
	MOVL $1, BX
	SHLXQ R11, BX, BX
	PDEPQ DX, BX, BX
	TZCNTQ BX, R11
	BZHIQ R11, R13, R12
	POPCNTQ R12, DI
	TESTQ DI, DI
	JZ found
	XORQ R12, R13
	INCQ R11
	BZHIQ R11, DX, BX
	XORQ BX, DX
	JMP count

found:
	SUBQ R15, SI
	LEAQ 1(SI)(R11*1), SI
	MOVQ SI, end+24(FP)
	JMP done

special:
	VPMOVMSKB Y6, R12
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, R12           // stops
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, BX
	SHLQ $32, BX
	ORQ BX, R11           // backslashes
	TESTQ R12, R12
	JZ escapes
	// Nothing counts from the stop on.
	TZCNTQ R12, R12
	BZHIQ R12, AX, AX
	BZHIQ R12, R11, R11
	BZHIQ R12, R13, R13
	BZHIQ R12, DX, DX
	MOVL $1, CX
	MOVQ $1, 24(R10)

escapes:
	ANDNQ R11, R8, BX     // backslashes that are not escaped themselves
	LEAQ (BX)(BX*1), R12
	ORQ R8, R12           // what follows one
	PUSHQ DX
	MOVQ $0x5555555555555555, R8
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
	VMOVQ AX, X2
	VPCLMULQDQ $0, X9, X2, X2
	VMOVQ X2, BX
	XORQ R9, BX
	MOVQ BX, R9
	SARQ $63, R9
	ANDNQ R13, BX, R13
	ANDNQ DX, BX, DX
	ANDNQ R11, BX, R11    // backslashes outside strings
	TESTQ R11, R11
	JZ count
	// Nor from such a backslash on.
	TZCNTQ R11, R11
	BZHIQ R11, R13, R13
	BZHIQ R11, DX, DX
	MOVL $1, CX
	MOVQ $1, 24(R10)
	JMP count
