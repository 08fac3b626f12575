;; Structured control flow: loops, blocks, br_table, select.
;; run: sum 10
;; run: switch 0
;; run: switch 2
;; run: switch -1
;; run: choose 3 4
(module
  (func (export "sum") (param i32) (result i32) (local i32)
    (block (loop
      (br_if 1 (i32.eqz (local.get 0)))
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br 0)))
    (local.get 1))
  (func (export "switch") (param i32) (result i32)
    (block (block (block (block (br_table 0 1 2 3 (local.get 0)))
      (return (i32.const 10))) (return (i32.const 11))) (return (i32.const 12)))
    (i32.const 13))
  (func (export "choose") (param i32 i64) (result i64)
    (select (i64.const 5) (local.get 1) (i32.lt_s (local.get 0) (i32.wrap_i64 (local.get 1)))))
)

;;! sum(10) = i32:55, 94 cycles
;;! switch(0) = i32:10, 12 cycles
;;! switch(2) = i32:12, 14 cycles
;;! switch(-1) = i32:13, 12 cycles
;;! choose(3, 4) = i64:5, 21 cycles
;;! ; function 0: sum
;;! f0:
;;!   A => B
;;!   0 => A, D
;;! f0_b1:
;;!   B :JMPZ(f0_b3)
;;!   1 => A
;;!   B - A => C :JMPN(f0_x2)
;;! f0_x1:
;;!   D => A
;;!   A + B => A
;;!   4294967295 - A :JMPN(f0_x4)
;;! f0_x3:
;;!   C => B
;;!   A => D :JMP(f0_b1)
;;! f0_b3:
;;!   D => A :RETURN
;;! f0_x2:
;;!   C + 4294967295 => C
;;!   C + 1 => C :JMP(f0_x1)
;;! f0_x4:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f0_x3)
;;! ; function 1: switch
;;! f1:
;;!   2 - A :JMPN(f1_b4)
;;!   A - 1 :JMPN(f1_b3)
;;!   A - 2 :JMPN(f1_b2)
;;!   12 => A :RETURN
;;! f1_b2:
;;!   11 => A :RETURN
;;! f1_b3:
;;!   10 => A :RETURN
;;! f1_b4:
;;!   13 => A :RETURN
;;! ; function 2: choose
;;! f2:
;;!   A => D
;;!   B => A
;;!   4294967295 => B
;;!   $ => B :AND
;;!   5 => C
;;!   2147483647 - D :JMPN(f2_x4)
;;!   2147483647 - B :JMPN(f2_x1)
;;! f2_x3:
;;!   D - B :JMPN(f2_x2)
;;! f2_x1:
;;!   :RETURN
;;! f2_x2:
;;!   C => A :JMP(f2_x1)
;;! f2_x4:
;;!   2147483647 - B :JMPN(f2_x3, f2_x2)
