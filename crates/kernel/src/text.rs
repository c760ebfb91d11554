//! The bounds of what people type, in characters.

/// A name, a title, a one-line field.
pub const NAME_MAX: usize = 200;
/// A reason, a comment, a note.
pub const NOTE_MAX: usize = 4_000;
/// A plan or a description.
pub const LONG_TEXT_MAX: usize = 20_000;
