;; Loads from a memory of one page, aligned, across lanes, across words, out of bounds.
;; run: load64 0
;; run: load64 3
;; run: load32 4
;; run: load32 8
;; run: load32 7
;; run: load16 6
;; run: load16 7
;; run: load8 0
;; run: load64 65529
(module (memory 1)
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load16") (param i32) (result i32) (i32.load16_s (local.get 0)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u offset=3 (local.get 0)))
  (data (i32.const 0) "\01\02\03\84\05\06\87\88\09\0a\0b\0c\0d\0e\8f\90\11")
)

;;! load64(0) = i64:-8608905541936020991, 27 cycles
;;! load64(3) = i64:795458766169834884, 56 cycles
;;! load32(4) = i32:-2004417019, 31 cycles
;;! load32(8) = i32:202050057, 28 cycles
;;! load32(7) = i32:185207176, 60 cycles
;;! load16(6) = i32:-30585, 39 cycles
;;! load16(7) = i32:2440, 62 cycles
;;! load8(0) = i32:132, 36 cycles
;;! load64(65529) = trap: out of bounds memory access, 24 cycles
;;! ; function 0: load64
;;! f0:
;;!   65528 - A :JMPN(f0_x1)
;;!   ${A & 7} :JMPNZ(f0_x3)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => A :MLOAD(MEM:E)
;;! f0_x2:
;;!   :RETURN
;;! f0_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f0_x3:
;;!   A => E
;;!   RR :MSTORE(SP), CALL(load64_unaligned)
;;!   $ => RR :MLOAD(SP)
;;!   E => A :JMP(f0_x2)
;;! ; function 1: load32
;;! f1:
;;!   65532 - A :JMPN(f1_x1)
;;!   ${A & 7} :JMPNZ(f1_x4)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => A :MLOAD(MEM:E)
;;! f1_x2:
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
;;! f1_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f1_x3:
;;!   A => E
;;!   RR :MSTORE(SP), CALL(load32_unaligned)
;;!   $ => RR :MLOAD(SP)
;;!   E => A :JMP(f1_x2)
;;! f1_x4:
;;!   ${A & 3} :JMPNZ(f1_x3)
;;!   A - 4 => E
;;!   -E*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => C :MLOAD(MEM:E)
;;!   ROTL_C => A :JMP(f1_x2)
;;! ; function 2: load16
;;! f2:
;;!   65534 - A :JMPN(f2_x1)
;;!   7 => B
;;!   $ => C :AND
;;!   6 - C :JMPN(f2_x3)
;;!   -A*4294967295*536870912 + C*4294967295*536870912 => E
;;!   $ => A :MLOAD(MEM:E)
;;!   8 - C => E
;;!   $ => B :MLOAD(byte_powers+E)
;;!   0 => C
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => C :ARITH
;;!   C + D => A
;;! f2_x2:
;;!   65535 => B
;;!   $ => A :AND
;;!   32767 - A :JMPN(f2_x5)
;;! f2_x4:
;;!   :RETURN
;;! f2_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f2_x3:
;;!   A => E
;;!   RR :MSTORE(SP), CALL(load16_unaligned)
;;!   $ => RR :MLOAD(SP)
;;!   E => A :JMP(f2_x2)
;;! f2_x5:
;;!   4294901760 + A => A :JMP(f2_x4)
;;! ; function 3: load8
;;! f3:
;;!   65532 - A :JMPN(f3_x1)
;;!   A + 3 => A
;;!   7 => B
;;!   $ => C :AND
;;!   -A*4294967295*536870912 + C*4294967295*536870912 => E
;;!   $ => A :MLOAD(MEM:E)
;;!   8 - C => E
;;!   $ => B :MLOAD(byte_powers+E)
;;!   0 => C
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => C :ARITH
;;!   C + D => A
;;!   255 => B
;;!   $ => A :AND, RETURN
;;! f3_x1:
;;!   4 => A :JMP(trap_with_code)
