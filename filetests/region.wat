;; Regions: marks without steps. A mark before a label that is jumped to has a step of its own only if the one
;; before it jumps.
;; run: phases 3
;; run: choose 0
;; run: choose 1
(module
  (import "zkasm" "region_begin" (func $begin (param i32 i32)))
  (import "zkasm" "region_end" (func $end (param i32 i32)))
  (memory 1)
  (data (i32.const 8) "loop" "rest")
  (global $sum (mut i32) (i32.const 0))
  (func (export "phases") (param i32) (result i32)
    (global.set $sum (i32.const 5))
    (call $begin (i32.const 8) (i32.const 4))
    (loop $again
      (global.set $sum (i32.mul (global.get $sum) (i32.const 3)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $end (i32.const 8) (i32.const 4))
    (call $begin (i32.const 12) (i32.const 4))
    (call $end (i32.const 12) (i32.const 4))
    (global.get $sum))
  (func (export "choose") (param i32) (result i32)
    (if (local.get 0) (then (call $begin (i32.const 12) (i32.const 4))))
    (i32.add (global.get $sum) (i32.const 1)))
)

;;! phases(3) = i32:135, 46 cycles
;;! choose(0) = i32:1, 17 cycles
;;! choose(1) = i32:1, 17 cycles
;;! ; function 2: phases
;;! f2:
;;!   A => E
;;!   5 => A :MSTORE(global_0)
;;! f2_b1:
;;!   $ => A :MLOAD(global_0)
;;!   3 => B
;;!   0 => C, D
;;!   ${(A * B) + C} => A :ARITH
;;!   4294967295 => B
;;!   $ => A :AND, MSTORE(global_0)
;;!   1 => B
;;!   E => A
;;!   A - B => A :JMPN(f2_x2)
;;! f2_x1:
;;!   A :JMPZ(f2_b3)
;;!   A => E :JMP(f2_b1)
;;! f2_b3:
;;!   $ => A :MLOAD(global_0), RETURN
;;! f2_x2:
;;!   A + 4294967295 => A
;;!   A + 1 => A :JMP(f2_x1)
;;! ; function 3: choose
;;! f3:
;;!   A :JMPNZ(f3_b2)
;;!   :JMP(f3_b3)
;;! f3_b2:
;;!   :JMP(f3_b3)
;;! f3_b3:
;;!   $ => A :MLOAD(global_0)
;;!   A + 1 => A
;;!   4294967295 - A :JMPN(f3_x2)
;;! f3_x1:
;;!   :RETURN
;;! f3_x2:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f3_x1)
