//! Instruction set architectures: one.

pub mod zkasm;
