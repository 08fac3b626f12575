//! cranelift-zkasm-profile
