;; Shifts, rotations and divisions by constants need no table.
;; run: i32 -123456789
;; run: i64 -1234567890123456789
(module
  (func (export "i32") (param i32) (result i32)
    (i32.add (i32.shl (local.get 0) (i32.const 5))
      (i32.add (i32.shr_u (local.get 0) (i32.const 7))
        (i32.add (i32.shr_s (local.get 0) (i32.const 9))
          (i32.add (i32.rotl (local.get 0) (i32.const 3)) (i32.div_u (local.get 0) (i32.const 10)))))))
  (func (export "i64") (param i64) (result i64)
    (i64.add (i64.shl (local.get 0) (i64.const 5))
      (i64.add (i64.shr_u (local.get 0) (i64.const 7))
        (i64.add (i64.shr_s (local.get 0) (i64.const 40))
          (i64.add (i64.rotl (local.get 0) (i64.const 3)) (i64.rem_u (local.get 0) (i64.const 10)))))))
)

;;! i32(-123456789) = i32:-193804409, 51 cycles
;;! i64(-1234567890123456789) = i64:6091986742623526834, 50 cycles
;;! ; function 0: i32
;;! f0:
;;!   0xfffffffffffffff6n => B
;;!   A => C
;;!   ${C / ((1 << 64) - B)} => A, D
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPC(unprovable)
;;!   D :MSTORE(SP + 2)
;;!   134217727 => B
;;!   C => A :MSTORE(SP)
;;!   $ => A :AND
;;!   A*32 => D :MSTORE(SP + 1)
;;!   127 => B
;;!   $ => A :MLOAD(SP)
;;!   $ => C :AND
;;!   -A*4294967295*33554432 + C*4294967295*33554432 => D
;;!   2147483648 => B
;;!   $ => A :MLOAD(SP)
;;!   $ => A :XOR
;;!   511 => B
;;!   $ => C :AND
;;!   -A*4294967295*8388608 + C*4294967295*8388608 => E
;;!   4194304 => A
;;!   E - A => A :JMPN(f0_x2)
;;! f0_x1:
;;!   D + A => A
;;!   4294967295 - A :JMPN(f0_x4)
;;! f0_x3:
;;!   $ => D :MLOAD(SP + 1)
;;!   D + A => E
;;!   4294967295 - E :JMPN(f0_x6)
;;! f0_x5:
;;!   536870911 => B
;;!   $ => A :MLOAD(SP)
;;!   $ => C :AND
;;!   -A*4294967295*8 + C*4294967295*8 + C*8 => B
;;!   $ => D :MLOAD(SP + 2)
;;!   B + D => B
;;!   4294967295 - B :JMPN(f0_x8)
;;! f0_x7:
;;!   E + B => A
;;!   4294967295 - A :JMPN(f0_x10)
;;! f0_x9:
;;!   :RETURN
;;! f0_x2:
;;!   A + 4294967295 => A
;;!   A + 1 => A :JMP(f0_x1)
;;! f0_x4:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f0_x3)
;;! f0_x6:
;;!   E - 2147483648 => E
;;!   E - 2147483648 => E :JMP(f0_x5)
;;! f0_x8:
;;!   B - 2147483648 => B
;;!   B - 2147483648 => B :JMP(f0_x7)
;;! f0_x10:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f0_x9)
;;! ; function 1: i64
;;! f1:
;;!   0xfffffffffffffff6n => B
;;!   A => C :MSTORE(SP)
;;!   ${C / ((1 << 64) - B)} => A, D
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPC(unprovable)
;;!   A :MSTORE(SP + 1)
;;!   32 => B
;;!   0 => C
;;!   $ => A :MLOAD(SP)
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => E :ARITH
;;!   0x7f0000007fn => B
;;!   $ => C :AND
;;!   -A*4294967295*33554432 + C*4294967295*33554432 + ROTL_C*33554432 => A
;;!   0x1ffffffffffffffn => B
;;!   $ => D :AND
;;!   0x8000000000000000n => B
;;!   $ => A :MLOAD(SP)
;;!   $ => C :XOR
;;!   ROTL_C => A
;;!   0xff000000ffn => B
;;!   $ => C :AND
;;!   -A*4294967295*16777216 + C*4294967295*16777216 + ROTL_C*16777216 => A
;;!   16777215 => B
;;!   $ => A :AND
;;!   8388608 => B
;;!   $ => B :SUB
;;!   D => A
;;!   $ => B :ADD
;;!   E => A
;;!   $ => D :ADD
;;!   $ => C :MLOAD(SP)
;;!   ROTL_C => A
;;!   0x1fffffff1fffffffn => B
;;!   $ => C :AND
;;!   -A*4294967295*8 + C*4294967295*8 + ROTL_C*8 => A
;;!   $ => B :MLOAD(SP + 1)
;;!   $ => B :ADD
;;!   D => A
;;!   $ => A :ADD, RETURN
