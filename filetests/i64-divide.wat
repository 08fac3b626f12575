;; Division of i64: each quotient and remainder is one window wide.
;; run: div_u -1 7
;; run: rem_u -1 7
;; run: div_s -100 7
;; run: rem_s -100 7
;; run: div_u 1 0
;; run: div_s -9223372036854775808 -1
;; run: rem_s -9223372036854775808 -1
(module
  (func (export "div_u") (param i64 i64) (result i64)
    (i64.div_u (local.get 0) (local.get 1)))
  (func (export "rem_u") (param i64 i64) (result i64)
    (i64.rem_u (local.get 0) (local.get 1)))
  (func (export "div_s") (param i64 i64) (result i64)
    (i64.div_s (local.get 0) (local.get 1)))
  (func (export "rem_s") (param i64 i64) (result i64)
    (i64.rem_s (local.get 0) (local.get 1)))
)

;;! div_u(-1, 7) = i64:2635249153387078802, 17 cycles
;;! rem_u(-1, 7) = i64:1, 17 cycles
;;! div_s(-100, 7) = i64:-14, 38 cycles
;;! rem_s(-100, 7) = i64:-2, 38 cycles
;;! div_u(1, 0) = trap: integer divide by zero, 19 cycles
;;! div_s(-9223372036854775808, -1) = trap: integer overflow, 39 cycles
;;! rem_s(-9223372036854775808, -1) = i64:0, 41 cycles
;;! ; function 0: div_u
;;! f0:
;;!   0 => D
;;!   0xffffffffffffffffn - A => C
;;!   ${(((1 << 64) - 1) - C) / (B + (B == 0))} => A, E
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPNC(f0_x1)
;;!   E => A :RETURN
;;! f0_x1:
;;!   B => C
;;!   C + ROTL_C :JMPNZ(unprovable)
;;!   2 => A :JMP(trap_with_code)
;;! ; function 1: rem_u
;;! f1:
;;!   A => C
;;!   B - 1 => D :JMPN(f1_x3)
;;! f1_x1:
;;!   ${~(C / B)} => A
;;!   ${(A * B) + C} => A :ARITH
;;!   $ => B :ADD, JMPNC(unprovable)
;;!   B => A :RETURN
;;! f1_x2:
;;!   2 => A :JMP(trap_with_code)
;;! f1_x3:
;;!   B => A
;;!   1 => B
;;!   $ => D :SUB, JMPC(f1_x2)
;;!   A => B :JMP(f1_x1)
;;! ; function 2: div_s
;;! f2:
;;!   0 => D
;;!   $ => C :OR
;;!   2147483647 - ROTL_C :JMPN(f2_x4)
;;!   0xffffffffffffffffn - A => C
;;!   ${(((1 << 64) - 1) - C) / (B + (B == 0))} => A, E
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPNC(f2_x1)
;;! f2_x3:
;;!   E => A :RETURN
;;! f2_x1:
;;!   B => C
;;!   C + ROTL_C :JMPNZ(unprovable)
;;!   2 => A :JMP(trap_with_code)
;;! f2_x2:
;;!   3 => A :JMP(trap_with_code)
;;! f2_x4:
;;!   B :MSTORE(divide_divisor)
;;!   A => E, C :MSTORE(divide_dividend)
;;!   2147483647 - ROTL_C :JMPN(f2_x5, f2_x6)
;;! f2_x5:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;! f2_x6:
;;!   E :MSTORE(divide_kept)
;;!   $ => E, C :MLOAD(divide_divisor)
;;!   2147483647 - ROTL_C :JMPN(f2_x7, f2_x8)
;;! f2_x7:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;! f2_x8:
;;!   E => B
;;!   $ => E :MLOAD(divide_kept)
;;!   0xffffffffffffffffn - E => C
;;!   ${(((1 << 64) - 1) - C) / (B + (B == 0))} => A, E
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPNC(f2_x1)
;;!   $ => A :MLOAD(divide_dividend)
;;!   $ => B :MLOAD(divide_divisor)
;;!   $ => C :XOR
;;!   2147483647 - ROTL_C :JMPN(f2_x9)
;;!   E => C
;;!   2147483647 - ROTL_C :JMPN(f2_x2, f2_x3)
;;! f2_x9:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;!   $ => B :MLOAD(divide_divisor), JMP(f2_x3)
;;! ; function 3: rem_s
;;! f3:
;;!   $ => C :OR
;;!   2147483647 - ROTL_C :JMPN(f3_x3)
;;!   A => C
;;!   B - 1 => D :JMPN(f3_x12)
;;! f3_x10:
;;!   ${~(C / B)} => A
;;!   ${(A * B) + C} => A :ARITH
;;!   $ => A :ADD, JMPNC(unprovable)
;;! f3_x2:
;;!   :RETURN
;;! f3_x1:
;;!   B => C
;;!   C + ROTL_C :JMPNZ(unprovable)
;;!   2 => A :JMP(trap_with_code)
;;! f3_x3:
;;!   0 => D
;;!   B :MSTORE(divide_divisor)
;;!   A => E, C :MSTORE(divide_dividend)
;;!   2147483647 - ROTL_C :JMPN(f3_x4, f3_x5)
;;! f3_x4:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;! f3_x5:
;;!   E :MSTORE(divide_kept)
;;!   $ => E, C :MLOAD(divide_divisor)
;;!   2147483647 - ROTL_C :JMPN(f3_x6, f3_x7)
;;! f3_x6:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;! f3_x7:
;;!   E => B
;;!   $ => E :MLOAD(divide_kept)
;;!   0xffffffffffffffffn - E => C
;;!   ${(((1 << 64) - 1) - C) / (B + (B == 0))} => A, E
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPNC(f3_x1)
;;!   0xffffffffffffffffn - A => E
;;!   $ => C :MLOAD(divide_dividend)
;;!   2147483647 - ROTL_C :JMPN(f3_x8, f3_x9)
;;! f3_x8:
;;!   E => B
;;!   0 => A
;;!   $ => E :SUB
;;! f3_x9:
;;!   $ => B :MLOAD(divide_divisor)
;;!   E => A :JMP(f3_x2)
;;! f3_x11:
;;!   2 => A :JMP(trap_with_code)
;;! f3_x12:
;;!   B => A
;;!   1 => B
;;!   $ => D :SUB, JMPC(f3_x11)
;;!   A => B :JMP(f3_x10)
