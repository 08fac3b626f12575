//! Work of three kinds, each in a region that the profiler tells apart: what docs/regions.md is shown on.
//!
//! Regions are for what functions do not show: a phase of a function, one kind of call, a loop. They take no
//! cycles.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[link(wasm_import_module = "zkasm")]
unsafe extern "C" {
    fn region_begin(name: *const u8, len: usize);
    fn region_end(name: *const u8, len: usize);
}

/// A region that ends where the value goes out of scope. What hands the name on must be inlined: the compiler
/// to zkASM wants to see it where the import is called.
struct Region(&'static str);

impl Region {
    #[inline(always)]
    fn begin(name: &'static str) -> Region {
        // SAFETY: the import only looks at the name.
        unsafe { region_begin(name.as_ptr(), name.len()) };
        Region(name)
    }
}

impl Drop for Region {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { region_end(self.0.as_ptr(), self.0.len()) };
    }
}

/// The most numbers there can be.
const LIMIT: usize = 64;

/// Makes up to 64 numbers, sorts them, and sums them up block by block.
#[unsafe(no_mangle)]
pub extern "C" fn regions(count: i32) -> i64 {
    let mut buffer = [0; LIMIT];
    let numbers = &mut buffer[..count.clamp(0, LIMIT as i32) as usize];
    {
        let _region = Region::begin("generate");
        let mut state = 1_u32;
        for number in numbers.iter_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *number = state >> 8;
        }
    }
    sort(numbers);
    let mut sum = 0_u64;
    for block in numbers.chunks(16) {
        let _region = Region::begin("checksum");
        sum = checksum(sum, block);
    }
    sum as i64
}

/// Quicksort: a region inside of itself, as deep as the recursion.
#[inline(never)]
fn sort(numbers: &mut [u32]) {
    let _region = Region::begin("sort");
    let [pivot, rest @ ..] = &*numbers else {
        return;
    };
    let (pivot, mut below) = (*pivot, rest.len());
    let mut at = 0;
    while at < below {
        if numbers[at + 1] < pivot {
            at += 1;
        } else {
            numbers.swap(at + 1, below);
            below -= 1;
        }
    }
    numbers.swap(0, below);
    let (left, right) = numbers.split_at_mut(below);
    sort(left);
    sort(&mut right[1..]);
}

#[inline(never)]
fn checksum(sum: u64, block: &[u32]) -> u64 {
    block.iter().fold(sum, |sum, &number| {
        (sum ^ u64::from(number)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
