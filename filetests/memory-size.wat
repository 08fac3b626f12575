;; A memory that grows: its size is a variable.
;; run: grow 2
;; run: grow 65536
;; run: load 65536
;; run: grown 65537
(module (memory 1 4)
  (func (export "grow") (param i32) (result i32)
    (i32.add (memory.grow (local.get 0)) (i32.mul (memory.size) (i32.const 100))))
  (func (export "load") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "grown") (param i32) (result i64)
    (drop (memory.grow (i32.const 1)))
    (i64.store (local.get 0) (i64.const 77))
    (i64.load (local.get 0)))
)

;;! grow(2) = i32:301, 26 cycles
;;! grow(65536) = i32:99, 25 cycles
;;! load(65536) = trap: out of bounds memory access, 21 cycles
;;! grown(65537) = i64:77, 79 cycles
;;! ; function 0: grow
;;! f0:
;;!   RR :MSTORE(SP)
;;!   SP + 1 => SP :CALL(memory_grow)
;;!   A => C
;;!   $ => A :MLOAD(memory_pages)
;;!   100 => B
;;!   0 => D
;;!   ${(A * B) + C} => A :ARITH
;;!   4294967295 => B
;;!   $ => A :AND
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 1 => SP :RETURN
;;! ; function 1: load
;;! f1:
;;!   65528 - A :JMPN(f1_x1)
;;!   ${A & 7} :JMPNZ(f1_x3)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   $ => A :MLOAD(MEM:E)
;;! f1_x2:
;;!   :RETURN
;;! f1_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f1_x3:
;;!   A => E
;;!   RR :MSTORE(SP), CALL(load64_unaligned)
;;!   $ => RR :MLOAD(SP)
;;!   E => A :JMP(f1_x2)
;;! ; function 2: grown
;;! f2:
;;!   RR :MSTORE(SP + 1)
;;!   SP + 2 => SP
;;!   A :MSTORE(SP - 2)
;;!   1 => A :CALL(memory_grow)
;;!   77 => B
;;!   $ => A :MLOAD(SP - 2)
;;!   $ => E :MLOAD(memory_pages)
;;!   E*65536 - 8 - A :JMPN(f2_x1)
;;!   ${A & 7} :JMPNZ(f2_x3)
;;!   -A*4294967295*536870912 => E :JMPN(unprovable)
;;!   B :MSTORE(MEM:E)
;;! f2_x2:
;;!   77 => A
;;!   $ => RR :MLOAD(SP - 1)
;;!   SP - 2 => SP :RETURN
;;! f2_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f2_x3:
;;!   B :MSTORE(access_value)
;;!   A => E :CALL(store64_unaligned)
;;!   :JMP(f2_x2)
