;; Calls: arguments and results in registers and on the stack, recursion.
;; run: many 1 2
;; run: factorial 20
(module
  (func $mix (param i32 i64 i32 i64 i32 i64 i32) (result i64 i32 i64 i32 i64 i32 i64)
    (i64.add (local.get 1) (local.get 3)) (local.get 0) (local.get 5) (local.get 2)
    (local.get 3) (i32.sub (local.get 4) (local.get 6)) (local.get 1))
  (func (export "many") (param i32 i64) (result i64)
    (call $mix (local.get 0) (local.get 1) (i32.const 3) (i64.const 4) (local.get 0) (local.get 1) (i32.const 7))
    (i64.mul (i64.const 3))
    (i64.add (i64.extend_i32_s (i32.const 1)))
    (drop) (drop) (drop) (drop) (drop) (drop))
  (func $factorial (export "factorial") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $factorial (i64.sub (local.get 0) (i64.const 1)))))))
)

;;! many(1, 2) = i64:6, 40 cycles
;;! factorial(20) = i64:2432902008176640000, 318 cycles
;;! ; function 0: mix
;;! f0:
;;!   A :MSTORE(SP + 3)
;;!   C :MSTORE(SP + 5)
;;!   $ => A :MLOAD(SP)
;;!   A :MSTORE(SP + 4)
;;!   $ => C :MLOAD(SP + 1)
;;!   B => A
;;!   D => B
;;!   $ => D :ADD
;;!   A :MSTORE(SP + 2)
;;!   E - C => A :JMPN(f0_x2)
;;! f0_x1:
;;!   A :MSTORE(SP)
;;!   $ => A :MLOAD(SP + 2)
;;!   A :MSTORE(SP + 1)
;;!   B => E
;;!   $ => C :MLOAD(SP + 4)
;;!   $ => B :MLOAD(SP + 3)
;;!   D => A
;;!   $ => D :MLOAD(SP + 5), RETURN
;;! f0_x2:
;;!   A + 4294967295 => A
;;!   A + 1 => A :JMP(f0_x1)
;;! ; function 1: many
;;! f1:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP
;;!   B :MSTORE(SP)
;;!   7 => C :MSTORE(SP + 1)
;;!   3 => C
;;!   4 => D
;;!   A => E :CALL(f0)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 2: factorial
;;! f2:
;;!   65534 - SP :JMPN(f2_x1)
;;!   RR :MSTORE(SP + 1)
;;!   SP + 2 => SP
;;!   A => C
;;!   C + ROTL_C :JMPZ(f2_b2)
;;!   1 => B
;;!   C => A :MSTORE(SP - 2)
;;!   $ => A :SUB, CALL(f2)
;;!   0 => C
;;!   A => B
;;!   $ => A :MLOAD(SP - 2)
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH, JMP(f2_b3)
;;! f2_b2:
;;!   1 => A
;;! f2_b3:
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 2 => SP :RETURN
;;! f2_x1:
;;!   9 => A :JMP(trap_with_code)
