// Where a value ends, 64 bytes at a time: which quotes are not escaped, what stands in
// texts, and the brackets outside of them. The masks are those of Langdale and Lemire,
// "Parsing gigabytes of JSON per second" (VLDB Journal 28, 2019).
	BEGIN

loop:
	LOAD
	SEEK
	EITHER(R11)           // is there a backslash or a stop?
	BRACKETS
	TESTQ R11, R11
	JNZ special
	ANDNQ AX, R8, AX      // AX &^= R8
	XORL R8, R8
	OUTSIDE

#include "counted_amd64.h"

special:
	STOPS(R12)
	BACKSLASHES(R11)
	TESTQ R12, R12
	JZ escapes
	// Nothing counts from the stop on.
	TZCNTQ R12, R12
	BZHIQ R12, AX, AX
	BZHIQ R12, R11, R11
	STOP(R12)

escapes:
	ESCAPED
	ANDNQ AX, R14, AX
	OUTSIDE
	ANDNQ R11, BX, R11    // backslashes outside strings
	TESTQ R11, R11
	JZ count
	// Nor from such a backslash on.
	TZCNTQ R11, R11
	STOP(R11)
	JMP count
