;; Traps, and the imports that trap when two values differ.
;; run: stop
;; run: equal 3 3
;; run: equal 3 4
;; run: divide 0
(module
  (import "env" "assert_eq_i32" (func $same (param i32 i32)))
  (func (export "stop") (unreachable))
  (func (export "equal") (param i32 i32) (call $same (local.get 0) (local.get 1)))
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
)

;;! stop() = trap: unreachable, 10 cycles
;;! equal(3, 3) = nothing, 11 cycles
;;! equal(3, 4) = trap: assertion failed, 13 cycles
;;! divide(0) = trap: integer divide by zero, 19 cycles
;;! ; function 1: stop
;;! f1:
;;!   1 => A :JMP(trap_with_code)
;;! ; function 2: equal
;;! f2:
;;!   A - B :JMPNZ(f2_b3)
;;!   :RETURN
;;! f2_b3:
;;!   10 => A :JMP(trap_with_code)
;;! ; function 3: divide
;;! f3:
;;!   1 => C
;;!   0 => D
;;!   A => B
;;!   0xffffffffffffffffn - C => C
;;!   ${(((1 << 64) - 1) - C) / (B + (B == 0))} => A, E
;;!   ${(A * B) + C} => A :ARITH
;;!   $ :ADD, JMPNC(f3_x1)
;;!   E => A :RETURN
;;! f3_x1:
;;!   B => C
;;!   C + ROTL_C :JMPNZ(unprovable)
;;!   2 => A :JMP(trap_with_code)
