;; Counting bits of i64, and tests for zero.
;; run: clz 1
;; run: ctz 8
;; run: popcnt -1
;; run: eqz 0
;; run: clz 0
;; run: ctz 0
(module
  (func (export "clz") (param i64) (result i64)
    (i64.clz (local.get 0)))
  (func (export "ctz") (param i64) (result i64)
    (i64.ctz (local.get 0)))
  (func (export "popcnt") (param i64) (result i64)
    (i64.popcnt (local.get 0)))
  (func (export "eqz") (param i64) (result i32)
    (i64.eqz (local.get 0)))
)

;;! clz(1) = i64:63, 23 cycles
;;! ctz(8) = i64:3, 26 cycles
;;! popcnt(-1) = i64:64, 32 cycles
;;! eqz(0) = i32:1, 11 cycles
;;! clz(0) = i64:64, 22 cycles
;;! ctz(0) = i64:64, 25 cycles
;;! ; function 0: clz
;;! f0:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(clz64)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 1: ctz
;;! f1:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(ctz64)
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
