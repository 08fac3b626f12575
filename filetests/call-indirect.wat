;; An indirect call chooses between direct ones.
;; run: pick 0 10
;; run: pick 1 10
;; run: pick 2 10
;; run: pick 3 10
;; run: pick 9 10
(module
  (type $op (func (param i64) (result i64)))
  (table 5 funcref)
  (elem (i32.const 0) $double $square $other)
  (func $double (type $op) (i64.add (local.get 0) (local.get 0)))
  (func $square (type $op) (i64.mul (local.get 0) (local.get 0)))
  (func $other (param i32) (result i32) (local.get 0))
  (func (export "pick") (param i32 i64) (result i64)
    (call_indirect (type $op) (local.get 1) (local.get 0)))
)

;;! pick(0, 10) = i64:20, 19 cycles
;;! pick(1, 10) = i64:100, 23 cycles
;;! pick(2, 10) = trap: indirect call type mismatch, 16 cycles
;;! pick(3, 10) = trap: uninitialized element, 17 cycles
;;! pick(9, 10) = trap: undefined element, 17 cycles
;;! ; function 0: double
;;! f0:
;;!   A => B
;;!   $ => A :ADD, RETURN
;;! ; function 1: square
;;! f1:
;;!   0 => C
;;!   A => B
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH, RETURN
;;! ; function 2: other
;;! f2:
;;!   :RETURN
;;! ; function 3: pick
;;! f3:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP
;;!   A - 2 :JMPN(f3_b9)
;;!   A - 3 :JMPN(f3_b7)
;;!   A - 5 :JMPN(f3_b5)
;;!   6 => A :JMP(trap_with_code)
;;! f3_b5:
;;!   7 => A :JMP(trap_with_code)
;;! f3_b7:
;;!   8 => A :JMP(trap_with_code)
;;! f3_b9:
;;!   A :JMPZ(f3_b12)
;;!   B => A :CALL(f1)
;;!   :JMP(f3_b14)
;;! f3_b12:
;;!   B => A :CALL(f0)
;;! f3_b14:
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
