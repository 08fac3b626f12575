;; Stores to a memory of one page, aligned, across lanes, across words.
;; run: store64 8 -2
;; run: store64 5 -2
;; run: store32 8 -2
;; run: store32 12 -2
;; run: store32 7 -2
;; run: store16 14 -2
;; run: store16 15 -2
;; run: store8 9 -2
;; run: store64 1 1
(module (memory 1)
  (func (export "store64") (param i32 i64) (result i64)
    (i64.store (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store32") (param i32 i32) (result i64)
    (i32.store (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store16") (param i32 i32) (result i64)
    (i32.store16 (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
  (func (export "store8") (param i32 i32) (result i64)
    (i32.store8 (local.get 0) (local.get 1)) (i64.load (i32.const 8)))
)

;;! store64(8, -2) = i64:-2, 26 cycles
;;! store64(5, -2) = i64:1099511627775, 68 cycles
;;! store32(8, -2) = i64:4294967294, 30 cycles
;;! store32(12, -2) = i64:-8589934592, 33 cycles
;;! store32(7, -2) = i64:16777215, 71 cycles
;;! store16(14, -2) = i64:-562949953421312, 45 cycles
;;! store16(15, -2) = i64:-144115188075855872, 75 cycles
;;! store8(9, -2) = i64:65024, 44 cycles
;;! store64(1, 1) = i64:0, 66 cycles
;;! ; function 0: store64
;;! f0:
;;!   65528 - A :JMPN(f0_x1)
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
;;!   65532 - A :JMPN(f1_x1)
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
;;! ; function 2: store16
;;! f2:
;;!   A => C
;;!   B => A
;;!   65535 => B
;;!   $ => D :AND
;;!   C => A
;;!   65534 - A :JMPN(f2_x1)
;;!   7 => B
;;!   $ => C :AND
;;!   6 - C :JMPN(f2_x3)
;;!   -A*4294967295*536870912 + C*4294967295*536870912 => E :MSTORE(access_index)
;;!   C => E
;;!   $ => B :MLOAD(byte_powers+E)
;;!   D => A
;;!   0 => C, D
;;!   ${(A * B) + C} => D :ARITH, MSTORE(access_value)
;;!   65535 => A
;;!   0 => D
;;!   ${(A * B) + C} => B :ARITH
;;!   $ => E :MLOAD(access_index)
;;!   $ => A :MLOAD(MEM:E)
;;!   $ => C :AND
;;!   $ => D :MLOAD(access_value)
;;!   A - C + D :MSTORE(MEM:E)
;;! f2_x2:
;;!   1 => E
;;!   $ => A :MLOAD(MEM:E), RETURN
;;! f2_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f2_x3:
;;!   D :MSTORE(access_value)
;;!   A => E
;;!   RR :MSTORE(SP), CALL(store16_unaligned)
;;!   $ => RR :MLOAD(SP), JMP(f2_x2)
;;! ; function 3: store8
;;! f3:
;;!   A => C
;;!   B => A
;;!   255 => B
;;!   $ => D :AND
;;!   C => A
;;!   65535 - A :JMPN(f3_x1)
;;!   7 => B
;;!   $ => C :AND
;;!   -A*4294967295*536870912 + C*4294967295*536870912 => E :MSTORE(access_index)
;;!   C => E
;;!   $ => B :MLOAD(byte_powers+E)
;;!   D => A
;;!   0 => C, D
;;!   ${(A * B) + C} => D :ARITH, MSTORE(access_value)
;;!   255 => A
;;!   0 => D
;;!   ${(A * B) + C} => B :ARITH
;;!   $ => E :MLOAD(access_index)
;;!   $ => A :MLOAD(MEM:E)
;;!   $ => C :AND
;;!   $ => D :MLOAD(access_value)
;;!   A - C + D :MSTORE(MEM:E)
;;!   1 => E
;;!   $ => A :MLOAD(MEM:E), RETURN
;;! f3_x1:
;;!   4 => A :JMP(trap_with_code)
