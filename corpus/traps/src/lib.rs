//! Ways to trap, below several frames, with others inlined: what call stacks are tried on.
//!
//! Nothing here is worth measuring. Every function that is to stay one is marked so, and each trap is on a
//! line of its own.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Five frames deep, of which two are inlined: traps unless `n` is between 1 and 99.
#[unsafe(no_mangle)]
pub extern "C" fn deep(n: i32) -> i32 {
    first(n) + 1
}

#[inline(never)]
fn first(n: i32) -> i32 {
    second(n) * 3
}

#[inline(never)]
fn second(n: i32) -> i32 {
    let mut sum = 0;
    for k in 0..3 {
        sum ^= third(n + k);
    }
    sum
}

#[inline(never)]
fn third(n: i32) -> i32 {
    checked(n) * 5
}

#[inline(always)]
fn checked(n: i32) -> i32 {
    n ^ in_range(n)
}

#[inline(always)]
fn in_range(n: i32) -> i32 {
    if !(1..=99).contains(&n) {
        give_up();
    }
    n * 7
}

#[inline(always)]
fn give_up() -> ! {
    core::arch::wasm32::unreachable()
}

/// Traps at the bottom of a recursion of `depth` calls, and where there is no room for them.
#[unsafe(no_mangle)]
pub extern "C" fn recursion(depth: i32) -> i32 {
    down(depth) - 1
}

#[inline(never)]
fn down(depth: i32) -> i32 {
    if depth == 0 {
        give_up();
    }
    let below = down(depth - 1);
    below.rotate_left(3) ^ depth
}

/// Copies `len` bytes within a buffer of 64: the mistake of not looking at the length.
#[unsafe(no_mangle)]
pub extern "C" fn copy(len: i32) -> i32 {
    let mut buffer = [7; 64];
    overwrite(&mut buffer, len as usize);
    i32::from(buffer[63])
}

#[inline(never)]
fn overwrite(buffer: &mut [u8; 64], len: usize) {
    let start = buffer.as_mut_ptr();
    // SAFETY: none for more than 63 bytes, which is the mistake.
    unsafe { core::ptr::copy(start, start.add(1), len) }
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
