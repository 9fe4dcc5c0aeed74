#include "textflag.h"
#include "bytes_amd64.h"

// func escapedAVX2(p *byte, blocks int, st *State) (end int)
//
// nestedAVX2 for a value that stands in a text. Mostly each quote has one backslash
// before it, and there are no others: it ends a text of the value, or begins one. A
// backslash that is escaped is one of the value: what it escapes there stands two
// bytes on, if that has a backslash too.
TEXT ·escapedAVX2(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ st+16(FP), R10
	MOVQ 0(R10), R8  // 1 if the first byte is escaped
	MOVQ 8(R10), R9  // all ones inside a string of the value
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
	VPCMPEQB Y0, Y11, Y2
	VPCMPEQB Y1, Y11, Y3
	VPMOVMSKB Y2, R11
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, R11           // backslashes
	VPCMPEQB Y0, Y12, Y6
	VPCMPEQB Y1, Y12, Y7
	VPOR Y6, Y7, Y3
	VPMOVMSKB Y3, R12     // is there a stop?
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
	LEAQ (R8)(R11*2), BX  // what follows a backslash
	XORQ AX, BX           // are these the quotes?
	ORQ 40(R10), BX
	ORQ R12, BX
	JNZ special
	MOVQ R11, R8
	SHRQ $63, R8

texts:
	VMOVQ AX, X2
	VPCLMULQDQ $0, X9, X2, X2
	VMOVQ X2, BX
	XORQ R9, BX           // inside strings, the opening quote included
	MOVQ BX, R9
	SARQ $63, R9
	ANDNQ R13, BX, R13
	ANDNQ DX, BX, DX
	TESTQ R12, R12
	JNZ outside

count:
	POPCNTQ DX, R11
	POPCNTQ R13, R12
	CMPQ R11, DI
	JCC ends
	ADDQ R12, DI
	SUBQ R11, DI
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
	ANDNQ R11, R8, BX     // backslashes that are not escaped by what went before
	LEAQ (R8)(BX*2), R12  // what follows one
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
	MOVQ BX, R8
	ANDQ R14, R11         // backslashes of the value
	MOVQ AX, BX
	ANDQ R14, AX          // its quotes
	XORQ R14, BX
	ANDNQ BX, R11, R14    // other escapes, and quotes that are not escaped
	VPMOVMSKB Y6, R12
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, R12           // stops
	ORQ R14, R12
	JZ inner
	// Nothing counts from the first of them on.
	TZCNTQ R12, R12
	BZHIQ R12, AX, AX
	BZHIQ R12, R11, R11
	BZHIQ R12, R13, R13
	BZHIQ R12, DX, DX
	MOVL $1, CX
	MOVQ $1, 24(R10)

inner:
	// Which of the value's backslashes escape: those that are not escaped by one
	// of these. Of a run, one more is settled each time.
	MOVQ 40(R10), R12
	MOVQ R11, R14

settle:
	LEAQ (R12)(R14*4), BX // what these escape
	ANDNQ R11, BX, BX
	CMPQ BX, R14
	JEQ settled
	MOVQ BX, R14
	JMP settle

settled:
	LEAQ (R12)(R14*4), BX
	ANDNQ AX, BX, AX      // quotes that are not escaped in the value
	SHRQ $62, R14
	MOVQ R14, 40(R10)
	MOVQ R11, R12
	JMP texts

outside:
	ANDNQ R12, BX, R12    // the value's backslashes outside strings
	TESTQ R12, R12
	JZ count
	// Nor from such a backslash on.
	TZCNTQ R12, R12
	BZHIQ R12, R13, R13
	BZHIQ R12, DX, DX
	MOVL $1, CX
	MOVQ $1, 24(R10)
	JMP count
