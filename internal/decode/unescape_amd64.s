#include "textflag.h"

// func unescapePressing(dst, src *byte, size int, masks *[256]uint64) (read, wrote int)
//
// 32 bytes at a time: which are escaped is found as in skeleton's masks, what went
// before told by the last bit. Each of them must be a quote, a backslash or a slash,
// or the block is left to plain Go, as is one with a quote that is not escaped. The
// bytes but for the backslashes that escape are pressed together, eight at a time.
TEXT ·unescapePressing(SB), NOSPLIT, $0-48
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
	MOVQ $0x5555555555555555, R13
	MOVQ masks+24(FP), R12 // by bits: the bytes that they stand for
	XORL DX, DX           // 1: the block's first byte is escaped

loop:
	SUBQ $32, CX
	JLT done
	PREFETCHT0 1024(SI)
	VMOVDQU (SI), Y0
	VPCMPEQB Y0, Y5, Y1
	VPCMPEQB Y0, Y6, Y2
	VPCMPEQB Y0, Y7, Y3
	VPMOVMSKB Y1, AX      // backslashes
	VPMOVMSKB Y2, BX      // quotes
	VPOR Y1, Y3, Y1
	VPMOVMSKB Y1, R11     // backslashes and slashes
	ANDNQ AX, DX, AX      // those that are not escaped by what went before
	LEAQ (DX)(AX*2), R8   // what follows one
	MOVQ R13, R9
	ORQ R8, R9
	ANDNQ AX, R9, R9      // runs that start at an odd place
	ADDQ AX, R9
	ADDQ R9, R9
	XORQ R13, R9
	ANDQ R8, R9           // escaped, bit 32 being the next block's first
	MOVL R9, R8
	ANDNQ BX, R8, R10     // quotes that are not
	ORQ BX, R11
	ANDNQ R8, R11, R8     // escapes of another kind
	ORQ R8, R10
	JNZ done
	MOVQ R9, DX
	SHRQ $32, DX
	SHRQ $1, R9
	NOTL R9               // what stays

	MOVBLZX R9, R11
	MOVQ (SI), R15
	PEXTQ (R12)(R11*8), R15, R15
	MOVQ R15, (DI)
	POPCNTL R11, R11
	ADDQ R11, DI
	SHRL $8, R9

	MOVBLZX R9, R11
	MOVQ 8(SI), R15
	PEXTQ (R12)(R11*8), R15, R15
	MOVQ R15, (DI)
	POPCNTL R11, R11
	ADDQ R11, DI
	SHRL $8, R9

	MOVBLZX R9, R11
	MOVQ 16(SI), R15
	PEXTQ (R12)(R11*8), R15, R15
	MOVQ R15, (DI)
	POPCNTL R11, R11
	ADDQ R11, DI
	SHRL $8, R9

	MOVL R9, R11
	MOVQ 24(SI), R15
	PEXTQ (R12)(R11*8), R15, R15
	MOVQ R15, (DI)
	POPCNTL R11, R11
	ADDQ R11, DI

	ADDQ $32, SI
	JMP loop

done:
	SUBQ DX, SI           // the backslash is to be read again
	SUBQ src+8(FP), SI
	SUBQ dst+0(FP), DI
	MOVQ SI, read+32(FP)
	MOVQ DI, wrote+40(FP)
	VZEROUPPER
	RET
