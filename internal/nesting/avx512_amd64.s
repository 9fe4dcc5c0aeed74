#include "textflag.h"
#include "count_amd64.h"

// What avx2_amd64.s says of these holds for those of a whole block at once, with the
// same constants in Z10 to Z15.
#define BEGIN \
	ENTER; \
	VPBROADCASTQ quote<>(SB), Z10; \
	VPBROADCASTQ backslash<>(SB), Z11; \
	VPBROADCASTQ 32(R10), Z12; \
	VPBROADCASTQ lower<>(SB), Z13; \
	VPBROADCASTQ opening<>(SB), Z14; \
	VPBROADCASTQ closing<>(SB), Z15

#define LOAD \
	PREFETCHT0 2048(SI); \
	VMOVDQU64 (SI), Z0; \
	VPCMPEQB Z0, Z10, K1; \
	KMOVQ K1, AX

#define SEEK \
	VPCMPEQB Z0, Z11, K2; \
	VPCMPEQB Z0, Z12, K3

#define EITHER(any) \
	KORQ K2, K3, K4; \
	KMOVQ K4, any

#define ASTOP(any) KMOVQ K3, any
#define BACKSLASHES(mask) KMOVQ K2, mask
#define STOPS(mask) KMOVQ K3, mask

#define BRACKETS \
	VPORQ Z0, Z13, Z0; \
	VPCMPEQB Z0, Z14, K5; \
	VPCMPEQB Z0, Z15, K6; \
	KMOVQ K5, R13; \
	KMOVQ K6, DX

// func nestedAVX512(p *byte, blocks int, st *State) (end int)
TEXT ·nestedAVX512(SB), NOSPLIT, $0-32
#include "nested_amd64.h"

// func escapedAVX512(p *byte, blocks int, st *State) (end int)
TEXT ·escapedAVX512(SB), NOSPLIT, $0-32
#include "escaped_amd64.h"
