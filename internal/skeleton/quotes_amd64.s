#include "textflag.h"
#include "bytes_amd64.h"

BYTES(quotes, 0x2222222222222222)
BYTES(backslashes, 0x5c5c5c5c5c5c5c5c)
BYTES(breaks, 0x0a0a0a0a0a0a0a0a)

// Y2 gathers where backslashes and breaks are.
#define BLOCK(at, out) \
	VMOVDQU at(SI), Y0; \
	VMOVDQU (at+32)(SI), Y1; \
	VPCMPEQB Y0, Y10, Y3; \
	VPCMPEQB Y1, Y10, Y4; \
	VPCMPEQB Y0, Y11, Y5; \
	VPCMPEQB Y1, Y11, Y6; \
	VPCMPEQB Y0, Y12, Y7; \
	VPCMPEQB Y1, Y12, Y8; \
	VPOR Y5, Y6, Y5; \
	VPOR Y7, Y8, Y7; \
	VPOR Y5, Y2, Y2; \
	VPOR Y7, Y2, Y2; \
	VPMOVMSKB Y3, AX; \
	VPMOVMSKB Y4, BX; \
	SHLQ $32, BX; \
	ORQ BX, AX; \
	MOVQ AX, out(DI)

// func quotesAVX2(p *byte, out *[5]uint64) (others int)
TEXT ·quotesAVX2(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ out+8(FP), DI
	VMOVDQU quotes<>(SB), Y10
	VMOVDQU backslashes<>(SB), Y11
	VMOVDQU breaks<>(SB), Y12
	VPXOR Y2, Y2, Y2
	BLOCK(0, 0)
	BLOCK(64, 8)
	BLOCK(128, 16)
	BLOCK(192, 24)
	VPMOVMSKB Y2, AX
	MOVQ AX, others+16(FP)
	VZEROUPPER
	RET
