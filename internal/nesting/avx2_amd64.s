#include "textflag.h"
#include "count_amd64.h"

// BEGIN loads into Y10 to Y15 what bytes are compared with: quotes, backslashes,
// stops, what makes { of [, { and }.
#define BEGIN \
	ENTER; \
	VPBROADCASTQ quote<>(SB), Y10; \
	VPBROADCASTQ backslash<>(SB), Y11; \
	VPBROADCASTQ 32(R10), Y12; \
	VPBROADCASTQ lower<>(SB), Y13; \
	VPBROADCASTQ opening<>(SB), Y14; \
	VPBROADCASTQ closing<>(SB), Y15

// MASK says in 64 bits of a register which of the bytes in Y0 and Y1 are equal to
// those of another. It takes Y2, Y3 and BX.
#define MASK(bytes, mask) \
	VPCMPEQB Y0, bytes, Y2; \
	VPCMPEQB Y1, bytes, Y3; \
	BITS(Y2, Y3, mask)

// BITS puts what two comparisons found into one register. It takes BX.
#define BITS(first, second, mask) \
	VPMOVMSKB first, mask; \
	VPMOVMSKB second, BX; \
	SHLQ $32, BX; \
	ORQ BX, mask

// LOAD reads the next block, and its quotes into AX. A processor fetches ahead what
// is read in order, but not from one page into the next.
#define LOAD \
	PREFETCHT0 2048(SI); \
	VMOVDQU (SI), Y0; \
	VMOVDQU 32(SI), Y1; \
	MASK(Y10, AX)

// SEEK looks for backslashes and stops.
#define SEEK \
	VPCMPEQB Y0, Y11, Y4; \
	VPCMPEQB Y1, Y11, Y5; \
	VPCMPEQB Y0, Y12, Y6; \
	VPCMPEQB Y1, Y12, Y7

// EITHER is not 0 if there is one of them, and ASTOP if there is a stop.
#define EITHER(any) \
	VPOR Y4, Y5, Y2; \
	VPOR Y6, Y7, Y3; \
	VPOR Y2, Y3, Y2; \
	VPMOVMSKB Y2, any

#define ASTOP(any) \
	VPOR Y6, Y7, Y3; \
	VPMOVMSKB Y3, any

#define BACKSLASHES(mask) BITS(Y4, Y5, mask)
#define STOPS(mask) BITS(Y6, Y7, mask)

// BRACKETS changes the block.
#define BRACKETS \
	VPOR Y0, Y13, Y0; \
	VPOR Y1, Y13, Y1; \
	MASK(Y14, R13); \
	MASK(Y15, DX)

// func nestedAVX2(p *byte, blocks int, st *State) (end int)
TEXT ·nestedAVX2(SB), NOSPLIT, $0-32
#include "nested_amd64.h"

// func escapedAVX2(p *byte, blocks int, st *State) (end int)
TEXT ·escapedAVX2(SB), NOSPLIT, $0-32
#include "escaped_amd64.h"
