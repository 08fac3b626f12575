;; Bits of i32.
;; run: and -2 7
;; run: or 5 10
;; run: xor -1 1
(module
  (func (export "and") (param i32 i32) (result i32)
    (i32.and (local.get 0) (local.get 1)))
  (func (export "or") (param i32 i32) (result i32)
    (i32.or (local.get 0) (local.get 1)))
  (func (export "xor") (param i32 i32) (result i32)
    (i32.xor (local.get 0) (local.get 1)))
)

;;! and(-2, 7) = i32:6, 12 cycles
;;! or(5, 10) = i32:15, 12 cycles
;;! xor(-1, 1) = i32:-2, 12 cycles
;;! ; function 0: and
;;! f0:
;;!   $ => A :AND, RETURN
;;! ; function 1: or
;;! f1:
;;!   $ => A :OR, RETURN
;;! ; function 2: xor
;;! f2:
;;!   $ => A :XOR, RETURN
