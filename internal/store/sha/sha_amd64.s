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

// LOAD reads the next block of message l and turns the bytes of its words about.
#define LOAD(l, w) \
	MOVQ (l*8)(R9), AX; \
	PREFETCHT0 256(AX); \
	VMOVDQU32 (AX), w; \
	VPSHUFB Z31, w, w

// FOUR takes four messages' blocks. In each quarter of the first is then what is
// the first word there of all four, and so on.
#define FOUR(a, b, c, d) \
	VPUNPCKLDQ b, a, Z24; \
	VPUNPCKHDQ b, a, Z25; \
	VPUNPCKLDQ d, c, Z26; \
	VPUNPCKHDQ d, c, Z27; \
	VPUNPCKLQDQ Z26, Z24, a; \
	VPUNPCKHQDQ Z26, Z24, b; \
	VPUNPCKLQDQ Z27, Z25, c; \
	VPUNPCKHQDQ Z27, Z25, d

// QUARTERS puts the first quarters together in the first, and so on.
#define QUARTERS(a, b, c, d) \
	VSHUFI32X4 $0x88, b, a, Z24; \
	VSHUFI32X4 $0xdd, b, a, Z25; \
	VSHUFI32X4 $0x88, d, c, Z26; \
	VSHUFI32X4 $0xdd, d, c, Z27; \
	VSHUFI32X4 $0x88, Z26, Z24, a; \
	VSHUFI32X4 $0x88, Z27, Z25, b; \
	VSHUFI32X4 $0xdd, Z26, Z24, c; \
	VSHUFI32X4 $0xdd, Z27, Z25, d

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

// SUM adds what the messages amounted to before the block, which is what stays of
// those that have ended.
#define SUM(at, w) \
	VMOVDQU32 at(DI), Z24; \
	VPADDD w, Z24, K3, Z24; \
	VMOVDQA32 Z24, w; \
	VMOVDQU32 w, at(DI)

// func blocks16(state *[8][16]uint32, at *places, n int)
//
// Z30 is how many blocks are left of each message, Z29 how many of those come
// before it goes on elsewhere. K3 are the messages that have not ended: the
// others' last blocks are read again.
TEXT ·blocks16(SB), NOSPLIT, $0-24
	MOVQ state+0(FP), DI
	MOVQ at+8(FP), R9
	MOVQ n+16(FP), CX
	LEAQ ·turned(SB), R10
	LEAQ ·constants(SB), R11
	VMOVDQU32 256(R9), Z29
	VMOVDQU32 320(R9), Z30
	VMOVDQU32 (R10), Z31
	VMOVDQU32 0(DI), Z0
	VMOVDQU32 64(DI), Z1
	VMOVDQU32 128(DI), Z2
	VMOVDQU32 192(DI), Z3
	VMOVDQU32 256(DI), Z4
	VMOVDQU32 320(DI), Z5
	VMOVDQU32 384(DI), Z6
	VMOVDQU32 448(DI), Z7

block:
	MOVQ R11, R8
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
	FOUR(Z8, Z9, Z10, Z11)
	FOUR(Z12, Z13, Z14, Z15)
	FOUR(Z16, Z17, Z18, Z19)
	FOUR(Z20, Z21, Z22, Z23)
	QUARTERS(Z8, Z12, Z16, Z20)
	QUARTERS(Z9, Z13, Z17, Z21)
	QUARTERS(Z10, Z14, Z18, Z22)
	QUARTERS(Z11, Z15, Z19, Z23)
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

	VPTESTMD Z30, Z30, K3
	SUM(0, Z0)
	SUM(64, Z1)
	SUM(128, Z2)
	SUM(192, Z3)
	SUM(256, Z4)
	SUM(320, Z5)
	SUM(384, Z6)
	SUM(448, Z7)
	VPSUBD.BCST 64(R10), Z30, K3, Z30
	VPTESTMD Z30, Z30, K3
	KSHIFTRW $8, K3, K4
	VMOVDQU64 0(R9), Z24
	VMOVDQU64 64(R9), Z25
	VPADDQ.BCST 68(R10), Z24, K3, Z24
	VPADDQ.BCST 68(R10), Z25, K4, Z25
	VPSUBD.BCST 64(R10), Z29, Z29
	VPTESTNMD Z29, Z29, K1
	KSHIFTRW $8, K1, K2
	VMOVDQU64 128(R9), K1, Z24
	VMOVDQU64 192(R9), K2, Z25
	VMOVDQU64 Z24, 0(R9)
	VMOVDQU64 Z25, 64(R9)
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// turned is where the bytes of words go, and behind it the numbers 1 and 64.
DATA ·turned+0(SB)/8, $0x0405060700010203
DATA ·turned+8(SB)/8, $0x0c0d0e0f08090a0b
DATA ·turned+16(SB)/8, $0x0405060700010203
DATA ·turned+24(SB)/8, $0x0c0d0e0f08090a0b
DATA ·turned+32(SB)/8, $0x0405060700010203
DATA ·turned+40(SB)/8, $0x0c0d0e0f08090a0b
DATA ·turned+48(SB)/8, $0x0405060700010203
DATA ·turned+56(SB)/8, $0x0c0d0e0f08090a0b
DATA ·turned+64(SB)/4, $1
DATA ·turned+68(SB)/8, $64
GLOBL ·turned(SB), RODATA|NOPTR, $76

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
