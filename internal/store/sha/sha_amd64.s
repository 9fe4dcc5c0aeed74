#include "textflag.h"

// SHA-256 (FIPS 180-4) of sixteen messages at once: a message has a lane of
// each register, Z0 to Z7 are a to h, Z8 to Z23 the last sixteen words of the
// message schedule.

// BIG and SMALL are the sigmas of x: three rotations, or two and a shift, to
// Z24.
#define BIG(r1, r2, r3, x) \
	VPRORD $r1, x, Z24; \
	VPRORD $r2, x, Z25; \
	VPRORD $r3, x, Z26; \
	VPTERNLOGD $0x96, Z25, Z26, Z24

#define SMALL(r1, r2, s3, x) \
	VPRORD $r1, x, Z24; \
	VPRORD $r2, x, Z25; \
	VPSRLD $s3, x, Z26; \
	VPTERNLOGD $0x96, Z25, Z26, Z24

// LOAD reads word n of each message and turns its bytes about.
#define LOAD(n, w) \
	KXNORW K1, K1, K1; \
	VPGATHERDD (n*4)(SI)(Z30*1), K1, Z27; \
	VPRORD $8, Z27, Z24; \
	VPROLD $8, Z27, Z25; \
	VMOVDQA32 Z31, w; \
	VPTERNLOGD $0xca, Z25, Z24, w

// NEXT makes w, which is sixteen words old, the next word: w1, w9 and w14 are
// those that come one, nine and fourteen behind it.
#define NEXT(w, w1, w9, w14) \
	SMALL(7, 18, 3, w1); \
	VPADDD Z24, w, w; \
	VPADDD w9, w, w; \
	SMALL(17, 19, 10, w14); \
	VPADDD Z24, w, w

// ROUND is one round with word w; n is its constant's place at R8.
#define ROUND(n, w, a, b, c, d, e, f, g, h) \
	VPADDD.BCST (n*4)(R8), h, h; \
	VPADDD w, h, h; \
	BIG(6, 11, 25, e); \
	VPADDD Z24, h, h; \
	VMOVDQA32 e, Z25; \
	VPTERNLOGD $0xca, g, f, Z25; \
	VPADDD Z25, h, h; \
	VPADDD h, d, d; \
	BIG(2, 13, 22, a); \
	VPADDD Z24, h, h; \
	VMOVDQA32 a, Z25; \
	VPTERNLOGD $0xe8, c, b, Z25; \
	VPADDD Z25, h, h

// func blocks16(state *[8][16]uint32, base *byte, offsets *[16]uint32, n int)
//
// The messages' next blocks are at the offsets from base, n of each.
TEXT ·blocks16(SB), NOSPLIT, $0-32
	MOVQ state+0(FP), DI
	MOVQ base+8(FP), SI
	MOVQ offsets+16(FP), AX
	MOVQ n+24(FP), CX
	VMOVDQU32 (AX), Z30
	MOVL $0xff00ff00, AX
	VPBROADCASTD AX, Z31
	VMOVDQU32 0(DI), Z0
	VMOVDQU32 64(DI), Z1
	VMOVDQU32 128(DI), Z2
	VMOVDQU32 192(DI), Z3
	VMOVDQU32 256(DI), Z4
	VMOVDQU32 320(DI), Z5
	VMOVDQU32 384(DI), Z6
	VMOVDQU32 448(DI), Z7

block:
	LEAQ ·constants(SB), R8
	LOAD(0, Z8)
	LOAD(1, Z9)
	LOAD(2, Z10)
	LOAD(3, Z11)
	LOAD(4, Z12)
	LOAD(5, Z13)
	LOAD(6, Z14)
	LOAD(7, Z15)
	LOAD(8, Z16)
	LOAD(9, Z17)
	LOAD(10, Z18)
	LOAD(11, Z19)
	LOAD(12, Z20)
	LOAD(13, Z21)
	LOAD(14, Z22)
	LOAD(15, Z23)
	ROUND(0, Z8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROUND(1, Z9, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	ROUND(2, Z10, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5)
	ROUND(3, Z11, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4)
	ROUND(4, Z12, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3)
	ROUND(5, Z13, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2)
	ROUND(6, Z14, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1)
	ROUND(7, Z15, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0)
	ROUND(8, Z16, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROUND(9, Z17, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	ROUND(10, Z18, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5)
	ROUND(11, Z19, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4)
	ROUND(12, Z20, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3)
	ROUND(13, Z21, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2)
	ROUND(14, Z22, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1)
	ROUND(15, Z23, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0)
	MOVQ $3, DX

rounds:
	ADDQ $64, R8
	NEXT(Z8, Z9, Z17, Z22)
	ROUND(0, Z8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	NEXT(Z9, Z10, Z18, Z23)
	ROUND(1, Z9, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	NEXT(Z10, Z11, Z19, Z8)
	ROUND(2, Z10, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5)
	NEXT(Z11, Z12, Z20, Z9)
	ROUND(3, Z11, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4)
	NEXT(Z12, Z13, Z21, Z10)
	ROUND(4, Z12, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3)
	NEXT(Z13, Z14, Z22, Z11)
	ROUND(5, Z13, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2)
	NEXT(Z14, Z15, Z23, Z12)
	ROUND(6, Z14, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1)
	NEXT(Z15, Z16, Z8, Z13)
	ROUND(7, Z15, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0)
	NEXT(Z16, Z17, Z9, Z14)
	ROUND(8, Z16, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	NEXT(Z17, Z18, Z10, Z15)
	ROUND(9, Z17, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	NEXT(Z18, Z19, Z11, Z16)
	ROUND(10, Z18, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5)
	NEXT(Z19, Z20, Z12, Z17)
	ROUND(11, Z19, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4)
	NEXT(Z20, Z21, Z13, Z18)
	ROUND(12, Z20, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3)
	NEXT(Z21, Z22, Z14, Z19)
	ROUND(13, Z21, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2)
	NEXT(Z22, Z23, Z15, Z20)
	ROUND(14, Z22, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1)
	NEXT(Z23, Z8, Z16, Z21)
	ROUND(15, Z23, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0)
	DECQ DX
	JNZ rounds

	VPADDD 0(DI), Z0, Z0
	VMOVDQU32 Z0, 0(DI)
	VPADDD 64(DI), Z1, Z1
	VMOVDQU32 Z1, 64(DI)
	VPADDD 128(DI), Z2, Z2
	VMOVDQU32 Z2, 128(DI)
	VPADDD 192(DI), Z3, Z3
	VMOVDQU32 Z3, 192(DI)
	VPADDD 256(DI), Z4, Z4
	VMOVDQU32 Z4, 256(DI)
	VPADDD 320(DI), Z5, Z5
	VMOVDQU32 Z5, 320(DI)
	VPADDD 384(DI), Z6, Z6
	VMOVDQU32 Z6, 384(DI)
	VPADDD 448(DI), Z7, Z7
	VMOVDQU32 Z7, 448(DI)
	ADDQ $64, SI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

DATA ·constants+0(SB)/8, $0x71374491428a2f98
DATA ·constants+8(SB)/8, $0xe9b5dba5b5c0fbcf
DATA ·constants+16(SB)/8, $0x59f111f13956c25b
DATA ·constants+24(SB)/8, $0xab1c5ed5923f82a4
DATA ·constants+32(SB)/8, $0x12835b01d807aa98
DATA ·constants+40(SB)/8, $0x550c7dc3243185be
DATA ·constants+48(SB)/8, $0x80deb1fe72be5d74
DATA ·constants+56(SB)/8, $0xc19bf1749bdc06a7
DATA ·constants+64(SB)/8, $0xefbe4786e49b69c1
DATA ·constants+72(SB)/8, $0x240ca1cc0fc19dc6
DATA ·constants+80(SB)/8, $0x4a7484aa2de92c6f
DATA ·constants+88(SB)/8, $0x76f988da5cb0a9dc
DATA ·constants+96(SB)/8, $0xa831c66d983e5152
DATA ·constants+104(SB)/8, $0xbf597fc7b00327c8
DATA ·constants+112(SB)/8, $0xd5a79147c6e00bf3
DATA ·constants+120(SB)/8, $0x1429296706ca6351
DATA ·constants+128(SB)/8, $0x2e1b213827b70a85
DATA ·constants+136(SB)/8, $0x53380d134d2c6dfc
DATA ·constants+144(SB)/8, $0x766a0abb650a7354
DATA ·constants+152(SB)/8, $0x92722c8581c2c92e
DATA ·constants+160(SB)/8, $0xa81a664ba2bfe8a1
DATA ·constants+168(SB)/8, $0xc76c51a3c24b8b70
DATA ·constants+176(SB)/8, $0xd6990624d192e819
DATA ·constants+184(SB)/8, $0x106aa070f40e3585
DATA ·constants+192(SB)/8, $0x1e376c0819a4c116
DATA ·constants+200(SB)/8, $0x34b0bcb52748774c
DATA ·constants+208(SB)/8, $0x4ed8aa4a391c0cb3
DATA ·constants+216(SB)/8, $0x682e6ff35b9cca4f
DATA ·constants+224(SB)/8, $0x78a5636f748f82ee
DATA ·constants+232(SB)/8, $0x8cc7020884c87814
DATA ·constants+240(SB)/8, $0xa4506ceb90befffa
DATA ·constants+248(SB)/8, $0xc67178f2bef9a3f7
GLOBL ·constants(SB), RODATA|NOPTR, $256
