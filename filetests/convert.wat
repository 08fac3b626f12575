;; Between widths.
;; run: wrap -4294967295
;; run: extend_s -5
;; run: extend_u -5
;; run: extend8 200
;; run: extend16 40000
;; run: extend32 4294967295
(module
  (func (export "wrap") (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func (export "extend_s") (param i32) (result i64) (i64.extend_i32_s (local.get 0)))
  (func (export "extend_u") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
  (func (export "extend8") (param i32) (result i32) (i32.extend8_s (local.get 0)))
  (func (export "extend16") (param i64) (result i64) (i64.extend16_s (local.get 0)))
  (func (export "extend32") (param i64) (result i64) (i64.extend32_s (local.get 0)))
)

;;! wrap(-4294967295) = i32:1, 12 cycles
;;! extend_s(-5) = i64:-5, 13 cycles
;;! extend_u(-5) = i64:4294967291, 11 cycles
;;! extend8(200) = i32:-56, 15 cycles
;;! extend16(40000) = i64:-25536, 15 cycles
;;! extend32(4294967295) = i64:-1, 15 cycles
;;! ; function 0: wrap
;;! f0:
;;!   4294967295 => B
;;!   $ => A :AND, RETURN
;;! ; function 1: extend_s
;;! f1:
;;!   2147483647 - A :JMPN(f1_x2)
;;! f1_x1:
;;!   :RETURN
;;! f1_x2:
;;!   0xffffffff00000000n + A => A :JMP(f1_x1)
;;! ; function 2: extend_u
;;! f2:
;;!   :RETURN
;;! ; function 3: extend8
;;! f3:
;;!   255 => B
;;!   $ => A :AND
;;!   127 - A :JMPN(f3_x2)
;;! f3_x1:
;;!   :RETURN
;;! f3_x2:
;;!   4294967040 + A => A :JMP(f3_x1)
;;! ; function 4: extend16
;;! f4:
;;!   65535 => B
;;!   $ => A :AND
;;!   32767 - A :JMPN(f4_x2)
;;! f4_x1:
;;!   :RETURN
;;! f4_x2:
;;!   0xffffffffffff0000n + A => A :JMP(f4_x1)
;;! ; function 5: extend32
;;! f5:
;;!   4294967295 => B
;;!   $ => A :AND
;;!   2147483647 - A :JMPN(f5_x2)
;;! f5_x1:
;;!   :RETURN
;;! f5_x2:
;;!   0xffffffff00000000n + A => A :JMP(f5_x1)
