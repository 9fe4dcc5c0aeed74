#include "textflag.h"

// func unescapeBlocks(dst, src *byte, size int) (read, wrote int)
//
// 32 bytes at a time: the backslashes that begin an escape are those at even
// places of their run; what follows each must be a quote, a backslash or a slash,
// or the block is left to plain Go, as is one with a quote that no backslash
// stands before. The rest is pressed together, eight bytes at a time.
TEXT ·unescapeBlocks(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ size+16(FP), CX
	MOVQ $0x5c, AX
	VMOVQ AX, X5
	VPBROADCASTB X5, Y5 // backslash
	MOVQ $0x22, AX
	VMOVQ AX, X6
	VPBROADCASTB X6, Y6 // "
	MOVQ $0x2f, AX
	VMOVQ AX, X7
	VPBROADCASTB X7, Y7 // slash
	MOVQ $0x0101010101010101, R12
	MOVQ $0x5555555555555555, R13

loop:
	CMPQ CX, $32
	JLT done
	PREFETCHT0 1024(SI)
	VMOVDQU (SI), Y0
	VPCMPEQB Y0, Y5, Y1
	VPCMPEQB Y0, Y6, Y2
	VPOR Y1, Y2, Y3
	VPTEST Y3, Y3
	JNZ escapes
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $32, CX
	JMP loop

escapes:
	VPMOVMSKB Y1, AX      // backslashes
	VPMOVMSKB Y2, R14     // quotes
	VPCMPEQB Y0, Y7, Y1
	VPOR Y1, Y3, Y1
	VPMOVMSKB Y1, BX      // what may follow
	LEAQ (AX)(AX*1), R8
	ANDNQ AX, R8, R8      // where runs start
	ANDQ R13, R8          // at an even place
	ADDQ AX, R8
	ANDNQ AX, R8, R8      // those runs
	MOVQ AX, R9
	XORQ R8, R9           // the others
	ANDQ R13, R8
	ANDNQ R9, R13, R9
	ORQ R9, R8            // what begins an escape
	LEAQ (R8)(R8*1), R9
	ANDNQ R14, R9, R14
	TESTQ R14, R14
	JNZ done
	MOVQ $32, DX
	BTRQ $31, R8          // it goes on in the next block, which starts with it
	SBBQ $0, DX
	LEAQ (R8)(R8*1), R9
	ANDNQ R9, BX, R9
	TESTQ R9, R9
	JNZ done
	MOVQ R8, R10
	NOTQ R10
	BZHIQ DX, R10, R10    // what stays

	MOVQ R10, R11
	ANDQ $0xff, R11
	POPCNTQ R11, R14
	PDEPQ R12, R11, R11
	IMULQ $0xff, R11
	MOVQ (SI), R15
	PEXTQ R11, R15, R15
	MOVQ R15, (DI)
	ADDQ R14, DI

	MOVQ R10, R11
	SHRQ $8, R11
	ANDQ $0xff, R11
	POPCNTQ R11, R14
	PDEPQ R12, R11, R11
	IMULQ $0xff, R11
	MOVQ 8(SI), R15
	PEXTQ R11, R15, R15
	MOVQ R15, (DI)
	ADDQ R14, DI

	MOVQ R10, R11
	SHRQ $16, R11
	ANDQ $0xff, R11
	POPCNTQ R11, R14
	PDEPQ R12, R11, R11
	IMULQ $0xff, R11
	MOVQ 16(SI), R15
	PEXTQ R11, R15, R15
	MOVQ R15, (DI)
	ADDQ R14, DI

	SHRQ $24, R10
	POPCNTQ R10, R14
	PDEPQ R12, R10, R10
	IMULQ $0xff, R10
	MOVQ 24(SI), R15
	PEXTQ R10, R15, R15
	MOVQ R15, (DI)
	ADDQ R14, DI

	ADDQ DX, SI
	SUBQ DX, CX
	JMP loop

done:
	SUBQ src+8(FP), SI
	SUBQ dst+0(FP), DI
	MOVQ SI, read+24(FP)
	MOVQ DI, wrote+32(FP)
	VZEROUPPER
	RET
