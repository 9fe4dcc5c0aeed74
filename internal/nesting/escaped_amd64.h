// Where a value ends that stands in a text. Mostly each quote has one backslash
// before it, and there are no others: it ends a text of the value, or begins one. A
// backslash that is escaped is one of the value: what it escapes there stands two
// bytes on, if that has a backslash too.
	BEGIN

loop:
	LOAD
	SEEK
	BACKSLASHES(R11)
	ASTOP(R12)            // is there a stop?
	BRACKETS
	LEAQ (R8)(R11*2), BX  // what follows a backslash
	XORQ AX, BX           // are these the quotes?
	ORQ 40(R10), BX
	ORQ R12, BX
	JNZ special
	MOVQ R11, R8
	SHRQ $63, R8

texts:
	OUTSIDE
	TESTQ R12, R12
	JNZ outside

#include "counted_amd64.h"

special:
	ESCAPED
	ANDQ R14, R11         // backslashes of the value
	MOVQ AX, BX
	ANDQ R14, AX          // its quotes
	XORQ R14, BX
	ANDNQ BX, R11, R14    // other escapes, and quotes that are not escaped
	STOPS(R12)
	ORQ R14, R12
	JZ inner
	// Nothing counts from the first of them on.
	TZCNTQ R12, R12
	BZHIQ R12, AX, AX
	BZHIQ R12, R11, R11
	STOP(R12)

inner:
	// Which of the value's backslashes escape: those that are not escaped by one
	// of these. Of a run, one more is settled each time.
	MOVQ 40(R10), R12
	MOVQ R11, R14

settle:
	LEAQ (R12)(R14*4), BX // what these escape
	ANDNQ R11, BX, BX
	CMPQ BX, R14
	JEQ settled
	MOVQ BX, R14
	JMP settle

settled:
	LEAQ (R12)(R14*4), BX
	ANDNQ AX, BX, AX      // quotes that are not escaped in the value
	SHRQ $62, R14
	MOVQ R14, 40(R10)
	MOVQ R11, R12
	JMP texts

outside:
	ANDNQ R12, BX, R12    // the value's backslashes outside strings
	TESTQ R12, R12
	JZ count
	// Nor from such a backslash on.
	TZCNTQ R12, R12
	STOP(R12)
	JMP count
