#include "textflag.h"

#define BYTES(name, x) \
	DATA name<>+0(SB)/8, $x; \
	DATA name<>+8(SB)/8, $x; \
	DATA name<>+16(SB)/8, $x; \
	DATA name<>+24(SB)/8, $x; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

BYTES(quotes, 0x2222222222222222)
BYTES(colons, 0x3a3a3a3a3a3a3a3a)
BYTES(spaces, 0x2020202020202020)

// func nameEndsAVX2(p *byte, blocks int, out *uint64)
TEXT ·nameEndsAVX2(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ out+16(FP), DI
	VMOVDQU quotes<>(SB), Y10
	VMOVDQU colons<>(SB), Y11
	VMOVDQU spaces<>(SB), Y12

loop:
	VMOVDQU 1(SI), Y0
	VMOVDQU 33(SI), Y1
	VPCMPEQB Y0, Y11, Y2
	VPCMPEQB Y1, Y11, Y3
	VPMINUB Y0, Y12, Y4
	VPMINUB Y1, Y12, Y5
	VPCMPEQB Y0, Y4, Y4
	VPCMPEQB Y1, Y5, Y5
	VPOR Y2, Y4, Y2
	VPOR Y3, Y5, Y3
	VPCMPEQB (SI), Y10, Y0
	VPCMPEQB 32(SI), Y10, Y1
	VPAND Y0, Y2, Y2
	VPAND Y1, Y3, Y3
	VPMOVMSKB Y2, AX
	VPMOVMSKB Y3, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ loop
	VZEROUPPER
	RET
