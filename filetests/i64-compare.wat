;; Comparisons of i64.
;; run: lt_u 1 -1
;; run: lt_s 1 -1
;; run: ge_s -5 -5
;; run: eq 3 3
;; run: ne 3 3
;; run: le_u 4 3
;; run: gt_s 4 3
(module
  (func (export "eq") (param i64 i64) (result i32)
    (i64.eq (local.get 0) (local.get 1)))
  (func (export "ne") (param i64 i64) (result i32)
    (i64.ne (local.get 0) (local.get 1)))
  (func (export "lt_u") (param i64 i64) (result i32)
    (i64.lt_u (local.get 0) (local.get 1)))
  (func (export "lt_s") (param i64 i64) (result i32)
    (i64.lt_s (local.get 0) (local.get 1)))
  (func (export "gt_s") (param i64 i64) (result i32)
    (i64.gt_s (local.get 0) (local.get 1)))
  (func (export "le_u") (param i64 i64) (result i32)
    (i64.le_u (local.get 0) (local.get 1)))
  (func (export "ge_s") (param i64 i64) (result i32)
    (i64.ge_s (local.get 0) (local.get 1)))
)

;;! lt_u(1, -1) = i32:1, 12 cycles
;;! lt_s(1, -1) = i32:0, 12 cycles
;;! ge_s(-5, -5) = i32:1, 12 cycles
;;! eq(3, 3) = i32:1, 11 cycles
;;! ne(3, 3) = i32:0, 12 cycles
;;! le_u(4, 3) = i32:0, 16 cycles
;;! gt_s(4, 3) = i32:1, 15 cycles
;;! ; function 2: lt_u
;;! f2:
;;!   $ => A :LT, RETURN
;;! ; function 3: lt_s
;;! f3:
;;!   $ => A :SLT, RETURN
;;! ; function 6: ge_s
;;! f6:
;;!   $ => E :SLT
;;!   1 - E => A :RETURN
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
;;!   $ => A :SLT, RETURN
