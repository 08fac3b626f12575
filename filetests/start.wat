;; A start function, and segments that a trap in it would show.
;; run: read 4
(module (memory 1)
  (global $ready (mut i32) (i32.const 0))
  (func $init (global.set $ready (i32.load (i32.const 4))))
  (start $init)
  (func (export "read") (param i32) (result i32) (i32.add (global.get $ready) (i32.load8_u (local.get 0))))
  (data (i32.const 4) "\01\02\03\04")
)

;;! read(4) = i32:67305986, 44 cycles
;;! ; function 0: init
;;! f0:
;;!   0 => E
;;!   $ => C :MLOAD(MEM:E)
;;!   ROTL_C => A
;;!   4294967295 => B
;;!   $ => A :AND, MSTORE(global_0), RETURN
;;! ; function 1: read
;;! f1:
;;!   $ => E :MLOAD(global_0)
;;!   E :MSTORE(SP)
;;!   65535 - A :JMPN(f1_x1)
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
;;!   $ => E :MLOAD(SP)
;;!   E + A => A
;;!   4294967295 - A :JMPN(f1_x4)
;;! f1_x3:
;;!   :RETURN
;;! f1_x1:
;;!   4 => A :JMP(trap_with_code)
;;! f1_x4:
;;!   A - 2147483648 => A
;;!   A - 2147483648 => A :JMP(f1_x3)
