//! The Merkle tree over the log (RFC 6962), its signed checkpoints (C2SP tlog-checkpoint), and the
//! proofs that it gives. The formats are told in `docs/features/audit.md`.
//!
//! 1. The leaf at index `n` is the event at position `n + 1` of the log: its envelope with the
//!    salted digest of its payload.
//! 2. A hash that is kept is the hash of a complete subtree and is never written again.
//! 3. The tree and the follower's place, which is its size, are written in one transaction.
//! 4. A checkpoint is of the tree as it was when it was written; none is ever taken back.

pub(crate) mod checkpoint;
pub(crate) mod envelope;
pub(crate) mod grow;
pub(crate) mod merkle;
pub(crate) mod note;
pub(crate) mod proof;

pub(crate) use checkpoint::run as keep_signing;
pub use checkpoint::{AGAIN_SECONDS, CHECKPOINT_MINUTES, write_due};
pub use grow::Tree;
pub use note::Verifier;
pub use proof::{holds_consistency, holds_inclusion};
