;; Globals are variables.
;; run: count 5
(module
  (global $i (mut i32) (i32.const -7))
  (global $j (mut i64) (i64.const 0x100000000))
  (func (export "count") (param i32) (result i64)
    (global.set $i (i32.add (global.get $i) (local.get 0)))
    (global.set $j (i64.mul (global.get $j) (i64.const 3)))
    (i64.add (global.get $j) (i64.extend_i32_s (global.get $i))))
)

;;! count(5) = i64:12884901886, 25 cycles
;;! ; function 0: count
;;! f0:
;;!   $ => B :MLOAD(global_0)
;;!   B + A => A
;;!   4294967295 - A :JMPN(f0_x2)
;;! f0_x1:
;;!   A :MSTORE(global_0)
;;!   $ => A :MLOAD(global_1)
;;!   3 => B
;;!   0 => C
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH, MSTORE(global_1)
;;!   $ => B :MLOAD(global_0)
;;!   2147483647 - B :JMPN(f0_x4)
;;! f0_x3:
;;!   $ => A :ADD, RETURN
;;! f0_x2:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f0_x1)
;;! f0_x4:
;;!   0xffffffff00000000n + B => B :JMP(f0_x3)
