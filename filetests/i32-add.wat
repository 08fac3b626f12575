;; Addition, subtraction, multiplication of i32.
;; run: add 1 -1
;; run: sub -2147483648 1
;; run: mul 65537 -3
(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "sub") (param i32 i32) (result i32)
    (i32.sub (local.get 0) (local.get 1)))
  (func (export "mul") (param i32 i32) (result i32)
    (i32.mul (local.get 0) (local.get 1)))
)

;;! add(1, -1) = i32:0, 16 cycles
;;! sub(-2147483648, 1) = i32:2147483647, 13 cycles
;;! mul(65537, -3) = i32:-196611, 15 cycles
;;! ; function 0: add
;;! f0:
;;!   A + B => A
;;!   4294967295 - A :JMPN(f0_x2)
;;! f0_x1:
;;!   :RETURN
;;! f0_x2:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f0_x1)
;;! ; function 1: sub
;;! f1:
;;!   A - B => A :JMPN(f1_x2)
;;! f1_x1:
;;!   :RETURN
;;! f1_x2:
;;!   A + 4294967295 => A
;;!   A + 1 => A :JMP(f1_x1)
;;! ; function 2: mul
;;! f2:
;;!   0 => C, D
;;!   ${(A * B) + C} => A :ARITH
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
