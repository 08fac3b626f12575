//! Compiles the instruction selection rules (`*.isle`) into Rust.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // Cranelift's own description of CLIF: an extractor for every opcode.
    cranelift_codegen_meta::generate_isle(&out).expect("the build folder is writable");
    let isa = Path::new("src/isa/zkasm");
    let ours = ["prelude.isle", "inst.isle", "lower.isle"].map(|name| isa.join(name));
    let inputs: Vec<PathBuf> = ours
        .iter()
        .cloned()
        .chain([out.join("clif_lower.isle")])
        .collect();
    for input in &ours {
        println!("cargo:rerun-if-changed={}", input.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    let options = cranelift_isle::codegen::CodegenOptions {
        exclude_global_allow_pragmas: true,
    };
    let code = cranelift_isle::compile::from_files(&inputs, &options)
        .unwrap_or_else(|errors| panic!("the rules do not compile: {errors:?}"));
    fs::write(out.join("isle_zkasm.rs"), code).expect("the build folder is writable");
}
