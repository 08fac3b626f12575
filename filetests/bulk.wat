;; memory.fill, copy and init; each chunk proves that it stays in memory.
;; run: fill 3 30
;; run: copy 1 6 40
;; run: copy 9 2 40
;; run: init 5 2 10
;; run: fill 65530 7
;; run: init 0 30 10
(module (memory 1)
  (func $sum (result i64) (local i32 i64)
    (loop (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 31)) (i64.load8_u (local.get 0))))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 64))))
    (local.get 1))
  (func (export "fill") (param i32 i32) (result i64)
    (memory.fill (local.get 0) (i32.const 0x1ab) (local.get 1)) (call $sum))
  (func (export "copy") (param i32 i32 i32) (result i64)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "init") (param i32 i32 i32) (result i64)
    (memory.init 1 (local.get 0) (local.get 1) (local.get 2)) (data.drop 1) (call $sum))
  (data (i32.const 0) "the quick brown fox jumps over the lazy dog, and then once more.")
  (data "a passive segment of a few words")
)

;;! fill(3, 30) = i64:-7667115899967105468, 1861 cycles
;;! copy(1, 6, 40) = i64:763625783360854317, 2119 cycles
;;! copy(9, 2, 40) = i64:4979288550324862143, 2131 cycles
;;! init(5, 2, 10) = i64:-2938463742446643596, 1904 cycles
;;! fill(65530, 7) = trap: out of bounds memory access, 45 cycles
;;! init(0, 30, 10) = trap: out of bounds memory access, 51 cycles
;;! ; function 0: sum
;;! f0:
;;!   0 => A :MSTORE(SP)
;;!   0 => A :MSTORE(SP + 1)
;;! f0_b1:
;;!   65535 - A :JMPN(f0_x1)
;;!   A :MSTORE(SP + 1)
;;!   7 => B
;;!   $ => C :AND
;;!   -A*4294967295*536870912 + C*4294967295*536870912 => E
;;!   $ => A :MLOAD(MEM:E)
;;!   8 - C => E
;;!   $ => B :MLOAD(byte_powers+E)
;;!   0 => C
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => C :ARITH
;;!   C + D => A
;;!   255 => B
;;!   $ => A :AND
;;!   $ => B :MLOAD(SP + 1)
;;!   B + 1 => B
;;!   4294967295 - B :JMPN(f0_x4)
;;! f0_x3:
;;!   B :MSTORE(SP + 1)
;;!   31 => B
;;!   A => C
;;!   $ => A :MLOAD(SP)
;;!   ${((A * B) + C) >> 64} => D
;;!   ${(A * B) + C} => A :ARITH
;;!   $ => B :MLOAD(SP + 1)
;;!   B - 64 :JMPN(f0_b2, f0_b3)
;;! f0_b2:
;;!   A :MSTORE(SP)
;;!   $ => A :MLOAD(SP + 1), JMP(f0_b1)
;;! f0_b3:
;;!   :RETURN
;;! f0_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f0_x4:
;;!   B - 2147483648 => B
;;!   B - 2147483648 => B :JMP(f0_x3)
;;! ; function 1: fill
;;! f1:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP
;;!   B => C
;;!   427 => B :CALL(memory_fill)
;;!   :CALL(f0)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 2: copy
;;! f2:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(memory_copy)
;;!   :CALL(f0)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 3: init
;;! f3:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP
;;!   1 => D :CALL(memory_init)
;;!   0 :MSTORE(segment_lengths+1), CALL(f0)
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
