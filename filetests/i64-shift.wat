;; Shifts and rotations of i64 by variables.
;; run: shl 5 33
;; run: shr_u -1 3
;; run: shr_s -8 1
;; run: rotl -5 7
;; run: rotr -5 70
(module
  (func (export "shl") (param i64 i64) (result i64)
    (i64.shl (local.get 0) (local.get 1)))
  (func (export "shr_u") (param i64 i64) (result i64)
    (i64.shr_u (local.get 0) (local.get 1)))
  (func (export "shr_s") (param i64 i64) (result i64)
    (i64.shr_s (local.get 0) (local.get 1)))
  (func (export "rotl") (param i64 i64) (result i64)
    (i64.rotl (local.get 0) (local.get 1)))
  (func (export "rotr") (param i64 i64) (result i64)
    (i64.rotr (local.get 0) (local.get 1)))
)

;;! shl(5, 33) = i64:42949672960, 85 cycles
;;! shr_u(-1, 3) = i64:2305843009213693951, 84 cycles
;;! shr_s(-8, 1) = i64:-4, 155 cycles
;;! rotl(-5, 7) = i64:-513, 86 cycles
;;! rotr(-5, 70) = i64:-1152921504606846977, 87 cycles
;;! ; function 0: shl
;;! f0:
;;!   A => D
;;!   B => A
;;!   63 => B
;;!   $ => E :AND
;;!   $ => B :MLOAD(powers+E)
;;!   0 => C
;;!   D => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH, RETURN
;;! ; function 1: shr_u
;;! f1:
;;!   A => C
;;!   B => A
;;!   63 => B
;;!   $ => E :AND
;;!   $ => B :MLOAD(shift_factors+E)
;;!   C => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} :ARITH
;;!   D => A :RETURN
;;! ; function 2: shr_s
;;! f2:
;;!   A => C
;;!   B => A
;;!   63 => B
;;!   $ => E :AND
;;!   0x8000000000000000n => B
;;!   C => A
;;!   $ => C :XOR
;;!   $ => B :MLOAD(shift_factors+E)
;;!   C => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} :ARITH
;;!   63 - E => E
;;!   $ => B :MLOAD(powers+E)
;;!   D => A
;;!   $ => A :SUB, RETURN
;;! ; function 3: rotl
;;! f3:
;;!   A => D
;;!   B => A
;;!   63 => B
;;!   $ => E :AND
;;!   $ => B :MLOAD(powers+E)
;;!   0 => C
;;!   D => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => C :ARITH
;;!   C + D => C, A :RETURN
;;! ; function 4: rotr
;;! f4:
;;!   A => D
;;!   B => A
;;!   63 => B
;;!   $ => B :AND
;;!   64 - B => E
;;!   $ => B :MLOAD(powers+E)
;;!   0 => C
;;!   D => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => C :ARITH
;;!   C + D => C, A :RETURN
