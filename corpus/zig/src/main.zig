//! Reverse Polish notation in Zig: functions that are inlined, types that are made at compile time, loops that
//! are unrolled, optionals and errors, a switch.

const Stack = @import("stack.zig").Stack;

/// A generator of the xorshift family.
fn Random(comptime T: type, comptime shifts: [3]comptime_int) type {
    return struct {
        state: T,

        inline fn next(self: *@This()) T {
            self.state ^= self.state << shifts[0];
            self.state ^= self.state >> shifts[1];
            self.state ^= self.state << shifts[2];
            return self.state;
        }
    };
}

const Narrow = Random(u32, .{ 13, 17, 5 });
const Wide = Random(u64, .{ 13, 7, 17 });

const Operation = enum(u3) { number, add, subtract, multiply, divide, swap };

fn Machine(comptime T: type) type {
    return struct {
        const Self = @This();

        stack: Stack(T, 16) = .{},

        inline fn binary(self: *Self, comptime operation: Operation) error{ Full, Empty, Zero }!void {
            const right = self.stack.pop() orelse return error.Empty;
            const left = self.stack.pop() orelse return error.Empty;
            try self.stack.push(switch (operation) {
                .add => left +% right,
                .subtract => left -% right,
                .multiply => left *% right,
                .divide => if (right == 0) return error.Zero else left / right,
                else => comptime unreachable,
            });
        }

        fn step(self: *Self, operation: Operation, number: T) error{ Full, Empty, Zero }!void {
            switch (operation) {
                .number => try self.stack.push(number),
                inline .add, .subtract, .multiply, .divide => |known| try self.binary(known),
                .swap => {
                    const top = self.stack.pop() orelse return error.Empty;
                    const below = self.stack.pop() orelse return error.Empty;
                    try self.stack.push(top);
                    try self.stack.push(below);
                },
            }
        }

        /// Runs a random program, and says what became of it.
        noinline fn run(self: *Self, random: anytype, steps: u32) T {
            var digest: T = 0;
            for (0..steps) |_| {
                const word = random.next();
                const operation: Operation = @enumFromInt(word % 6);
                self.step(operation, word >> 7) catch |problem| {
                    digest = digest *% 31 +% switch (problem) {
                        error.Full => @as(T, 1),
                        error.Empty => 2,
                        error.Zero => 3,
                    };
                    // Something to go on with.
                    if (problem != error.Full) inline for (.{ 3, 5 }) |number| {
                        self.stack.push(number) catch {};
                    };
                };
            }
            while (self.stack.pop()) |element| digest = digest *% 31 +% element;
            return digest;
        }
    };
}

export fn calculator(steps: u32) u32 {
    var narrow: Narrow = .{ .state = 2463534242 };
    var wide: Wide = .{ .state = 88172645463325252 };
    var machine: Machine(u32) = .{};
    var other: Machine(u64) = .{};
    const sum = other.run(&wide, steps);
    return machine.run(&narrow, steps) ^ @as(u32, @truncate(sum ^ sum >> 32));
}
