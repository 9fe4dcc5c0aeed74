#include "textflag.h"

// func pairAVX2(first, second *byte, blocks int, want uint32) (at int)
//
// Two bytes at a fixed distance are rare where one is not: 32 places are tested
// at once.
TEXT ·pairAVX2(SB), NOSPLIT, $0-40
	MOVQ first+0(FP), SI
	MOVQ second+8(FP), DI
	MOVQ blocks+16(FP), CX
	MOVL want+24(FP), AX
	VMOVQ AX, X10
	VPBROADCASTB X10, Y10 // the first byte
	SHRL $8, AX
	VMOVQ AX, X11
	VPBROADCASTB X11, Y11 // the second
	SHRL $8, AX
	VMOVQ AX, X12
	VPBROADCASTB X12, Y12 // what is set in both before they are compared
	SHRL $8, AX
	VMOVQ AX, X13
	VPBROADCASTB X13, Y13
	XORQ DX, DX

loop:
	VMOVDQU (SI)(DX*1), Y0
	VMOVDQU (DI)(DX*1), Y1
	VPOR Y12, Y0, Y0
	VPOR Y13, Y1, Y1
	VPCMPEQB Y10, Y0, Y0
	VPCMPEQB Y11, Y1, Y1
	VPAND Y0, Y1, Y0
	VPMOVMSKB Y0, AX
	TESTL AX, AX
	JNZ found
	ADDQ $32, DX
	DECQ CX
	JNZ loop
	VZEROUPPER
	MOVQ DX, at+32(FP)
	RET

found:
	BSFL AX, AX
	ADDQ AX, DX
	VZEROUPPER
	MOVQ DX, at+32(FP)
	RET
