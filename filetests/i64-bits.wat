;; Bits of i64.
;; run: and -2 7
;; run: or 5 10
;; run: xor -1 1
(module
  (func (export "and") (param i64 i64) (result i64)
    (i64.and (local.get 0) (local.get 1)))
  (func (export "or") (param i64 i64) (result i64)
    (i64.or (local.get 0) (local.get 1)))
  (func (export "xor") (param i64 i64) (result i64)
    (i64.xor (local.get 0) (local.get 1)))
)

;;! and(-2, 7) = i64:6, 12 cycles
;;! or(5, 10) = i64:15, 12 cycles
;;! xor(-1, 1) = i64:-2, 12 cycles
;;! ; function 0: and
;;! f0:
;;!   $ => A :AND, RETURN
;;! ; function 1: or
;;! f1:
;;!   $ => A :OR, RETURN
;;! ; function 2: xor
;;! f2:
;;!   $ => A :XOR, RETURN
