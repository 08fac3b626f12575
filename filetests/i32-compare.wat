;; Comparisons of i32.
;; run: lt_u 1 -1
;; run: lt_s 1 -1
;; run: ge_s -5 -5
;; run: eq 3 3
;; run: ne 3 3
;; run: le_u 4 3
;; run: gt_s 4 3
(module
  (func (export "eq") (param i32 i32) (result i32)
    (i32.eq (local.get 0) (local.get 1)))
  (func (export "ne") (param i32 i32) (result i32)
    (i32.ne (local.get 0) (local.get 1)))
  (func (export "lt_u") (param i32 i32) (result i32)
    (i32.lt_u (local.get 0) (local.get 1)))
  (func (export "lt_s") (param i32 i32) (result i32)
    (i32.lt_s (local.get 0) (local.get 1)))
  (func (export "gt_s") (param i32 i32) (result i32)
    (i32.gt_s (local.get 0) (local.get 1)))
  (func (export "le_u") (param i32 i32) (result i32)
    (i32.le_u (local.get 0) (local.get 1)))
  (func (export "ge_s") (param i32 i32) (result i32)
    (i32.ge_s (local.get 0) (local.get 1)))
)

;;! lt_u(1, -1) = i32:1, 12 cycles
;;! lt_s(1, -1) = i32:0, 15 cycles
;;! ge_s(-5, -5) = i32:1, 14 cycles
;;! eq(3, 3) = i32:1, 11 cycles
;;! ne(3, 3) = i32:0, 12 cycles
;;! le_u(4, 3) = i32:0, 16 cycles
;;! gt_s(4, 3) = i32:1, 18 cycles
;;! ; function 2: lt_u
;;! f2:
;;!   $ => A :LT, RETURN
;;! ; function 3: lt_s
;;! f3:
;;!   2147483647 - A :JMPN(f3_x3)
;;!   2147483647 - B :JMPN(f3_x4)
;;! f3_x1:
;;!   $ => A :LT
;;! f3_x2:
;;!   :RETURN
;;! f3_x3:
;;!   2147483647 - B :JMPN(f3_x1)
;;!   1 => A :JMP(f3_x2)
;;! f3_x4:
;;!   0 => A :JMP(f3_x2)
;;! ; function 6: ge_s
;;! f6:
;;!   2147483647 - A :JMPN(f6_x3)
;;!   2147483647 - B :JMPN(f6_x4)
;;! f6_x1:
;;!   $ => C :LT
;;! f6_x2:
;;!   1 - C => A :RETURN
;;! f6_x3:
;;!   2147483647 - B :JMPN(f6_x1)
;;!   1 => C :JMP(f6_x2)
;;! f6_x4:
;;!   0 => C :JMP(f6_x2)
;;! ; function 0: eq
;;! f0:
;;!   $ => A :EQ, RETURN
;;! ; function 1: ne
;;! f1:
;;!   $ => E :EQ
;;!   1 - E => A :RETURN
;;! ; function 5: le_u
;;! f5:
;;!   A => C
;;!   B => A
;;!   C => B
;;!   $ => E :LT
;;!   1 - E => A :RETURN
;;! ; function 4: gt_s
;;! f4:
;;!   A => C
;;!   B => A
;;!   C => B
;;!   2147483647 - A :JMPN(f4_x3)
;;!   2147483647 - B :JMPN(f4_x4)
;;! f4_x1:
;;!   $ => A :LT
;;! f4_x2:
;;!   :RETURN
;;! f4_x3:
;;!   2147483647 - B :JMPN(f4_x1)
;;!   1 => A :JMP(f4_x2)
;;! f4_x4:
;;!   0 => A :JMP(f4_x2)
