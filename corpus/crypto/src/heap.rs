//! A heap that only grows: what is freed is not used again.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

const BYTES: usize = 128 * 1024;

#[repr(align(16))]
struct Heap {
    bytes: UnsafeCell<[u8; BYTES]>,
    used: UnsafeCell<usize>,
}

// SAFETY: this program has one thread.
unsafe impl Sync for Heap {}

// SAFETY: pieces that are handed out do not overlap, lie inside of `bytes`, and are aligned, for `bytes`
// itself is aligned to 16 and larger alignments are refused.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: nothing else holds a reference while this runs.
        let used = unsafe { &mut *self.used.get() };
        let start = used.next_multiple_of(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) if end <= BYTES && layout.align() <= 16 => {
                *used = end;
                // SAFETY: `start` is inside of the array.
                unsafe { self.bytes.get().cast::<u8>().add(start) }
            }
            _ => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP: Heap = Heap {
    bytes: UnsafeCell::new([0; BYTES]),
    used: UnsafeCell::new(0),
};
