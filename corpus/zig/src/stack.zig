//! A stack in place.

/// A stack of at most `capacity` elements.
pub fn Stack(comptime T: type, comptime capacity: u32) type {
    return struct {
        const Self = @This();

        elements: [capacity]T = @splat(0),
        size: u32 = 0,

        pub inline fn push(self: *Self, element: T) error{Full}!void {
            if (self.size == capacity) return error.Full;
            self.elements[self.size] = element;
            self.size += 1;
        }

        pub inline fn pop(self: *Self) ?T {
            if (self.size == 0) return null;
            self.size -= 1;
            return self.elements[self.size];
        }
    };
}
