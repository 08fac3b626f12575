;; Addition, subtraction, multiplication of i64.
;; run: add 1 -1
;; run: sub -9223372036854775808 1
;; run: mul 65537 -3
(module
  (func (export "add") (param i64 i64) (result i64)
    (i64.add (local.get 0) (local.get 1)))
  (func (export "sub") (param i64 i64) (result i64)
    (i64.sub (local.get 0) (local.get 1)))
  (func (export "mul") (param i64 i64) (result i64)
    (i64.mul (local.get 0) (local.get 1)))
)

;;! add(1, -1) = i64:0, 12 cycles
;;! sub(-9223372036854775808, 1) = i64:9223372036854775807, 12 cycles
;;! mul(65537, -3) = i64:-196611, 14 cycles
;;! ; function 0: add
;;! f0:
;;!   $ => A :ADD, RETURN
;;! ; function 1: sub
;;! f1:
;;!   $ => A :SUB, RETURN
;;! ; function 2: mul
;;! f2:
;;!   0 => C
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH, RETURN
