// What becomes of a block whose brackets inside of strings are left out: they are
// counted, and the next block follows unless the value ends.
count:
	DEPTH(ends)
	ADDQ $64, SI
	DECQ CX
	JNZ loop
	MOVQ $-1, end+24(FP)

done:
	END

ends:
	LAST(found, count)

found:
	SUBQ R15, SI
	LEAQ 1(SI)(R11*1), SI
	MOVQ SI, end+24(FP)
	JMP done
