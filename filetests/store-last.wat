;; The last word of a memory that fills `MEM:` exactly.
;; run: store64 1048568 5
;; run: store64 1048567 5
;; run: store32 1048571 7
;; run: store64 1048569 5
(module (memory 16)
  (func (export "store64") (param i32 i64) (result i64)
    (i64.store (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store32") (param i32 i32) (result i64)
    (i32.store (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store16") (param i32 i32) (result i64)
    (i32.store16 (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store8") (param i32 i32) (result i64)
    (i32.store8 (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
)

;;! store64(1048568, 5) = i64:0, 26 cycles
;;! store64(1048567, 5) = i64:0, 68 cycles
;;! store32(1048571, 7) = i64:0, 62 cycles
;;! store64(1048569, 5) = trap: out of bounds memory access, 22 cycles
;;! ; function 0: store64
;;! f0:
;;!   1048568 - A :JMPN(f0_x1)
;;!   ${A & 7} :JMPNZ(f0_x3)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   B :MSTORE(MEM:E)
;;! f0_x2:
;;!   1 => E
;;!   $ => A :MLOAD(MEM:E), RETURN
;;! f0_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f0_x3:
;;!   B :MSTORE(access_value)
;;!   A => E
;;!   RR :MSTORE(SP), CALL(store64_unaligned)
;;!   $ => RR :MLOAD(SP), JMP(f0_x2)
;;! ; function 1: store32
;;! f1:
;;!   1048572 - A :JMPN(f1_x1)
;;!   B => D
;;!   ${A & 7} :JMPNZ(f1_x4)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => A :MLOAD(MEM:E)
;;!   0xffffffff00000000n => B
;;!   $ => A :AND
;;!   A + D :MSTORE(MEM:E)
;;! f1_x2:
;;!   1 => E
;;!   $ => A :MLOAD(MEM:E), RETURN
;;! f1_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f1_x3:
;;!   D :MSTORE(access_value)
;;!   A => E
;;!   RR :MSTORE(SP), CALL(store32_unaligned)
;;!   $ => RR :MLOAD(SP), JMP(f1_x2)
;;! f1_x4:
;;!   ${A & 3} :JMPNZ(f1_x3)
;;!   A - 4 => E
;;!   -E*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => A :MLOAD(MEM:E)
;;!   4294967295 => B
;;!   $ => A :AND
;;!   D => C
;;!   A + ROTL_C :MSTORE(MEM:E), JMP(f1_x2)
