;; Shifts and rotations of i32 by variables.
;; run: shl 5 33
;; run: shr_u -1 3
;; run: shr_s -8 1
;; run: rotl -5 7
;; run: rotr -5 70
(module
  (func (export "shl") (param i32 i32) (result i32)
    (i32.shl (local.get 0) (local.get 1)))
  (func (export "shr_u") (param i32 i32) (result i32)
    (i32.shr_u (local.get 0) (local.get 1)))
  (func (export "shr_s") (param i32 i32) (result i32)
    (i32.shr_s (local.get 0) (local.get 1)))
  (func (export "rotl") (param i32 i32) (result i32)
    (i32.rotl (local.get 0) (local.get 1)))
  (func (export "rotr") (param i32 i32) (result i32)
    (i32.rotr (local.get 0) (local.get 1)))
)

;;! shl(5, 33) = i32:10, 86 cycles
;;! shr_u(-1, 3) = i32:536870911, 84 cycles
;;! shr_s(-8, 1) = i32:-4, 157 cycles
;;! rotl(-5, 7) = i32:-513, 88 cycles
;;! rotr(-5, 70) = i32:-268435457, 89 cycles
;;! ; function 0: shl
;;! f0:
;;!   A :MSTORE(SP)
;;!   B => A
;;!   31 => B
;;!   $ => E :AND
;;!   $ => B :MLOAD(powers+E)
;;!   0 => C, D
;;!   $ => A :MLOAD(SP)
;;!   ${(A * B) + C} => A :ARITH
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
;;! ; function 1: shr_u
;;! f1:
;;!   A => C
;;!   B => A
;;!   31 => B
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
;;!   31 => B
;;!   $ => E :AND
;;!   2147483648 => B
;;!   C => A
;;!   $ => C :XOR
;;!   $ => B :MLOAD(shift_factors+E)
;;!   C => A
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} :ARITH
;;!   31 - E => E
;;!   $ => A :MLOAD(powers+E)
;;!   D - A => A :JMPN(f2_x2)
;;! f2_x1:
;;!   :RETURN
;;! f2_x2:
;;!   A + 4294967295 => A
;;!   A + 1 => A :JMP(f2_x1)
;;! ; function 3: rotl
;;! f3:
;;!   A => C
;;!   B => A
;;!   31 => B
;;!   $ => E :AND
;;!   $ => B :MLOAD(powers+E)
;;!   0 => D
;;!   C => A
;;!   D => C
;;!   ${(A * B) + C} => C :ARITH
;;!   C + ROTL_C => A
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
;;! ; function 4: rotr
;;! f4:
;;!   A => C
;;!   B => A
;;!   31 => B
;;!   $ => B :AND
;;!   32 - B => E
;;!   $ => B :MLOAD(powers+E)
;;!   0 => D
;;!   C => A
;;!   D => C
;;!   ${(A * B) + C} => C :ARITH
;;!   C + ROTL_C => A
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
