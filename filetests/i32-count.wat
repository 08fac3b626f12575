;; Counting bits of i32, and tests for zero.
;; run: clz 1
;; run: ctz 8
;; run: popcnt -1
;; run: eqz 0
;; run: clz 0
;; run: ctz 0
(module
  (func (export "clz") (param i32) (result i32)
    (i32.clz (local.get 0)))
  (func (export "ctz") (param i32) (result i32)
    (i32.ctz (local.get 0)))
  (func (export "popcnt") (param i32) (result i32)
    (i32.popcnt (local.get 0)))
  (func (export "eqz") (param i32) (result i32)
    (i32.eqz (local.get 0)))
)

;;! clz(1) = i32:31, 20 cycles
;;! ctz(8) = i32:3, 24 cycles
;;! popcnt(-1) = i32:32, 32 cycles
;;! eqz(0) = i32:1, 11 cycles
;;! clz(0) = i32:32, 19 cycles
;;! ctz(0) = i32:32, 23 cycles
;;! ; function 0: clz
;;! f0:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(clz32)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 1: ctz
;;! f1:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(ctz32)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 2: popcnt
;;! f2:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(popcnt)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 3: eqz
;;! f3:
;;!   0 => B
;;!   $ => A :EQ, RETURN
