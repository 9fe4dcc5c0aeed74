#include "textflag.h"
#include "bytes_amd64.h"

BYTES(quote, 0x2222222222222222)
BYTES(backslash, 0x5c5c5c5c5c5c5c5c)
BYTES(break, 0x0a0a0a0a0a0a0a0a)

// func quoteAVX2(p *byte, n int) (at int)
TEXT ·quoteAVX2(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ SI, DI
	LEAQ -64(SI)(CX*1), CX // where the last 64 bytes start
	VMOVDQU quote<>(SB), Y10
	VMOVDQU backslash<>(SB), Y11
	VMOVDQU break<>(SB), Y12

look:
	CMPQ SI, CX
	JHI unsettled
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPCMPEQB Y0, Y10, Y2
	VPCMPEQB Y0, Y11, Y3
	VPCMPEQB Y0, Y12, Y4
	VPOR Y2, Y3, Y2
	VPOR Y2, Y4, Y2
	VPCMPEQB Y1, Y10, Y5
	VPCMPEQB Y1, Y11, Y6
	VPCMPEQB Y1, Y12, Y7
	VPOR Y5, Y6, Y5
	VPOR Y5, Y7, Y5
	VPMOVMSKB Y2, AX
	VPMOVMSKB Y5, BX
	SHLQ $32, BX
	ORQ BX, AX
	JZ more
	TZCNTQ AX, AX
	MOVBLZX (SI)(AX*1), BX
	CMPB BX, $0x22
	JEQ found
	CMPB BX, $0x0a
	JEQ broken
	LEAQ 1(SI)(AX*1), SI // what the backslash escapes
	CMPQ SI, CX
	JHI unsettled
	CMPB (SI), $0x0a
	JEQ broken
	INCQ SI
	JMP look

more:
	ADDQ $64, SI
	JMP look

found:
	ADDQ SI, AX
	SUBQ DI, AX
	MOVQ AX, at+16(FP)
	VZEROUPPER
	RET

broken:
	MOVQ $-1, at+16(FP)
	VZEROUPPER
	RET

unsettled:
	MOVQ $-2, at+16(FP)
	VZEROUPPER
	RET
