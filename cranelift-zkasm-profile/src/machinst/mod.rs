//! From CLIF to steps: the driver of instruction selection, virtual-register code, register
//! allocation, the buffer of emitted steps, and bundling.
//!
//! | stage | in | out | holds afterwards |
//! |---|---|---|---|
//! | [`lower`] | CLIF | [`vcode::VCode`] | SSA over virtual registers, no critical edges, every instruction located |
//! | `share` | blocks of [`lower`] | the same | neighbours share constants |
//! | [`regalloc`] | `VCode` | allocations | operands in A..E, moves between instructions |
//! | [`emit`] | both | [`buffer::Buffer`] | steps with labels; what pays for each |
//! | [`jumps`] | `Buffer` | lines | no jump to a jump, nothing unreachable |
//! | [`bundle`] | lines | lines | fewer steps, same effect |

pub(crate) mod block_order;
pub(crate) mod buffer;
pub(crate) mod bundle;
pub(crate) mod emit;
pub(crate) mod jumps;
pub(crate) mod loc;
pub(crate) mod lower;
pub(crate) mod regalloc;
mod share;
pub(crate) mod srcloc;
mod sums;
pub(crate) mod vcode;
